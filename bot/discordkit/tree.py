"""The command tree; its errors, autocomplete's included, leave by the presenter."""

from typing import Any

import discord
from discord import app_commands

from bot.discordkit.failures import Failures
from bot.discordkit.throttle import Throttle


class Tree(app_commands.CommandTree[Any]):
    """Hands every error to the presenter."""

    failures: Failures
    throttle: Throttle

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Let a command through unless this person asks for too much; choices while typing are not counted."""
        if interaction.type is discord.InteractionType.application_command:
            self.throttle.take(interaction)
        return True

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError, /) -> None:
        """Show the failure to the person alone."""
        await self.failures.present(interaction, error)
