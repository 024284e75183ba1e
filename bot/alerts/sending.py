"""What the worker needs from Discord, in our words."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.accounts import ChannelId, CreatorId
from bot.domain.alerts import Place, Sent
from bot.domain.events import Event
from bot.domain.parcels import Shape
from bot.domain.rules import Bundle


class UndeliverableError(Exception):
    """Discord refuses this for good; ``reason`` is for a person to read."""

    def __init__(self, reason: str, cause: str = "", *, is_place_closed: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cause = cause
        """Discord's code, as text."""
        self.is_place_closed = is_place_closed
        """Whether everything for this place would be refused."""


class ContentRefusedError(UndeliverableError):
    """Discord refuses what is in the message; another one for the same place may be fine."""


class CardGoneError(Exception):
    """The message that was to be changed is not there any more."""


class TryLaterError(Exception):
    """Discord did not take it now."""

    def __init__(self, at_least_seconds: float = 0) -> None:
        super().__init__("try later")
        self.at_least_seconds = at_least_seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answered a card's fan, and when; by nobody when it was at Fanvue itself or by somebody forgotten."""

    by: int | None
    name: str
    at: datetime
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Who is on a card's fan, since when and until when."""

    name: str
    since: datetime
    until: datetime
    is_snoozed: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Alert:
    """One delivery, ready to be drawn for its place, with what happened to it since."""

    delivery: int
    event: Event
    creator_handle: str
    shows_amounts: bool
    answer: Answer | None = None
    is_read: bool = False
    is_removed: bool = False
    held: Held | None = None
    closed_since: datetime | None = None
    """Since when the fan cannot be written to."""
    author: str | None = None
    """Who of the team sent it from here; ``None`` for what was written at Fanvue."""
    said_in: ChannelId | None = None
    """Where a Discord message of theirs says it already."""

    @property
    def creator(self) -> CreatorId:
        """Whose it is."""
        return self.event.creator


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """One message of a place: its parts in their order, at least one.

    ``id`` and ``seed`` are the same at every try.
    """

    id: int
    seed: str
    place: Place
    shape: Shape
    alerts: tuple[Alert, ...]
    channel: ChannelId | None = None
    """The DM channel, where it is known."""
    bundle: Bundle | None = None
    """What its parts waited for together."""
    role: int | None = None
    """The only one that may be mentioned."""
    is_silent: bool = False
    is_again: bool = False
    """Whether it was tried before, and may be there in part."""


class Sender(Protocol):
    """Draws and sends messages; all of it paced."""

    async def send(self, outgoing: Outgoing, written: asyncio.Event | None = None) -> Sent:
        """Send it once (same message, same nonce). UndeliverableError or TryLaterError otherwise.

        Nothing that anybody could see happens before ``written``: what is sent is on the disk then.
        """
        ...

    async def find(self, outgoing: Outgoing) -> Sent | None:
        """The message, if it is in the place's recent history already."""
        ...

    async def change(self, outgoing: Outgoing, sent: Sent) -> None:
        """Draw a standing message as it is now. CardGoneError, UndeliverableError or TryLaterError otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """What an owner is to know of a place that refuses cards, or a card."""

    place: Place
    creators: tuple[tuple[CreatorId, str], ...] = field(default=())
    """Whose cards are stopped, with the handles."""
    reason: str = ""
    seed: str = ""
    """The same at every try to tell it."""
    is_paused: bool = True
    """Whether the place rests; else single cards do not come."""


class Herald(Protocol):
    """Tells owners of places that refuse cards."""

    async def tell(self, notice: Notice, owner: int, others: tuple[Place, ...]) -> bool:
        """By DM, else in the first of their other places that works; false when nothing ever will.

        DiscordDownError when it is to be told again later.
        """
        ...
