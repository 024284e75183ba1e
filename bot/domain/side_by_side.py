"""What several creators earned, next to each other; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.accounts import CreatorId
from bot.domain.money import Money, change_percent
from bot.domain.periods import Asked
from bot.domain.reports import total


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Fans who wait for an answer, among the latest chats."""

    count: int | None
    """``None`` where it could not be read just now."""
    is_all: bool = True
    """Whether no more can wait than were looked at."""


@dataclass(frozen=True, slots=True)
class CreatorIncome:
    """One creator's net income of a period, in the days of their own zone."""

    creator: CreatorId
    handle: str
    net: Money
    before: Money
    """Of the period before."""
    is_added_up: bool = False
    """Whether single payments were added up, because Fanvue's summary could not be had."""
    unanswered: Unanswered | None = None
    """``None`` where the reader may not read what fans write."""

    @property
    def change(self) -> float | None:
        """Against the period before, in percent; ``None`` when that had nothing."""
        return change_percent(self.net.minor, self.before.minor)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Creators by what they earned, the most first."""

    asked: Asked
    incomes: tuple[CreatorIncome, ...]
    unread: tuple[str, ...]
    """Handles of those who could not be read just now."""
    left_out: int
    """How many more there are than are looked at."""
    as_of: datetime

    @property
    def net(self) -> Money:
        """Of all that were read."""
        return total([one.net for one in self.incomes])

    @property
    def before(self) -> Money:
        """Of the same creators, in the period before."""
        return total([one.before for one in self.incomes])

    @property
    def change(self) -> float | None:
        """Together, against the period before, in percent; ``None`` when that had nothing."""
        return change_percent(self.net.minor, self.before.minor)

    def share(self, one: CreatorIncome) -> float | None:
        """Their part of it all in percent; ``None`` where nothing came in, or less than nothing."""
        if self.net.minor <= 0 or any(other.net.minor < 0 for other in self.incomes):
            return None
        return one.net.minor * 100 / self.net.minor


def ranked(incomes: Sequence[CreatorIncome]) -> tuple[CreatorIncome, ...]:
    """The most first; of equals by their names."""
    return tuple(sorted(incomes, key=lambda one: (-one.net.minor, one.handle)))
