"""Single payments, what posts earned, what links brought."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import Fan
from bot.domain.money import Money
from bot.domain.periods import Asked, Period
from bot.domain.reports import Source


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment; amounts in USD minor units."""

    at: datetime
    source: str
    gross: Money
    net: Money
    fan: Fan | None
    is_paid_out: bool
    """Whether it can be withdrawn already."""


@dataclass(frozen=True, slots=True)
class After:
    """Where a page goes on: rows no newer than this instant, without the first few of exactly it."""

    at: datetime
    skip: int


@dataclass(frozen=True, slots=True)
class Payments:
    """One page of payments, newest first; ``following`` is ``None`` at the end."""

    handle: str
    asked: Asked
    period: Period
    source: Source
    rows: tuple[Payment, ...]
    following: After | None
    is_first: bool
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PostNumbers:
    """What one post brought; unlocks are those of the period, likes, comments and tips of all time."""

    uuid: str
    text: str
    published_at: datetime | None
    likes: int
    comments: int
    tips: int
    tips_net: Money
    unlocks: int
    unlocks_net: Money

    @property
    def net(self) -> Money:
        """Tips and unlocks together."""
        return self.tips_net + self.unlocks_net


@dataclass(frozen=True, slots=True)
class LinkNumbers:
    """What one tracking link brought."""

    uuid: str
    name: str
    platform: str
    address: str
    clicks: int
    fans: int
    subscribers: int
    payers: int | None
    """How many of them pay; ``None`` where it was not asked."""
    net: Money
    gross: Money
