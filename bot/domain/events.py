"""What happened at Fanvue, whatever route told us."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.accounts import CreatorId, FanId
from bot.domain.money import Money


class EventKind(StrEnum):
    """Kinds of happenings; the ones with a card are those alerts can be set for."""

    MESSAGE = "message"
    FOLLOWER = "follower"
    SUBSCRIBER = "subscriber"
    RENEWAL = "renewal"
    CANCELLATION = "cancellation"
    """The subscription will not be renewed."""
    ENDED = "ended"
    """The subscription is over."""
    TIP = "tip"
    PURCHASE = "purchase"
    REFUND = "refund"
    DISPUTE = "dispute"
    COMMENT = "comment"
    LIKE = "like"
    MESSAGE_SENT = "message_sent"
    MESSAGE_READ = "message_read"
    MESSAGE_DELETED = "message_deleted"
    REACTION = "reaction"
    OTHER = "other"
    """Known to be signed by Fanvue, of a type that makes no card; kept and counted."""

    @property
    def has_card(self) -> bool:
        """Whether people can be alerted to it."""
        return self not in CARDLESS

    @property
    def routed_as(self) -> "EventKind":
        """Whose rules say where it goes: what the creator's side wrote follows what fans write, into desks alone."""
        return EventKind.MESSAGE if self is EventKind.MESSAGE_SENT else self

    @property
    def is_sent_unasked(self) -> bool:
        """Whether a new connection gets it by direct message until somebody chooses; likes would be too many."""
        return self.has_card and self is not EventKind.LIKE


CARDLESS = frozenset(
    {
        EventKind.MESSAGE_SENT,
        EventKind.MESSAGE_READ,
        EventKind.MESSAGE_DELETED,
        EventKind.REACTION,
        EventKind.OTHER,
    }
)
"""They change cards that are there, or nothing; none makes one."""


PERIODS = frozenset({EventKind.SUBSCRIBER, EventKind.RENEWAL})
"""A subscription that began, or goes on."""


@dataclass(frozen=True, slots=True)
class Fan:
    """The other person in an event; names are their own words and never trusted."""

    id: FanId
    handle: str = ""
    display_name: str = ""

    @property
    def name(self) -> str:
        """What to call them."""
        return self.display_name or self.handle or "a fan"


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """One happening, as one route reported it.

    ``key`` and ``aliases`` are its identities (made in ``bot.domain.identity``): two reports that share any of them are
    the same happening. Reports of one sale that share none are paired by fan, amount and time when they are routed.
    """

    key: str
    kind: EventKind
    creator: CreatorId
    happened_at: datetime
    fan: Fan | None = None
    text: str | None = None
    has_media: bool = False
    amount: Money | None = None
    message_uuid: str | None = None
    post_uuid: str | None = None
    aliases: tuple[str, ...] = ()
    charged: Money | None = None
    """What the card was charged, tax included, where that is told beside the amount; for pairing, and not kept."""
    may_be_a_period: bool = False
    """Whether what was bought may be a subscription, as others tell it then; for pairing, and not kept."""
    takes_back: str = ""
    """The number of the payment that a reversal takes back; for pairing, and not kept."""
    reported_as: str = ""
    """Fanvue's name for a type that means nothing here."""
    sample_for: str | None = None
    """The key of the only place a sample goes to; ``None`` for what truly happened."""

    @property
    def identities(self) -> tuple[str, ...]:
        """The key and its aliases."""
        return (self.key, *self.aliases)

    def with_more(self, report: "Event") -> "Event":
        """The same with what only another report of the happening tells."""
        return replace(self, amount=self.amount or report.amount)

    @property
    def is_sample(self) -> bool:
        """Whether the Test button made it: never counted, never answered."""
        return self.sample_for is not None

    def __repr__(self) -> str:
        """Its kind alone: text and people stay out of logs."""
        return f"Event({self.kind.value})"
