"""Asking for a time zone, and guessing one."""

import discord

from bot.discordkit.components import form

LABEL = "Your time zone"


def locale_of(interaction: discord.Interaction) -> str:
    """What language the person's Discord speaks, such as ``de`` or ``en-US``."""
    return str(interaction.locale)


async def ask_zone(interaction: discord.Interaction, argument: str) -> None:
    """A form for the zone; it comes back under the same verb and argument."""
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="zone", placeholder="Europe/Berlin, America/New_York, …", min_length=2, max_length=64
    )
    await interaction.response.send_modal(form("Whose midnight counts?", "zone", argument, {LABEL: field}))
