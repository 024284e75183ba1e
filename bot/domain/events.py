"""What happened at Fanvue, whatever route told us."""

from dataclasses import dataclass
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
    TIP = "tip"
    PURCHASE = "purchase"
    REFUND = "refund"
    DISPUTE = "dispute"
    MESSAGE_SENT = "message_sent"
    MESSAGE_READ = "message_read"
    OTHER = "other"
    """Known to be signed by Fanvue, of a type that makes no card; kept and counted."""

    @property
    def has_card(self) -> bool:
        """Whether people can be alerted to it."""
        return self not in {EventKind.MESSAGE_SENT, EventKind.MESSAGE_READ, EventKind.OTHER}


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
    """One happening. ``key`` is its identity, the same whichever route or family reported it."""

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

    def __repr__(self) -> str:
        """Its kind alone: text and people stay out of logs."""
        return f"Event({self.kind.value})"
