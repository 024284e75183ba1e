"""The command tree; its errors, autocomplete's included, leave by the presenter."""

import asyncio
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.domain import missing

if TYPE_CHECKING:  # the client starts before these are loaded
    from bot.discordkit.responses.failures import Failures
    from bot.discordkit.throttle import Throttle


class Tree(app_commands.CommandTree[Any]):
    """Hands every error to the presenter; commands that come before there are cogs wait for them."""

    failures: "Failures"
    throttle: "Throttle"
    completed: asyncio.Event

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Let a command through unless this person asks for too much; choices while typing are not counted."""
        await self.completed.wait()
        missing.watch()
        if interaction.type is discord.InteractionType.application_command:
            self.throttle.take(interaction.user.id)
        return True

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError, /) -> None:
        """Show the failure to the person alone."""
        await self.failures.present(interaction, error)
