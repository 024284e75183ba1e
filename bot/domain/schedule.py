"""Reading "when" as people write it, in their own time zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInputError

CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>am|pm)?"
IN = re.compile(r"in (?P<count>\d{1,4})\s*(?P<unit>minute|min|m|hour|h|day|d|week|w)s?$")
DAY_AT = re.compile(rf"(?:(?P<day>today|tomorrow|\d{{4}}-\d{{2}}-\d{{2}})[ ,t]*)?(?:at )?{CLOCK}$")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
HELP = "Write it like `tomorrow 18:00`, `in 2 hours` or `2026-12-24 18:00`."


def parse(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant meant, in UTC; BadInputError says how to write it, or what is wrong with that time."""
    words = " ".join(written.lower().split())
    if match := IN.match(words):
        span = timedelta(**{UNITS[match["unit"][0]]: int(match["count"])})
        return now.astimezone(UTC) + span
    match = DAY_AT.match(words)
    if match is None:
        raise BadInputError(f"I cannot read that time. {HELP}")
    clock = _clock(match)
    local_now = now.astimezone(zone)
    if match["day"] is None:
        instant = _instant(local_now.date(), clock, zone)
        return instant if instant > now else _instant(local_now.date() + timedelta(days=1), clock, zone)
    return _instant(_day(match["day"], local_now.date()), clock, zone)


def to_come(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The same, when it is still to come; BadInputError names the next time of day like it."""
    instant = parse(written, now, zone)
    if instant > now:
        return instant
    local = instant.astimezone(zone)
    days = (now.astimezone(zone).date() + timedelta(days=ahead) for ahead in (0, 1, 2))
    nearest = next(
        later
        for day in days
        if (later := datetime.combine(day, local.time(), tzinfo=zone)).astimezone(UTC) > now and _is_there(later)
    )
    raise BadInputError(f"That time has passed. The next one like it is `{nearest:%Y-%m-%d %H:%M}` ({zone.key}).")


def from_stamp(seconds: int) -> datetime | None:
    """The instant of a Unix time; ``None`` for 0."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _clock(match: re.Match[str]) -> time:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["minute"] is None and match["half"] is None:
        raise BadInputError(f"Give the time with minutes. {HELP}")
    if match["half"] and not 1 <= hour <= 12:  # noqa: PLR2004 - a clock face
        raise BadInputError(f"There is no such hour. {HELP}")
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise BadInputError(f"There is no such time of day. {HELP}") from None


def _day(word: str, today: date) -> date:
    if word in {"today", "tomorrow"}:
        return today + timedelta(days=word == "tomorrow")
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise BadInputError(f"There is no such day. {HELP}") from None


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, clock, tzinfo=zone)
    instant = local.astimezone(UTC)
    if not _is_there(local):
        later = instant.astimezone(zone)
        raise BadInputError(
            f"{local:%H:%M} does not exist on that day in {zone.key}: the clocks change. Try {later:%H:%M}."
        )
    return instant


def _is_there(local: datetime) -> bool:
    """Whether the wall ever shows it: where the clocks jump, some times are left out."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
