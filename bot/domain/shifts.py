"""Weekly shifts: when a person's rights hold, on the clock of a named zone."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInputError

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAYS_LOOKED_AHEAD = 8
WHOLE_WEEK = frozenset(range(7))
SETS = {"every day": WHOLE_WEEK, "weekdays": frozenset(range(5)), "weekend": frozenset({5, 6})}
DAYS_HELP = "Write days like `Mon-Fri`, `Sat, Sun` or `every day`."
CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})$")
MIDNIGHT = (24, 0)
"""As many write it."""


@dataclass(frozen=True, slots=True)
class Shift:
    """From one time of day to another, on some days of each week; one that ends before it begins ends the day after.

    Where the clock shows a time twice, a shift begins the first time and ends the last; where it leaves a time
    out, an hour later by the clock.
    """

    weekdays: frozenset[int]
    """The days on which it begins, Monday is 0."""
    begins: time
    ends: time
    zone: ZoneInfo

    def covers(self, instant: datetime) -> bool:
        """Whether it is under way; its first second is, its last is not."""
        today = instant.astimezone(self.zone).date()
        spans = (self._span(today - timedelta(days=back)) for back in (0, 1, 2))
        return any(span is not None and span[0] <= instant < span[1] for span in spans)

    def next_after(self, instant: datetime) -> datetime:
        """When it begins next, in UTC."""
        return next(begin for begin in self._beginnings(instant) if begin > instant)

    @property
    def words(self) -> str:
        """As people read it."""
        days = ", ".join(DAY_NAMES[day] for day in sorted(self.weekdays))
        if self.weekdays == WHOLE_WEEK:
            days = "Every day"
        elif self.weekdays == SETS["weekdays"]:
            days = "Mon to Fri"
        return f"{days} {self.begins:%H:%M} to {self.ends:%H:%M} ({self.zone.key})"

    def _beginnings(self, instant: datetime) -> Iterator[datetime]:
        today = instant.astimezone(self.zone).date()
        for ahead in range(DAYS_LOOKED_AHEAD + 1):
            span = self._span(today + timedelta(days=ahead))
            if span is not None:
                yield span[0]

    def _span(self, day: date) -> tuple[datetime, datetime] | None:
        if day.weekday() not in self.weekdays:
            return None
        last = day if self.ends > self.begins else day + timedelta(days=1)
        return self._instant(day, self.begins, fold=0), self._instant(last, self.ends, fold=1)

    def _instant(self, day: date, clock: time, *, fold: int) -> datetime:
        local = datetime.combine(day, clock, tzinfo=self.zone).replace(fold=fold)
        instant = local.astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            return local.replace(fold=0).astimezone(UTC)
        return instant


def days_from(written: str) -> frozenset[int]:
    """The days meant, such as ``Mon-Fri`` or ``Sat, Sun``; BadInputError says how to write them."""
    words = " ".join(written.lower().split())
    if words in SETS:
        return SETS[words]
    found: set[int] = set()
    for part in re.split(r"\s*,\s*|\s+and\s+", words):
        first, _, last = (end.strip() for end in part.partition("-"))
        begin = _day(first)
        span = (_day(last) - begin) % 7 if last else 0
        found |= {(begin + step) % 7 for step in range(span + 1)}
    return frozenset(found)


def clock_from(written: str) -> time:
    """A time of day such as ``09:30``; BadInputError says how to write it."""
    match = CLOCK.match(written.strip())
    hour, minute = (int(match["hour"]), int(match["minute"])) if match else (-1, 0)
    try:
        return time(0 if (hour, minute) == MIDNIGHT else hour, minute)
    except ValueError:
        raise BadInputError("Write times of day like `09:00` or `22:30`.") from None


def week_with(week: Iterable[Shift], new: Shift) -> tuple[Shift, ...]:
    """The week with a shift added; on its days it is the only one."""
    return (*week_without(week, new.weekdays), new)


def week_without(week: Iterable[Shift], days: frozenset[int]) -> tuple[Shift, ...]:
    """The week with nothing on these days."""
    return tuple(replace(shift, weekdays=left) for shift in week if (left := shift.weekdays - days))


def _day(word: str) -> int:
    names = [name.lower() for name in DAY_NAMES]
    if word[:3] not in names:
        raise BadInputError(f"I cannot read those days. {DAYS_HELP}")
    return names.index(word[:3])


def is_on_shift(week: Iterable[Shift], instant: datetime) -> bool:
    """Whether one of the shifts is under way; true for somebody without any."""
    held = list(week)
    return not held or any(shift.covers(instant) for shift in held)


def next_shift(week: Iterable[Shift], instant: datetime) -> datetime | None:
    """When the next of the shifts begins."""
    return min((shift.next_after(instant) for shift in week), default=None)
