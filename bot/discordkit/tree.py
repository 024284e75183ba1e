"""The command tree; its errors, autocomplete's included, leave by the presenter."""

from typing import Any

import discord
from discord import app_commands

from bot.discordkit.failures import Failures


class Tree(app_commands.CommandTree[Any]):
    """Hands every error to the presenter."""

    failures: Failures

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError, /) -> None:
        """Show the failure to the person alone."""
        await self.failures.present(interaction, error)
