"""Drafts: what is to be posted or sent to many, until somebody confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.errors import BadInputError
from bot.domain.money import minor_units

TEXT_LIMIT = 5000
FILES = 10
LEAST_PRICE = 300
MOST_PRICE = 50_000
FURTHEST = timedelta(days=365)


class Audience(StrEnum):
    """Who sees a post, in Fanvue's words."""

    SUBSCRIBERS = "subscribers"
    EVERYONE = "followers-and-subscribers"

    @property
    def label(self) -> str:
        """The name people see."""
        return "Subscribers" if self is Audience.SUBSCRIBERS else "Followers and subscribers"


class DraftKind(StrEnum):
    """What becomes of it."""

    POST = "post"
    MASS = "mass"

    @property
    def noun(self) -> str:
        """What people call it."""
        return "post" if self is DraftKind.POST else "mass message"


class DraftStatus(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"
    WAITING = "waiting"
    """For a second person."""
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """Sent, and nobody knows whether it arrived."""
    DECLINED = "declined"


class Policy(StrEnum):
    """Whose posts a second person has to approve; mass messages always wait for one."""

    OFF = "off"
    CHATTERS = "chatters"
    ALL = "all"

    @property
    def label(self) -> str:
        """The rule in words."""
        return POLICY_LABELS[self]


POLICY_LABELS = {
    Policy.OFF: "Posts go out without a second person",
    Policy.CHATTERS: "Posts of people who may not approve wait for somebody who may",
    Policy.ALL: "Every post waits for a second person",
}


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium at Fanvue: its id, never its address."""

    uuid: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Content:
    """Everything that goes out; money in cents. Prints as nothing: it holds words."""

    text: str = ""
    media: tuple[Medium, ...] = ()
    audience: Audience = Audience.SUBSCRIBERS
    price: int | None = None
    preview: str | None = None
    """The medium everybody sees without paying."""
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    collections: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    """Lists of people, for messages to many: ``smart:…`` and ``custom:…``."""
    but_not: tuple[str, ...] = ()
    note: str = ""
    """What an approver asked to change."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Draft:
    """One draft; ``version`` grows with every change, so that nobody confirms what they did not see."""

    id: str
    creator: CreatorId
    author: DiscordUserId
    kind: DraftKind
    status: DraftStatus
    version: int
    content: Content
    created_at: datetime
    started_at: datetime | None = None
    known: tuple[str, ...] | None = None
    """What looked the same at Fanvue before it was sent; ``None`` when that could not be read."""

    @property
    def key(self) -> str:
        """Names it, as it is now, in a button."""
        return f"{self.id}.{self.version}"


def check(content: Content, kind: DraftKind, now: datetime, *, expects_files: bool = False) -> None:
    """BadInputError for what Fanvue would refuse, in words that say what to change; files may be on their way."""
    size = len(content.text)
    if size > TEXT_LIMIT:
        raise BadInputError(f"A {kind.noun} can have {TEXT_LIMIT:,} characters; this one has {size:,}.")
    has_media = bool(content.media) or expects_files
    if not content.text and not has_media:
        raise BadInputError(f"A {kind.noun} needs some text or a file.")
    if len(content.media) > FILES:
        raise BadInputError(f"A {kind.noun} can have {FILES} files here.")
    if content.price is not None and not has_media:
        raise BadInputError("A price needs a file: Fanvue sells media, not text. Add one, or take the price away.")
    _check_times(content, now)


def check_moment(publish_at: datetime | None, now: datetime) -> None:
    """BadInputError for a time that is further ahead than Fanvue schedules."""
    if publish_at is not None and publish_at > now + FURTHEST:
        raise BadInputError("That is more than a year ahead. Give an earlier date.")


def _check_times(content: Content, now: datetime) -> None:
    check_moment(content.publish_at, now)
    out_at = max(content.publish_at or now, now)
    if content.expires_at is not None and content.expires_at <= out_at:
        raise BadInputError("It would end before it begins. Let it expire after it is published.")


def is_late(content: Content, now: datetime) -> bool:
    """Whether its time to be published has passed."""
    return content.publish_at is not None and content.publish_at <= now


def price_of(written: str) -> int | None:
    """Cents from what people write, such as ``5``, ``$4.99`` or nothing; BadInputError says what works."""
    if written.strip() in {"", "0", "$0", "free"}:
        return None
    price = minor_units(written)
    if price is None:
        raise BadInputError("Write the price in dollars, such as `5` or `4.99`.")
    if not LEAST_PRICE <= price <= MOST_PRICE:
        raise BadInputError("Fanvue takes prices from $3.00 to $500.00.")
    return price


def needs_second(policy: Policy, kind: DraftKind, *, may_approve: bool) -> bool:
    """Whether somebody else has to approve what this author wrote."""
    if kind is DraftKind.MASS or policy is Policy.ALL:
        return True
    return policy is Policy.CHATTERS and not may_approve


def kind_of(content_type: str | None, filename: str) -> str | None:
    """What Fanvue calls a file: image, video or audio; ``None`` for what cannot be posted."""
    family = (content_type or "").partition("/")[0].lower()
    if family in {"image", "video", "audio"}:
        return family
    ending = filename.rpartition(".")[2].lower()
    return next((kind for kind, endings in ENDINGS.items() if ending in endings), None)


ENDINGS = {
    "image": {"jpg", "jpeg", "png", "webp", "heic", "gif"},
    "video": {"mp4", "mov", "webm", "m4v", "mkv", "avi"},
    "audio": {"mp3", "m4a", "wav", "ogg", "aac", "flac"},
}


def files(media: Sequence[Medium]) -> str:
    """``2 images, 1 video``."""
    counts: dict[str, int] = {}
    for one in media:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items())


class PostView(StrEnum):
    """Which posts somebody looks at."""

    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PostCard:
    """A post at Fanvue with its numbers; money in cents."""

    uuid: str
    text: str
    audience: str
    price: int | None
    media: int
    created_at: datetime
    publish_at: datetime | None
    published_at: datetime | None
    expires_at: datetime | None
    is_pinned: bool
    likes: int
    comments: int
    tips: int
    tipped: int

    def view_at(self, now: datetime) -> PostView:
        """Where it is listed."""
        if self.expires_at is not None and self.expires_at <= now:
            return PostView.EXPIRED
        return PostView.PUBLISHED if self.published_at is not None else PostView.SCHEDULED

    @property
    def at(self) -> datetime:
        """When it is or was published."""
        return self.publish_at or self.published_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CommentLine:
    """What somebody said about a post."""

    uuid: str
    who: str
    text: str
    at: datetime | None
