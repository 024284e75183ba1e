"""Spans of days people ask about, in their own time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Preset(StrEnum):
    """The periods a person can pick."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7 = "7d"
    LAST_28 = "28d"
    LAST_90 = "90d"
    THIS_MONTH = "month"
    LAST_MONTH = "last_month"

    @property
    def label(self) -> str:
        """The name people see."""
        return TITLES[self]


TITLES = {
    Preset.TODAY: "Today so far",
    Preset.YESTERDAY: "Yesterday",
    Preset.LAST_7: "Last 7 days",
    Preset.LAST_28: "Last 28 days",
    Preset.LAST_90: "Last 90 days",
    Preset.THIS_MONTH: "This month so far",
    Preset.LAST_MONTH: "Last month",
}

SHORTEST = timedelta(seconds=1)
"""At midnight sharp, today so far is not nothing: an empty span is no span to Fanvue."""

ROLLING_DAYS = {Preset.LAST_7: 7, Preset.LAST_28: 28, Preset.LAST_90: 90}


@dataclass(frozen=True, slots=True)
class Period:
    """A span ``[start, end)`` of instants, with the zone whose days it counts."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def days(self) -> tuple[datetime, ...]:
        """The local midnights of the days it touches, in order."""
        first = self.start.astimezone(self.zone).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        count = (last - first).days + 1
        return tuple(_midnight(first + timedelta(days=offset), self.zone) for offset in range(count))


def period_for(preset: Preset, now: datetime, zone: ZoneInfo) -> Period:
    """The period a preset means at ``now``; rolling ones end with today so far."""
    today = now.astimezone(zone).date()
    this_month = today.replace(day=1)
    if preset is Preset.YESTERDAY:
        return Period(_midnight(today - timedelta(days=1), zone), _midnight(today, zone), zone)
    if preset is Preset.LAST_MONTH:
        last_month = (this_month - timedelta(days=1)).replace(day=1)
        return Period(_midnight(last_month, zone), _midnight(this_month, zone), zone)
    first = {Preset.TODAY: today, Preset.THIS_MONTH: this_month}.get(preset)
    start = _midnight(first or today - timedelta(days=ROLLING_DAYS[preset] - 1), zone)
    return Period(start, max(now, start + SHORTEST), zone)


def period_before(preset: Preset, period: Period) -> Period:
    """The span to compare with: as long, just before; for months, the same part of the month before."""
    zone = period.zone
    first = period.start.astimezone(zone).date()
    if preset in {Preset.THIS_MONTH, Preset.LAST_MONTH}:
        start = _midnight((first - timedelta(days=1)).replace(day=1), zone)
        if preset is Preset.LAST_MONTH:
            return Period(start, period.start, zone)
        return Period(start, min(_wall_shift(start, period), period.start), zone)
    days = len(period.days)
    start = _midnight(first - timedelta(days=days), zone)
    return Period(start, _wall_shift(start, period), zone)


def _wall_shift(start: datetime, period: Period) -> datetime:
    """As far behind ``start`` on the wall clock as the period's end is behind its start."""
    zone = period.zone
    span = period.end.astimezone(zone).replace(tzinfo=None) - period.start.astimezone(zone).replace(tzinfo=None)
    return (start.astimezone(zone).replace(tzinfo=None) + span).replace(tzinfo=zone).astimezone(UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
