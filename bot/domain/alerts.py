"""Where events are shown, and what a card may reveal there."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, GuildId, MessageId
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.domain.rules import NO_WISHES, Bundle, Pause, Wishes

UNWANTED = "no longer wanted"
"""Why a delivery ended that somebody switched off meanwhile: nothing is wrong with it."""

PAUSED = "alerts there are paused"
"""Why a delivery ended that had come before its place was closed."""

OFF_SHIFT = "until the next shift begins"
"""Why a delivery to somebody's direct messages rests."""

SET_ASIDE = "Discord does not take it, so other cards pass"
"""Why a delivery rests that was tried for minutes, and what the same fan did after it. An index names these words."""


class PlaceKind(StrEnum):
    """What a card can be sent to."""

    DM = "dm"
    CHANNEL = "channel"
    FORUM = "forum"
    """A desk: one post per fan."""


@dataclass(frozen=True, slots=True)
class Place:
    """One destination: a person's DM, or a channel or forum of a server."""

    kind: PlaceKind
    target: int
    """A Discord user id for a DM, else a channel id."""
    guild: GuildId | None = None

    @property
    def key(self) -> str:
        """One text per destination."""
        return f"{self.kind.value}:{self.target}"


@dataclass(frozen=True, slots=True)
class Route:
    """Where one kind of event of one creator goes, as somebody chose it."""

    creator: CreatorId
    kind: EventKind
    place: Place
    set_by: DiscordUserId
    shows_amounts: bool = False
    wishes: Wishes = NO_WISHES
    pause: Pause | None = None
    """While set, nothing is sent there."""
    set_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What is to be delivered along a route: at once, or together with others when ``held_until`` comes."""

    route: Route
    held_until: datetime | None = None
    bundle: Bundle | None = None
    happened_at: datetime | None = None
    fan: FanId | None = None
    """Whose messages in a row are one card."""
    instead_of: int | None = None
    """The event whose card this takes over, where there is one: the same happening under another name."""


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What is about to be shown somewhere; text and amounts are already gone where the place may not show them."""

    id: int
    """The delivery's row: part of the buttons' ids and of the nonce."""
    kind: EventKind
    creator: CreatorId
    creator_handle: str
    fan: Fan | None
    happened_at: datetime
    text: str | None
    has_text: bool
    has_media: bool
    amount: Money | None
    has_amount: bool
    is_sample: bool = False
    """Made by the Test button: nobody did anything."""

    def __repr__(self) -> str:
        """Its kind and number alone."""
        return f"Card({self.id}, {self.kind.value})"


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a card ended up."""

    channel: ChannelId
    message: MessageId


def card_for(event: Event, delivery_id: int, creator_handle: str, *, shows_text: bool, shows_amounts: bool) -> Card:
    """The card of an event for one place, with what that place may not show left out."""
    return Card(
        id=delivery_id,
        kind=event.kind,
        creator=event.creator,
        creator_handle=creator_handle,
        fan=event.fan,
        happened_at=event.happened_at,
        text=event.text if shows_text else None,
        has_text=bool(event.text),
        has_media=event.has_media,
        amount=event.amount if shows_amounts else None,
        has_amount=event.amount is not None,
        is_sample=event.is_sample,
    )
