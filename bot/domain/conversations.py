"""Who waits for an answer, and what was said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.events import Fan


class Order(StrEnum):
    """How those who wait are sorted."""

    LONGEST = "longest"
    WORTH = "worth"
    ONLINE = "online"

    @property
    def label(self) -> str:
        """The name people see."""
        return {"longest": "Who waits longest", "worth": "Who is worth most", "online": "Who is online"}[self.value]


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """An unread conversation; ``spent`` is in minor units, ``None`` where nothing is known of it."""

    fan: Fan
    since: datetime | None
    """When the newest message came."""
    unread: int
    is_online: bool = False
    is_muted: bool = False
    is_fans_turn: bool = False
    """Whether the last word was the creator's."""
    is_fans: bool = True
    """Whether the newest message is the fan's; it may be one to everybody, which answers nobody."""
    spent: int | None = None
    holder: str | None = None
    closed_since: datetime | None = None
    """Since when they cannot be written to."""
    first_at: datetime | None = None
    """When they wrote the first of what nobody has answered, where a card of it tells."""

    @property
    def written_at(self) -> datetime | None:
        """When the fan wrote last; ``None`` when the newest message is not theirs."""
        return self.since if self.is_fans else None

    @property
    def waits_since(self) -> datetime | None:
        """Since when they wait: who writes again waits no shorter; the last word's time where it was not theirs."""
        if self.is_fans_turn or self.first_at is None or self.since is None:
            return self.since
        return min(self.first_at, self.since)


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One message of a conversation."""

    is_from_fan: bool
    text: str
    at: datetime | None
    has_media: bool = False
    price: int | None = None
    is_written: bool = True
    """Whether somebody wrote it for the other: a tip asks nothing, and an automatic message answers nobody."""


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """What the team noted, for itself alone."""

    id: str
    text: str
    author: int | None
    """``None`` once they had themselves forgotten."""
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Thread:
    """A conversation as somebody opens it; the oldest line first."""

    fan: Fan
    lines: tuple[Line, ...]
    notes: tuple[Note, ...] = ()
    is_read: bool = True
    is_muted: bool = False
    is_online: bool = False
    closed_since: datetime | None = None
    """Since when the fan cannot be written to."""

    @property
    def written_at(self) -> datetime | None:
        """When the fan wrote last, as far as the lines tell."""
        return next((line.at for line in reversed(self.lines) if line.is_from_fan), None)

    @property
    def waiting_since(self) -> datetime | None:
        """When the fan wrote what nobody has answered yet; ``None`` when the last word was not theirs."""
        since = None
        for line in filter(lambda one: one.is_written, reversed(self.lines)):
            if not line.is_from_fan:
                break
            since = line.at
        return since


@dataclass(frozen=True, slots=True, repr=False)
class Past:
    """A page of a conversation, the oldest line first; page 1 is the newest."""

    fan: Fan
    lines: tuple[Line, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """A template; ``price`` in cents."""

    id: str
    text: str
    folder: str
    media: tuple[str, ...]
    price: int | None

    @property
    def title(self) -> str:
        """How lists call it."""
        return f"{self.folder} · {self.text or 'media only'}" if self.folder else self.text or "media only"


def sorted_by(order: Order, found: list[Waiting]) -> list[Waiting]:
    """In that order; what is equal in it by who waits longest."""
    by_time = sorted(found, key=lambda one: (one.is_fans_turn, one.waits_since is None, one.waits_since))
    match order:
        case Order.WORTH:
            return sorted(by_time, key=lambda one: -(one.spent or 0))
        case Order.ONLINE:
            return sorted(by_time, key=lambda one: not one.is_online)
    return by_time
