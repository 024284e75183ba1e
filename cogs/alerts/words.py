"""Rules in people's words."""

from collections.abc import Iterable, Sequence

import discord

from bot.discordkit.alerts import places
from bot.discordkit.look import KIND_NAMES
from bot.domain import text
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.errors import BadInputError
from bot.domain.events import EventKind
from bot.domain.money import Money, minor_units
from bot.domain.rules import Digest, Mute, MuteScope, MuteSubject, QuietHours, Wishes
from bot.domain.walltime import as_clock
from bot.services.alerts.muting import NamedMute
from bot.services.alerts.routes import CARD_KINDS

DIGESTS = {Digest.HOURLY: "summed up every hour", Digest.DAILY: "summed up once a day, at 9:00"}
DURATIONS = {"3600": "1 hour", "28800": "8 hours", "86400": "1 day", "604800": "1 week", "0": "until I undo it"}
TIME_HELP = "Write times like `22:00` and `7:30`."
ALL_DAY = 24 * 60
FEW = 2
MOST_MINOR = 99_999_999


def kinds_in_words(kinds: Iterable[EventKind]) -> str:
    """``messages, tips``; ``everything`` for all of them."""
    held = set(kinds)
    missing = [KIND_NAMES[kind].lower() for kind in CARD_KINDS if kind not in held]
    if not missing:
        return "everything"
    if len(missing) <= FEW < len(held):
        return f"everything but {' and '.join(missing)}"
    return ", ".join(KIND_NAMES[kind].lower() for kind in CARD_KINDS if kind in held) or "nothing"


def wishes_in_words(wishes: Wishes, client: discord.Client) -> str:
    """The fine print in one line; empty when there is none."""
    parts = []
    if wishes.minimum:
        parts.append(f"from {Money(wishes.minimum)}, other currencies always")
    if wishes.spent:
        parts.append(f"fans who spent {Money(wishes.spent)} or more")
    if wishes.top_only:
        parts.append("top spenders by Fanvue's mark")
    if wishes.digest:
        parts.append(f"{DIGESTS[wishes.digest]} ({text.plain_name(wishes.zone)})")
    if wishes.quiet:
        parts.append(f"🌙 quiet {wishes.quiet.words} ({text.plain_name(wishes.zone)})")
    if wishes.role:
        parts.append(f"mentions {places.role_name(client, wishes.role)}")
    if wishes.is_silent:
        parts.append("without a sound")
    return " · ".join(parts)


def fine_print(routes: Sequence[Route], client: discord.Client) -> list[str]:
    """A line for each fine print that some of these rules have."""
    by_words: dict[str, list[EventKind]] = {}
    for route in routes:
        by_words.setdefault(wishes_in_words(route.wishes, client), []).append(route.kind)
    if len(by_words) == 1:
        return [words for words in by_words if words]
    return [f"{kinds_in_words(kinds)}: {words}" for words, kinds in by_words.items() if words]


def place_in_label(place: Place, reader: int, names: dict[int, str]) -> str:
    """The place where markdown does not count."""
    if place.kind is not PlaceKind.DM:
        return f"#{text.plain_name(names.get(place.target, 'a channel I cannot see'), 80)}"
    return "My direct messages" if place.target == reader else "Somebody's direct messages"


def mute_in_words(mute: Mute, label: str) -> str:
    """Whom it spares what, and until when."""
    whom = "for me" if mute.scope is MuteScope.ME else "for all"
    until = f"ends {discord.utils.format_dt(mute.until, 'R')}" if mute.until else "until it is undone"
    what = text.name(label) if mute.subject is MuteSubject.PLACE else f"**{text.name(label)}**"
    return f"🔕 {what} · {whom} · {until}"


def mutes_in_words(mutes: Sequence[NamedMute], most: int) -> str:
    """A line each of so many, and how many more there are."""
    lines = [mute_in_words(one.mute, one.label) for one in mutes[:most]]
    more = len(mutes) - len(lines)
    return "\n".join([*lines, *([f"and {more} more"] if more else [])])


def quiet_hours(start: str, end: str, urgent: str) -> QuietHours:
    """What was typed. BadInputError says how to write it."""
    first, last = _minute(start), _minute(end)
    if first == last:
        raise BadInputError(f"Quiet hours need a beginning and another end. {TIME_HELP}")
    return QuietHours(first, last, lets_urgent=not urgent.strip().lower().startswith("n"))


def amount(typed: str) -> int:
    """Minor units of an amount as people type it: ``25``, ``$12.50``. BadInputError otherwise."""
    minor = minor_units(typed)
    if minor is None or minor > MOST_MINOR:
        raise BadInputError("Write an amount such as `25` or `12.50`.")
    return minor


def clock_of(quiet: QuietHours | None) -> tuple[str, str]:
    """What the form begins with."""
    return (as_clock(quiet.start), as_clock(quiet.end)) if quiet else ("22:00", "08:00")


def _minute(typed: str) -> int:
    hour, _, minute = typed.strip().partition(":")
    if not (hour.isdecimal() and (minute or "0").isdecimal()) or len(hour) > 2 or len(minute) > 2:  # noqa: PLR2004
        raise BadInputError(f"I cannot read that time. {TIME_HELP}")
    found = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or found >= ALL_DAY:  # noqa: PLR2004 - a clock face
        raise BadInputError(f"There is no such time of day. {TIME_HELP}")
    return found


def waiting_for_shift(count: int) -> list[str]:
    """That cards to somebody off shift wait; nothing where none do."""
    if not count:
        return []
    return [f"🕒 {'1 card waits' if count == 1 else f'{count} cards wait'} until the next shift begins."]
