"""What a creator wants to earn in a month, and whether the pace reaches it; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import BadInputError
from bot.domain.money import Money, minor_units
from bot.domain.periods import Period

LEAST, MOST = 100, 10_000_000_00
SOON = timedelta(days=1)
"""Before this much of a month is over, its pace says nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a month is on its way; amounts are net."""

    goal: Money
    net: Money
    month: Period
    """All of it."""
    at: datetime

    @property
    def is_reached(self) -> bool:
        """Whether the goal is there already."""
        return self.net.minor >= self.goal.minor

    @property
    def percent(self) -> float:
        """How much of the goal is there."""
        return self.net.minor * 100 / self.goal.minor

    @property
    def missing(self) -> Money:
        """What the goal still takes; nothing once it is reached."""
        return Money(max(self.goal.minor - self.net.minor, 0))

    @property
    def pace(self) -> Money | None:
        """What the month comes to when it goes on like this; ``None`` on its first day."""
        over = self.at - self.month.start
        if over < SOON:
            return None
        return Money(round(self.net.minor * ((self.month.end - self.month.start) / over)))

    @property
    def days_left(self) -> int:
        """Days that are left, the present one included."""
        today = self.at.astimezone(self.month.zone).date()
        return sum(day.astimezone(self.month.zone).date() >= today for day in self.month.days)

    @property
    def needed_a_day(self) -> Money:
        """What each day that is left has to bring, rounded up to the cent."""
        return Money(-(-self.missing.minor // max(self.days_left, 1)))

    @property
    def even_pace(self) -> tuple[int, ...]:
        """What each day so far would have brought when all days bring the same, in minor units; today in part."""
        days = self.month.days
        ends = (*days[1:], self.month.end)
        whole = self.month.end - self.month.start
        spans = ((start, min(end, self.at)) for start, end in zip(days, ends, strict=True) if start < self.at)
        return tuple(round(self.goal.minor * ((end - start) / whole)) for start, end in spans)


def goal_of(written: str) -> Money | None:
    """A goal as people write it, such as ``5000`` or ``$5,000``; ``None`` for no goal. BadInputError otherwise."""
    words = written.strip().lower()
    if words in {"", "0", "none", "no"}:
        return None
    minor = minor_units(words)
    if minor is None or not LEAST <= minor <= MOST:
        raise BadInputError("Write the goal in dollars, such as `5000` or `$5,000`. Leave it empty to have none.")
    return Money(minor)
