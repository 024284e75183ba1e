"""Bounds what one person can ask for, so that nobody eats a creator's budget."""

import discord
from discord import app_commands
from discord.ext import commands

PER_PERSON = 20
WINDOW_SECONDS = 10.0


class Throttle:
    """Commands, buttons and forms of one person count together."""

    def __init__(self, per_person: int = PER_PERSON, window_seconds: float = WINDOW_SECONDS) -> None:
        self._spent: commands.CooldownMapping[discord.Interaction] = commands.CooldownMapping.from_cooldown(
            per_person, window_seconds, lambda interaction: interaction.user.id
        )

    def take(self, interaction: discord.Interaction) -> None:
        """Count one act; app_commands.CommandOnCooldown when there were too many."""
        bucket = self._spent.get_bucket(interaction)
        wait_seconds = bucket.update_rate_limit() if bucket else None
        if bucket and wait_seconds:
            raise app_commands.CommandOnCooldown(app_commands.Cooldown(bucket.rate, bucket.per), wait_seconds)
