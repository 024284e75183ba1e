"""Spans of days people ask about, in their own time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInputError


class Preset(StrEnum):
    """The periods a person can pick."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7 = "7d"
    LAST_28 = "28d"
    LAST_90 = "90d"
    THIS_MONTH = "month"
    LAST_MONTH = "last_month"
    THIS_YEAR = "year"

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
    Preset.THIS_YEAR: "This year so far",
}

SHORTEST = timedelta(seconds=1)
"""At midnight sharp, today so far is not nothing: an empty span is no span to Fanvue."""

ROLLING_DAYS = {Preset.LAST_7: 7, Preset.LAST_28: 28, Preset.LAST_90: 90}
WEEK = 7
MOST_DAYS = 731
"""The longest span of one's own days: two years, which is what a chart can still show."""

DAY = r"\d{4}-\d{2}-\d{2}"
DAYS = re.compile(rf"(?P<first>{DAY})(?:\s*(?:\.\.|to|until|[\u2013\u2014])\s*(?P<last>{DAY}))?$")
MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})$")
HELP = "Pick one from the list, or write days like `2026-03-01 to 2026-03-15`, or a month like `2026-03`."


@dataclass(frozen=True, slots=True)
class Period:
    """A span ``[start, end)`` of instants, with the zone whose days it counts."""

    start: datetime
    end: datetime
    zone: ZoneInfo

    def pieces(self, longest: timedelta, most: int) -> list["Period"]:
        """The span in equal pieces of about that length, but in no more than so many."""
        count = min(most, max(1, round((self.end - self.start) / longest)))
        borders = [*(self.start + (self.end - self.start) * place / count for place in range(count)), self.end]
        return [Period(start, end, self.zone) for start, end in pairwise(borders)]

    @property
    def days(self) -> tuple[datetime, ...]:
        """The local midnights of the days it touches, in order."""
        first = self.start.astimezone(self.zone).date()
        return _midnights(first, (self.end - timedelta(microseconds=1)).astimezone(self.zone).date(), self.zone)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see: a preset, or days of their own, both included."""

    preset: Preset | None = None
    first: date | None = None
    last: date | None = None

    @property
    def key(self) -> str:
        """A short text that ``asked`` reads again."""
        return self.preset.value if self.preset else f"{self.first}..{self.last}"

    @property
    def label(self) -> str:
        """The name people see."""
        if self.preset:
            return self.preset.label
        if self.first is None or self.last is None:
            raise ValueError("neither a preset nor days")
        return day_name(self.first) if self.first == self.last else f"{day_name(self.first)} to {day_name(self.last)}"

    def period(self, now: datetime, zone: ZoneInfo) -> Period:
        """The span it means at ``now``. BadInputError when none of it has happened yet."""
        if self.preset:
            return period_for(self.preset, now, zone)
        if self.first is None or self.last is None:
            raise ValueError("neither a preset nor days")
        start = _midnight(self.first, zone)
        if start >= now:
            raise BadInputError("Those days have not come yet. Ask for days that have begun.")
        return Period(start, min(_midnight(self.last + timedelta(days=1), zone), max(now, start + SHORTEST)), zone)


def asked(words: str) -> Asked:
    """What the words mean: a preset's value or label, a day, two days, or a month. BadInputError says how to write."""
    written = " ".join(words.strip().lower().split())
    for preset in Preset:
        if written in {preset.value, preset.label.lower()}:
            return Asked(preset)
    try:
        if match := MONTH.match(written):
            first = date(int(match["year"]), int(match["month"]), 1)
            return Asked(first=first, last=_next_month(first) - timedelta(days=1))
        match = DAYS.match(written)
        if match is None:
            raise BadInputError(f"I cannot read that period. {HELP}")
        first, last = date.fromisoformat(match["first"]), date.fromisoformat(match["last"] or match["first"])
    except ValueError:
        raise BadInputError(f"There is no such day. {HELP}") from None
    if last < first:
        first, last = last, first
    if (last - first).days >= MOST_DAYS:
        raise BadInputError("That is longer than two years. Ask for a shorter period.")
    return Asked(first=first, last=last)


