"""What a rule asks for beside creator, kind and place, and what people have muted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.events import EventKind
from bot.domain.money import Money
from bot.domain.walltime import as_clock, minute_of_day, next_at, next_hour, zone_of

URGENT = frozenset({EventKind.REFUND, EventKind.DISPUTE})
"""Money at risk: quiet hours let it through where somebody chose that."""
DAILY_AT = 9 * 60


class Digest(StrEnum):
    """How often a summary comes instead of cards."""

    HOURLY = "hourly"
    DAILY = "daily"


class Bundle(StrEnum):
    """What cards waited for together."""

    QUIET = "quiet"
    SHIFT = "shift"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day until another, over midnight when the first is the later one."""

    start: int
    end: int
    lets_urgent: bool = True
    """Whether refunds and disputes come at once all the same."""

    @property
    def words(self) -> str:
        """``22:00-07:30``."""
        return f"{as_clock(self.start)}-{as_clock(self.end)}"

    def holds_at(self, minute: int) -> bool:
        """Whether that minute of the day is quiet."""
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


@dataclass(frozen=True, slots=True)
class Wishes:
    """The fine print of one rule; every field left out asks for nothing."""

    minimum: int | None = None
    """Events with an amount below this many US cents make no card; what is in another currency always does."""
    spent: int | None = None
    """Fans known to have spent less than this many minor units make no card."""
    top_only: bool = False
    """Fans known not to bear Fanvue's own mark of a top spender make no card."""
    role: int | None = None
    is_silent: bool = False
    quiet: QuietHours | None = None
    digest: Digest | None = None
    zone: str = "UTC"

    @property
    def ask_for_spending(self) -> bool:
        """Whether it matters what fans have spent."""
        return self.spent is not None or self.top_only

    def is_too_small(self, amount: Money | None) -> bool:
        """Whether it is known to be less than asked for."""
        if self.minimum is None or amount is None or amount.currency != "USD":
            return False
        return abs(amount.minor) < self.minimum

    def misses(self, spender: "Spender") -> bool:
        """Whether such a fan is none of those asked for."""
        too_little = self.spent is not None and spender.spent < self.spent
        return too_little or (self.top_only and not spender.is_top)

    def quiet_until(self, instant: datetime, kind: EventKind) -> datetime | None:
        """When the quiet that holds at this instant ends; ``None`` when there is none for this kind."""
        if self.quiet is None or (self.quiet.lets_urgent and kind in URGENT):
            return None
        zone, end = zone_of(self.zone), instant
        while self.quiet.holds_at(minute_of_day(end, zone)):
            end = next_at(self.quiet.end, end, zone)
        return end if end > instant else None

    def next_digest(self, instant: datetime) -> datetime | None:
        """When what happens now is summed up; ``None`` without a digest."""
        if self.digest is None:
            return None
        zone = zone_of(self.zone)
        return next_hour(instant, zone) if self.digest is Digest.HOURLY else next_at(DAILY_AT, instant, zone)


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class Spender:
    """What is known of one fan's spending."""

    spent: int
    """In minor units."""
    is_top: bool = False
    """Whether Fanvue marks them as a top spender."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A rule that rests because its place does not work; a click brings it back."""

    reason: str
    since: datetime


class MuteScope(StrEnum):
    """Whom a mute is for."""

    ME = "me"
    """The direct messages of the one who muted, and nothing else."""
    ALL = "all"
    """Every place of the creator."""


class MuteSubject(StrEnum):
    """What is muted."""

    FAN = "fan"
    KIND = "kind"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Mute:
    """Something of a creator that somebody does not want to hear of for a while."""

    id: str
    creator: CreatorId
    scope: MuteScope
    person: DiscordUserId
    subject: MuteSubject
    value: str
    """A fan's id, a kind, or a place's key; a place muted for oneself is one's own DM."""
    until: datetime | None
    created_at: datetime

    def holds_at(self, instant: datetime) -> bool:
        """Whether it has not run out."""
        return self.until is None or instant < self.until
