"""/privacy: what is stored about me, and how to have it gone."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.components import button, view_of
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.services import Services

ERASE_VERB = "erase_yes"
KEEP_VERB = "erase_no"
FILE_NAME = "my-data.json"
SUBJECTS = {
    "preferences": "your time zone",
    "dms": "your direct message channel's id",
    "routes": "where alerts go",
    "rights": "rights you have or gave",
    "deliveries": "alerts sent to you",
    "cards": "cards of your account, or answered by you",
    "replies": "that you answered (never what)",
    "audit": "what you did, and what was done with your account",
    "links": "links to connect",
    "connections": "your connected account",
}
KEPT = (
    "Tokens and fans' messages are stored sealed. Fans' messages go after 30 days, links after a day; the rest when "
    "you disconnect or erase it. Cards that were sent are Discord messages and stay until somebody deletes them."
)


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Privacy(commands.GroupCog, name="privacy", description="See, take along or erase what is stored about you"):
    """Only ever about the person who asks."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._privacy = services.privacy
        kit.actions.on_press(ERASE_VERB, self._erase)
        kit.actions.on_press(KEEP_VERB, self._keep)

    @app_commands.command(name="show")
    async def show(self, interaction: discord.Interaction) -> None:
        """See what is stored about you, and until when"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        counts = await self._privacy.counts(actor_of(interaction).user)
        lines = "\n".join(f"• {SUBJECTS.get(name, name)}: {count}" for name, count in counts.items())
        embed = discord.Embed(
            title="What is stored about you",
            description=f"{lines or 'Nothing.'}\n\n{KEPT}",
            colour=Colour.QUIET,
        )
        embed.set_footer(text="/privacy export gives you all of it · /privacy erase removes it")
        await interaction.edit_original_response(embed=embed)

    @app_commands.command(name="export")
    async def export(self, interaction: discord.Interaction) -> None:
        """Get everything stored about you as a file"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await self._privacy.export(actor_of(interaction).user)
        embed = discord.Embed(
            title="Your data",
            description="Everything stored about you, without tokens and other secrets.",
            colour=Colour.QUIET,
        )
        await interaction.edit_original_response(embed=embed, attachments=[discord.File(io.BytesIO(data), FILE_NAME)])

    @app_commands.command(name="erase")
    async def erase(self, interaction: discord.Interaction) -> None:
        """Disconnect, and have everything about you deleted here"""
        await interaction.response.send_message(
            embed=discord.Embed(
                title="Erase everything about you?",
                description="Your Fanvue account is disconnected and its tokens revoked; rights, alerts, cards and "
                "settings are deleted. In the record of acts your name goes, that somebody acted stays.",
                colour=Colour.TROUBLE,
            ),
            view=view_of(
                [button("Erase", ERASE_VERB, style=discord.ButtonStyle.danger), button("Keep everything", KEEP_VERB)]
            ),
            ephemeral=True,
        )

    async def _erase(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.defer()
        is_revoked = await self._privacy.erase(actor_of(interaction).user)
        told = (
            "Nothing about you is stored here any more."
            if is_revoked
            else "Nothing about you is stored here any more, but **Fanvue could not be told to revoke the tokens**. To "
            "be sure, revoke the app there: Settings, Account, Third Party Apps Consent."
        )
        await interaction.edit_original_response(
            embed=discord.Embed(title="Erased", description=told, colour=Colour.QUIET), view=None
        )

    async def _keep(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.edit_message(
            embed=discord.Embed(title="Kept", description="Nothing was changed.", colour=Colour.QUIET), view=None
        )


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Privacy(services, kit)
