"""Options that several commands share."""

import discord
import structlog
from discord import app_commands

from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import Capability
from bot.domain.faults import incident_code, where
from bot.domain.shifts import DAY_NAMES
from bot.services.access import AccessService
from bot.services.preferences import PreferencesService

log = structlog.get_logger(__name__)

CHOICES = 25


async def creator_choices(
    access: AccessService,
    interaction: discord.Interaction,
    current: str,
    *capabilities: Capability,
    is_owner: bool = False,
) -> list[app_commands.Choice[str]]:
    """The creators this person may use in one of these ways, and no others; their own alone where only those count."""
    wanted = current.strip().removeprefix("@").lower()
    try:
        found = await access.creators_for(actor_of(interaction), *capabilities)
    except Exception as error:  # noqa: BLE001 - a list of choices has no other exit: it stays empty, the log has a code
        log.error("choices_failed", code=incident_code(), error=where(error))
        return []
    return [
        app_commands.Choice(name=f"@{text.plain_name(one.account.handle)}", value=one.account.id)
        for one in found
        if (not is_owner or one.owner == interaction.user.id)
        and (wanted in one.account.handle.lower() or wanted in one.account.display_name.lower())
    ][:CHOICES]


def day_choices(current: str) -> list[app_commands.Choice[str]]:
    """Days of the week, as they can be written; what was typed comes first."""
    typed = [current.strip()] if current.strip() else []
    names = dict.fromkeys([*typed, "every day", "Mon-Fri", "Sat-Sun", *DAY_NAMES])
    wanted = current.strip().lower()
    return [app_commands.Choice(name=name, value=name) for name in names if wanted in name.lower()][:CHOICES]


async def zone_choices(preferences: PreferencesService, current: str) -> list[app_commands.Choice[str]]:
    """Time zones that hold what was typed."""
    return [app_commands.Choice(name=name, value=name) for name in preferences.matching(current, CHOICES)]
