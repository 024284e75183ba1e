"""What Fanvue keeps: people, chats, sales, posts, media. Money is integer USD cents, instants are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal
from uuid import uuid4

PAYOUT_DELAY = timedelta(days=7)

ReversalKind = Literal["refund", "chargeback"]
FanStatus = Literal["subscriber", "expired", "follower", "not_contactable"]


def drawn_uuid(draw: Random) -> str:
    """A version 4 UUID that depends on the seed alone."""
    digits = f"{draw.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def fresh_uuid() -> str:
    return str(uuid4())


@dataclass(slots=True)
class User:
    """Anybody with a Fanvue account."""

    uuid: str
    handle: str
    display_name: str
    registered_at: datetime
    is_creator: bool = False
    bio: str = ""
    has_avatar: bool = True

    @property
    def email(self) -> str:
        return f"{self.handle}@example.com"


@dataclass(slots=True)
class Subscription:
    """One fan's subscription to one creator; active while it renews by itself or its period lasts."""

    first_at: datetime
    period_start: datetime
    period_end: datetime
    price: int
    renews: bool = True
    is_trial: bool = False
    ended_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        return self.ended_at is None and (self.renews or self.period_end > now)


@dataclass(slots=True)
class Fan:
    """What one creator knows about one user."""

    user: User
    joined_at: datetime
    weight: float
    is_contactable: bool = True
    is_following: bool = True
    nickname: str | None = None
    is_top_spender: bool = False
    last_seen_at: datetime | None = None
    subscription: Subscription | None = None

    def status(self, now: datetime) -> FanStatus:
        if not self.is_contactable:
            return "not_contactable"
        if self.subscription is None:
            return "follower"
        return "subscriber" if self.subscription.is_active(now) else "expired"

    def is_online(self, now: datetime) -> bool:
        return self.last_seen_at is not None and now - self.last_seen_at < timedelta(minutes=5)


@dataclass(slots=True)
class Message:
    """A message of a chat; `is_read` says that its recipient has read it."""

    uuid: str
    text: str | None
    sent_at: datetime
    is_from_fan: bool
    type: str = "SINGLE_RECIPIENT"
    media_uuids: tuple[str, ...] = ()
    media_type: str | None = None
    price: int | None = None
    purchased_at: datetime | None = None
    sent_by: str | None = None
    is_read: bool = True
    tip: int | None = None
    broadcast_uuid: str | None = None

    @property
    def is_listed(self) -> bool:
        """Mass messages show as the last message of a chat, never in its list."""
        return self.type not in {"BROADCAST", "GHOST_PROMOTION"}

    @property
    def is_settled(self) -> bool:
        """Whether nothing in it changes any more: worlds share such a one. A chat is made unread by its mark."""
        return self.is_read and (self.price is None or self.purchased_at is not None)


@dataclass(slots=True)
class Chat:
    """A conversation; messages are kept oldest first with strictly rising times."""

    fan: Fan
    created_at: datetime
    messages: list[Message] = field(default_factory=list)
    is_muted: bool = False
    is_archived: bool = False
    is_marked_unread: bool = False

    @property
    def unread(self) -> int:
        return sum(1 for message in self.messages if message.is_from_fan and not message.is_read)

    @property
    def is_read(self) -> bool:
        return not self.is_marked_unread and self.unread == 0

    @property
    def last_message(self) -> Message | None:
        return self.messages[-1] if self.messages else None

    def next_instant(self, now: datetime) -> datetime:
        """Now, or just after the last message, so that date paging never skips one."""
        last = self.last_message
        return now if last is None else max(now, last.sent_at + timedelta(milliseconds=1))

    def mark_read(self) -> int:
        """Read everything; answers how many messages were unread."""
        unread = self.unread
        self.is_marked_unread = False
        for message in self.messages:
            if message.is_from_fan:
                message.is_read = True
        return unread


@dataclass(slots=True)
class Sale:
    """A row of the earnings: what a fan paid (`gross`) and the creator's share (`net`).

    Nothing in it changes once it is in a book: worlds share those of the past.
    """

    at: datetime
    source: str
    gross: int
    net: int
    order_id: str
    fan_uuid: str | None
    currency: str = "USD"
    message_uuid: str | None = None
    post_uuid: str | None = None

    def is_paid_out(self, now: datetime) -> bool:
        return now - self.at > PAYOUT_DELAY


@dataclass(slots=True)
class Reversal:
    """A refund or chargeback; both amounts are negative."""

    at: datetime
    kind: ReversalKind
    gross: int
    net: int
    sale: Sale
    order_id: str


@dataclass(slots=True)
class MediaItem:
    uuid: str
    name: str
    media_type: str
    status: str
    created_at: datetime
    caption: str | None = None
    recommended_price: int | None = None
    folders: set[str] = field(default_factory=set)
    buyers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Comment:
    uuid: str
    text: str
    created_at: datetime
    user: User | None


@dataclass(slots=True)
class Post:
    """`publish_at` is set while it is scheduled, `published_at` once it is out."""

    uuid: str
    created_at: datetime
    text: str | None
    audience: str
    media_uuids: tuple[str, ...] = ()
    preview_uuid: str | None = None
    price: int | None = None
    publish_at: datetime | None = None
    published_at: datetime | None = None
    expires_at: datetime | None = None
    pinned_at: datetime | None = None
    likes: list[tuple[datetime, Fan]] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    tips: list[Sale] = field(default_factory=list)
    collections: tuple[str, ...] = ()

    def settle(self, now: datetime) -> None:
        """A scheduled post whose time has come is out."""
        if self.publish_at is not None and self.publish_at <= now:
            self.published_at, self.publish_at = self.publish_at, None


@dataclass(slots=True)
class Template:
    uuid: str
    text: str | None
    price: int | None
    media_uuids: tuple[str, ...]
    folder: str | None


@dataclass(slots=True)
class NamedGroup:
    """A custom list or a collection."""

    uuid: str
    name: str
    created_at: datetime
    members: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Folder:
    name: str
    created_at: datetime


@dataclass(slots=True)
class MassMessage:
    uuid: str
    text: str | None
    created_at: datetime
    recipients: list[str]
    status: str = "SENT"
    price: int | None = None
    media_uuids: tuple[str, ...] = ()
    scheduled_at: datetime | None = None
    published_at: datetime | None = None
    views: int = 0
    purchases: int = 0


@dataclass(slots=True)
class Notification:
    """`event_type`: 9 purchase, 10 subscriber, 11 tip, 12 follower."""

    uuid: str
    created_at: datetime
    event_type: int
    originator: User
    data: dict[str, object]
    is_read: bool = True


@dataclass(slots=True)
class TrackingLink:
    uuid: str
    name: str
    slug: str
    platform: str
    created_at: datetime
    clicks: int
    fans: list[Fan] = field(default_factory=list)
    is_new: bool = False


@dataclass(slots=True)
class Upload:
    """A file on its way: parts by number, each with the tag its PUT answered."""

    id: str
    media: MediaItem
    key: str
    size: int | None = None
    tags: dict[int, str] = field(default_factory=dict)
