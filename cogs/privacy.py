"""/privacy: what is stored about me and what was done with my account, and how to stop it or have it gone."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit import trust
from bot.discordkit.controls.components import RESUME_VERB
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.domain.access import Capability, Grant
from bot.services import Services
from bot.services.privacy import Whose


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Privacy(commands.GroupCog, name="privacy", description="See, export, pause or erase what is stored about you"):
    """Only ever about the person who asks."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._privacy = services.privacy
        self._access = services.access
        presses = {
            trust.USES_VERB: self._turn_page,
            trust.EXPORT_VERB: self._export,
            trust.PAUSE_VERB: self._pause,
            RESUME_VERB: self._resume,
            trust.ERASE_VERB: self._ask_erase,
            trust.ERASE_ALL_VERB: self._erase,
            trust.KEEP_VERB: self._keep,
        }
        for verb, handler in presses.items():
            kit.actions.on_press(verb, handler)

    @app_commands.command(name="show")
    async def show(self, interaction: discord.Interaction) -> None:
        """See what is stored about you and until when, and what was done with your account"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._panel(interaction)

    @app_commands.command(name="uses")
    async def uses(self, interaction: discord.Interaction) -> None:
        """See who used your account, for what, when and from where; or what you did with others'"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        person = actor_of(interaction).user
        page = await self._privacy.uses(person, await self._privacy.first_page(person))
        await interaction.edit_original_response(embed=trust.uses_embed(page, person), view=trust.uses_view(page))

    @app_commands.command(name="export")
    async def export(self, interaction: discord.Interaction) -> None:
        """Get everything stored about you as a file"""
        await self._export(interaction, "")

    @app_commands.command(name="erase")
    async def erase(self, interaction: discord.Interaction) -> None:
        """Disconnect, and have everything about you deleted here"""
        await self._ask_erase(interaction, "")

    async def _panel(self, interaction: discord.Interaction) -> None:
        person = actor_of(interaction).user
        overview = await self._privacy.overview(person)
        embed = trust.panel_embed(overview, person)
        await interaction.edit_original_response(embed=embed, view=trust.panel_view(overview))

    async def _turn_page(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        person = actor_of(interaction).user
        whose, number = trust.page_from(argument)
        if whose is Whose.DECIDED:
            decided = await self._privacy.decisions(person, number)
            embed, view = trust.decisions_embed(decided, person), trust.decisions_view(decided)
        else:
            page = await self._privacy.uses(person, whose, number)
            embed, view = trust.uses_embed(page, person), trust.uses_view(page)
        await interaction.edit_original_response(embed=embed, view=view)

    async def _export(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        name, data = await self._privacy.export(actor_of(interaction).user, interaction.filesize_limit)
        file = discord.File(io.BytesIO(data), name)
        await interaction.edit_original_response(embed=trust.export_embed(), attachments=[file])

    async def _pause(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.defer()
        await self._privacy.pause(await self._own(interaction))
        await self._panel(interaction)

    async def _resume(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.defer()
        grant = await self._own(interaction)
        is_changed = await self._privacy.resume(grant)
        embed = trust.resumed_embed(grant.connection.account.handle, is_changed=is_changed)
        await interaction.edit_original_response(embed=embed, view=None)

    async def _ask_erase(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        cards = await self._privacy.cards(actor_of(interaction).user)
        await interaction.edit_original_response(embed=trust.erase_embed(cards), view=trust.erase_view(cards))

    async def _erase(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        person = actor_of(interaction).user
        erased = await self._privacy.erase(person, removes_cards=argument == trust.WITH_CARDS)
        await interaction.edit_original_response(embed=trust.erased_embed(erased), view=None)

    async def _keep(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.edit_message(embed=trust.kept_embed(), view=None)

    async def _own(self, interaction: discord.Interaction) -> Grant:
        return await self._access.choose(actor_of(interaction), None, Capability.OWN)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Privacy(services, kit)
