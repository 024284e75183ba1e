"""Asking where days end."""

from zoneinfo import ZoneInfo

import discord

from bot.discordkit.controls.components import Field, button, form, view_of
from bot.discordkit.controls.forms import open_form
from bot.domain import text

ZONE_VERB = "zone"
RIGHT_VERB = "zone-yes"
CHANGE_VERB = "zone-ask"
SETTLE_VERB = "zone-set"
CREATORS, READERS = "creator", "me"


def locale_of(interaction: discord.Interaction) -> str:
    """What language the person's Discord speaks, such as ``de`` or ``en-US``."""
    return str(interaction.locale)


async def ask_zone(interaction: discord.Interaction, argument: str, *, may_settle: bool = True) -> None:
    """A form for a zone and, to those who may settle it, for whom it counts; it comes back under this argument."""
    if not may_settle:
        own: dict[str, Field] = {"Time zone": _zone_field()}
        await open_form(interaction, form("Where do days end for you?", ZONE_VERB, argument, own))
        return
    whose: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
        custom_id="whose",
        options=[
            discord.SelectOption(
                label="For this creator",
                value=CREATORS,
                description="Their days end there, for everybody who reads them",
                default=True,
            ),
            discord.SelectOption(
                label="For me",
                value=READERS,
                description="Times I type, and creators whose zone nobody has said",
            ),
        ],
    )
    fields: dict[str, Field] = {"Time zone": _zone_field(), "For whom": whose}
    await open_form(interaction, form("Whose midnight counts?", ZONE_VERB, argument, fields))


async def ask_creators_zone(interaction: discord.Interaction, argument: str) -> None:
    """A form for the zone in which a creator's days end; of earnings the one that counts them anew."""
    if "|" in argument:
        await ask_zone(interaction, argument)
        return
    fields: dict[str, Field] = {"Time zone": _zone_field()}
    await open_form(interaction, form("Where do the days end?", SETTLE_VERB, argument, fields))


def question(handle: str, zone: ZoneInfo) -> str:
    """The guess, to be said yes to."""
    return f"Days of @{text.name(handle)} end at midnight in **{zone.key}**. Right?"


def with_answers(view: discord.ui.View, creator: str, zone: ZoneInfo, key: str) -> discord.ui.View:
    """The components with the two answers below them; ``key`` is the state of what can be counted anew."""
    yes = button("Yes", RIGHT_VERB, f"{creator}|{zone.key}", style=discord.ButtonStyle.primary)
    other = button("Change", CHANGE_VERB, key or creator)
    yes.row = other.row = 4
    return view_of([*view.children, yes, other])


def without_answers(message: discord.Message) -> discord.ui.View:
    """The components of a message once the question is answered."""
    view = discord.ui.View.from_message(message, timeout=None)
    for item in list(view.children):
        if getattr(item, "label", None) in {"Yes", "Change"}:
            view.remove_item(item)
    view.stop()
    return view


def _zone_field() -> discord.ui.TextInput[discord.ui.Modal]:
    return discord.ui.TextInput(
        custom_id="zone", placeholder="Europe/Berlin, America/New_York, …", min_length=2, max_length=64
    )
