"""The clock on the wall of a time zone: over midnight, over changes of the clocks, in half-hour zones."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY_MINUTES = 24 * 60
MINUTE = timedelta(minutes=1)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC for one that is not known (any more)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def minute_of_day(instant: datetime, zone: ZoneInfo) -> int:
    """What the wall shows, in minutes since midnight."""
    local = instant.astimezone(zone)
    return local.hour * 60 + local.minute


def next_at(minute: int, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant later than ``after`` at which the wall shows ``minute``, or skips over it."""
    today = after.astimezone(zone).date()
    instants = (
        _instant(datetime.combine(today + timedelta(days=days), _clock(minute), tzinfo=zone), fold)
        for days in (-1, 0, 1, 2)
        for fold in (0, 1)
    )
    return min(instant for instant in instants if instant > after)


def next_hour(after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant later than ``after`` at which the wall shows a full hour, unless the clocks change before."""
    local = after.astimezone(zone)
    return (after + timedelta(minutes=60 - local.minute)).replace(second=0, microsecond=0)


def as_clock(minute: int) -> str:
    """``22:30`` for 1350."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _instant(local: datetime, fold: int) -> datetime:
    instant = local.replace(fold=fold).astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _end_of_gap(local)


def _end_of_gap(local: datetime) -> datetime:
    """When the clocks jumped over that time of day."""
    last_before = local.replace(fold=1).astimezone(UTC)
    offset = last_before.astimezone(local.tzinfo).utcoffset()
    while last_before.astimezone(local.tzinfo).utcoffset() == offset:
        last_before += MINUTE
    return last_before