def day_name(day: date) -> str:
    """A day for people, such as ``3 Mar 2026``."""
    return f"{day.day} {day:%b} {day.year}"


def period_for(preset: Preset, now: datetime, zone: ZoneInfo) -> Period:
    """The period a preset means at ``now``; rolling ones end with today so far."""
    today = now.astimezone(zone).date()
    this_month = today.replace(day=1)
    if preset is Preset.YESTERDAY:
        return Period(_midnight(today - timedelta(days=1), zone), _midnight(today, zone), zone)
    if preset is Preset.LAST_MONTH:
        last_month = (this_month - timedelta(days=1)).replace(day=1)
        return Period(_midnight(last_month, zone), _midnight(this_month, zone), zone)
    first = {
        Preset.TODAY: today,
        Preset.THIS_MONTH: this_month,
        Preset.THIS_YEAR: today.replace(month=1, day=1),
    }.get(preset)
    start = _midnight(first or today - timedelta(days=ROLLING_DAYS[preset] - 1), zone)
    return Period(start, max(now, start + SHORTEST), zone)


def month_of(instant: datetime, zone: ZoneInfo) -> Period:
    """The whole calendar month of an instant."""
    first = instant.astimezone(zone).date().replace(day=1)
    return Period(_midnight(first, zone), _midnight(_next_month(first), zone), zone)


def period_before(preset: Preset | None, period: Period) -> Period:
    """The span to compare with: as long, just before; for months and years, the same part of the one before."""
    zone = period.zone
    first = period.start.astimezone(zone).date()
    if preset is Preset.THIS_YEAR:
        start = _midnight(first.replace(year=first.year - 1), zone)
        return Period(start, min(_wall_shift(start, period), period.start), zone)
    if preset in {Preset.THIS_MONTH, Preset.LAST_MONTH}:
        start = _midnight((first - timedelta(days=1)).replace(day=1), zone)
        if preset is Preset.LAST_MONTH:
            return Period(start, period.start, zone)
        return Period(start, min(_wall_shift(start, period), period.start), zone)
    days = len(period.days)
    start = _midnight(first - timedelta(days=days), zone)
    return Period(start, min(_wall_shift(start, period), period.start), zone)


def steady_parts(period: Period) -> tuple[Period, ...]:
    """The span in whole days, cut where the zone's offset changes: inside a part all midnights share one offset."""
    zone = period.zone
    days = [day.astimezone(zone) for day in period.days]
    end = _midnight(days[-1].date() + timedelta(days=1), zone).astimezone(zone)
    cuts = [day for before, day in pairwise(days) if before.utcoffset() != day.utcoffset()]
    borders = [days[0], *cuts, end]
    return tuple(Period(start.astimezone(UTC), stop.astimezone(UTC), zone) for start, stop in pairwise(borders))


def same_weekdays_before(period: Period) -> Period:
    """The latest span before it that is as long and starts on the same day of the week."""
    weeks = -(-len(period.days) // WEEK)
    first = period.start.astimezone(period.zone).date() - timedelta(weeks=weeks)
    start = _midnight(first, period.zone)
    return Period(start, min(_wall_shift(start, period), period.start), period.zone)


def _wall_shift(start: datetime, period: Period) -> datetime:
    """As far behind ``start`` on the wall clock as the period's end is behind its start."""
    zone = period.zone
    span = period.end.astimezone(zone).replace(tzinfo=None) - period.start.astimezone(zone).replace(tzinfo=None)
    return (start.astimezone(zone).replace(tzinfo=None) + span).replace(tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=32)
def _midnights(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Asked several times for each answer, and the same for everybody who asks on a day."""
    return tuple(_midnight(first + timedelta(days=offset), zone) for offset in range((last - first).days + 1))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
