"""/status: each thing fine, or with its fix."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.health import status_embed, status_view
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.services import Services


class StatusPanel(commands.Cog):
    """Shows what the asking person may know."""

    def __init__(self, services: Services) -> None:
        self._status = services.status

    @app_commands.command(name="status")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def status(self, interaction: discord.Interaction) -> None:
        """See whether everything works, and how to mend what does not"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        status = await self._status.of(actor)
        embed = status_embed(status, interaction.client, actor.user)
        await interaction.edit_original_response(embed=embed, view=status_view(status))


def build(services: Services, _kit: Kit) -> commands.Cog:
    """The cog."""
    return StatusPanel(services)
