"""Who comes, who goes, who pays."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.accounts import FanId
from bot.domain.events import Fan
from bot.domain.money import Money
from bot.domain.periods import Asked, Period


@dataclass(frozen=True, slots=True)
class DayMovement:
    """Subscribers won and lost on one local day; ``None`` counts are unknown."""

    day: date
    gained: int | None
    lost: int | None


@dataclass(frozen=True, slots=True)
class Movement:
    """Subscribers in and out over a period."""

    handle: str
    asked: Asked
    period: Period
    days: tuple[DayMovement, ...]
    gained_before: int
    lost_before: int
    size: int | None
    """Subscribers now; ``None`` where it could not be asked."""
    as_of: datetime

    @property
    def gained(self) -> int:
        """Won in the period."""
        return sum(day.gained or 0 for day in self.days)

    @property
    def lost(self) -> int:
        """Lost in the period."""
        return sum(day.lost or 0 for day in self.days)

    @property
    def net(self) -> int:
        """The change."""
        return self.gained - self.lost

    @property
    def churn(self) -> float | None:
        """Lost in percent of who was there at the start; ``None`` when that is unknown or nobody."""
        if self.size is None or self.size - self.net <= 0:
            return None
        return self.lost * 100 / (self.size - self.net)

    @property
    def churn_before(self) -> float | None:
        """The same for the period before."""
        if self.size is None:
            return None
        start = self.size - self.net - (self.gained_before - self.lost_before)
        return self.lost_before * 100 / start if start > 0 else None


@dataclass(frozen=True, slots=True)
class Leaving:
    """A subscriber whose subscription ends without renewal."""

    fan: Fan
    ends_at: datetime | None
    spent: Money | None
    """``None`` where Fanvue does not tell, as of fans of managed creators."""


@dataclass(frozen=True, slots=True)
class Departures:
    """Who is about to leave; ``count`` may be more than the ``fans`` looked at."""

    fans: tuple[Leaving, ...]
    count: int

    @property
    def value(self) -> Money | None:
        """What those looked at have spent so far; ``None`` when of nobody it is told."""
        told = [one.spent.minor for one in self.fans if one.spent is not None]
        return Money(sum(told)) if told else None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A fan's place in a ranking."""

    fan: Fan
    gross: Money
    net: Money
    messages: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who spent most in a period."""

    handle: str
    asked: Asked
    period: Period
    fans: tuple[Ranked, ...]
    income: Money
    """All gross income of the period, which the shares are of."""
    as_of: datetime
    is_added_up: bool = False
    """Whether the income is the sum of single payments, since Fanvue's summary could not be read."""

    def share(self, ranked: Ranked) -> float | None:
        """A fan's part of the income in percent; ``None`` when there was none."""
        return ranked.gross.minor * 100 / self.income.minor if self.income.minor > 0 else None


@dataclass(frozen=True, slots=True, repr=False)
class FanCard:
    """What is known about one fan; ``None`` is unknown."""

    fan: Fan
    nickname: str | None
    status: str
    spent: Money | None
    largest: Money | None
    last_purchase_at: datetime | None
    sources: tuple[tuple[str, Money], ...]
    subscribed_at: datetime | None
    renews_at: datetime | None
    renews: bool
    is_online: bool | None
    last_seen_at: datetime | None
    is_top_spender: bool
    lists: tuple[str, ...]
    last_words: str | None
    last_words_at: datetime | None

    def __repr__(self) -> str:
        """Nothing of it."""
        return "FanCard(…)"

    @property
    def id(self) -> FanId:
        """The fan."""
        return self.fan.id
