"""Options that several commands share."""

import discord
from discord import app_commands

from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import Capability
from bot.services.access import AccessService
from bot.services.preferences import PreferencesService

CHOICES = 25


async def creator_choices(
    access: AccessService, interaction: discord.Interaction, current: str, capability: Capability
) -> list[app_commands.Choice[str]]:
    """The creators this person may use that way, and no others."""
    wanted = current.strip().removeprefix("@").lower()
    found = await access.creators_for(actor_of(interaction), capability)
    return [
        app_commands.Choice(name=f"@{text.plain_name(one.account.handle)}", value=one.account.id)
        for one in found
        if wanted in one.account.handle.lower() or wanted in one.account.display_name.lower()
    ][:CHOICES]


async def zone_choices(preferences: PreferencesService, current: str) -> list[app_commands.Choice[str]]:
    """Time zones that hold what was typed."""
    return [app_commands.Choice(name=name, value=name) for name in preferences.matching(current, CHOICES)]
