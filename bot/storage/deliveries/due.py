"""A delivery with all that decides about it and draws it, in one row; plain SQL, good for both databases."""

# ruff: noqa: S608 - put together from constants

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, GuildId, MessageId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.events import Event, EventKind
from bot.domain.parcels import Shape, Waiting
from bot.domain.rules import Bundle
from bot.storage.database.instants import instant_of
from bot.storage.events import StoredEvent

ANSWER = """
(SELECT q.id FROM replies q WHERE e.kind = 'message' AND q.creator_id = e.creator_id AND q.fan_id = d.fan_id
    AND q.status = 'sent' AND q.settled_at >= d.happened_at ORDER BY q.settled_at DESC LIMIT 1)
"""
"""The latest reply to a fan after what a delivery, not yet a card, tells of them."""
FACTS = f"""
SELECT d.id, d.event_id, d.place_kind, d.target, d.guild, d.shows_amounts, d.status, d.attempts, d.due_at,
    d.first_tried_at, d.bundle, d.parcel_id, d.shape, d.happened_at, d.fan_id,
    e.key, e.kind, e.creator_id, e.sealed_body, e.topic, e.received_at,
    r.set_by, r.shows_amounts, r.role, r.is_silent, r.paused_at, a.owner, n.handle, a.creator_id,
    a.paused_at, m.channel_id,
    c.message_id, c.channel_id,
    CASE WHEN c.delivery_id IS NULL THEN p.author ELSE c.answered_by END,
    CASE WHEN c.delivery_id IS NULL THEN p.author_name ELSE c.answered_name END,
    CASE WHEN c.delivery_id IS NULL THEN p.settled_at ELSE c.answered_at END,
    CASE WHEN c.delivery_id IS NULL THEN d.elsewhere_at ELSE c.elsewhere_at END,
    CASE WHEN c.delivery_id IS NULL THEN d.read_at ELSE c.read_at END,
    CASE WHEN c.delivery_id IS NULL THEN d.removed_at ELSE c.removed_at END,
    h.holder_name, h.since, h.until, h.is_snoozed, z.closed_at
FROM deliveries d
JOIN events e ON e.id = d.event_id
LEFT JOIN routes r ON r.creator_id = e.creator_id AND r.place_key = d.place_key
    AND r.kind = CASE e.kind WHEN 'message_sent' THEN 'message' ELSE e.kind END
    AND (r.guild IS NULL OR r.guild NOT IN (SELECT guild FROM departures))
LEFT JOIN creators n ON n.creator_id = e.creator_id
LEFT JOIN connections a ON a.creator_id = n.account_id
LEFT JOIN dm_channels m ON d.place_kind = 'dm' AND m.user_id = d.target
LEFT JOIN cards c ON c.delivery_id = d.id
LEFT JOIN replies p ON c.delivery_id IS NULL AND p.id = {ANSWER}
LEFT JOIN claims h ON h.creator_id = e.creator_id AND h.fan_id = d.fan_id
LEFT JOIN closed_chats z ON z.creator_id = e.creator_id AND z.fan_id = d.fan_id
"""


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    HELD = "held"
    """Waits for the end of quiet hours, for its digest or for a shift, or is set aside; others pass it."""
    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one place; ``attempts`` counts the leases taken so far, the current one included."""

    id: int
    event_id: int
    place: Place
    shows_amounts: bool
    status: DeliveryStatus
    attempts: int
    due_at: datetime
    first_tried_at: datetime | None
    bundle: Bundle | None = None
    """What it waited for; those of one bundle are summed up."""
    parcel: int | None = None
    """The message it is, or was, sent in."""
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class StandingRoute:
    """The rule behind a delivery, as it stands now."""

    set_by: DiscordUserId
    shows_amounts: bool
    role: int | None
    is_silent: bool
    is_paused: bool


@dataclass(frozen=True, slots=True)
class StandingAccount:
    """By which account the creator is reached, and what Fanvue calls the creator."""

    id: CreatorId
    owner: DiscordUserId
    handle: str
    is_paused: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """What happened to a delivery's message since."""

    answered_by: DiscordUserId | None
    answered_name: str | None
    answered_at: datetime | None
    elsewhere_at: datetime | None
    read_at: datetime | None
    removed_at: datetime | None


UNNOTED = Noted(None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class StandingCard(Noted):
    """The card a delivery became."""

    message: MessageId
    channel: ChannelId


@dataclass(frozen=True, slots=True)
class StandingClaim:
    """Who is on the fan, since when and until when."""

    name: str
    since: datetime
    until: datetime
    is_snoozed: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery with all that decides about it and draws it; what is gone meanwhile is ``None``."""

    delivery: Delivery
    event_key: str
    creator: CreatorId
    stored: StoredEvent | None
    """``None`` when its body was dropped."""
    route: StandingRoute | None
    account: StandingAccount | None
    card: StandingCard | None
    claim: StandingClaim | None = None
    closed_at: datetime | None = None
    """Since when the fan cannot be written to."""
    met: Noted | None = None
    """What happened before there is a card."""
    event: Event | None = field(default=None, repr=False)
    """What ``stored`` holds, where it just arrived."""

    @property
    def handle(self) -> str | None:
        """What Fanvue calls the creator, without the @."""
        return self.account.handle if self.account else None


class Fact(NamedTuple):
    """The columns of FACTS, in their order."""

    id: int
    event_id: int
    place_kind: str
    target: int
    guild: int | None
    shows_amounts: bool
    status: str
    attempts: int
    due_at: Any
    first_tried_at: Any
    bundle: str | None
    parcel_id: int | None
    shape: str | None
    happened_at: Any
    fan_id: str | None
    key: str
    kind: str
    creator_id: str
    sealed_body: str | None
    topic: str | None
    received_at: Any
    set_by: int | None
    route_shows_amounts: bool | None
    role: int | None
    is_silent: bool | None
    paused_at: Any
    owner: int | None
    handle: str | None
    account: str | None
    account_paused_at: Any
    dm_channel: int | None
    message_id: int | None
    channel_id: int | None
    answered_by: int | None
    answered_name: str | None
    answered_at: Any
    elsewhere_at: Any
    read_at: Any
    removed_at: Any
    claim_name: str | None
    claim_since: Any
    claim_until: Any
    claim_snoozed: bool | None
    closed_at: Any


def waiting_of(fact: Fact) -> Waiting:
    happened_at = instant_of(fact.happened_at) or instant_of(fact.received_at)
    if happened_at is None:
        raise ValueError("an event without a time")
    return Waiting(
        id=fact.id,
        kind=EventKind(fact.kind),
        creator=CreatorId(fact.creator_id),
        fan=None if fact.fan_id is None else FanId(fact.fan_id),
        happened_at=happened_at,
        bundle=Bundle(fact.bundle) if fact.bundle else None,
        parcel=fact.parcel_id,
        shape=Shape(fact.shape) if fact.shape else None,
    )


def due_of(fact: Fact, leased_at: datetime | None = None) -> Due:
    route = None
    if fact.set_by is not None:
        route = StandingRoute(
            set_by=DiscordUserId(fact.set_by),
            shows_amounts=bool(fact.route_shows_amounts),
            role=fact.role,
            is_silent=bool(fact.is_silent),
            is_paused=fact.paused_at is not None,
        )
    return Due(
        delivery=_delivery(fact, leased_at),
        event_key=fact.key,
        creator=CreatorId(fact.creator_id),
        stored=_stored(fact),
        route=route,
        account=_account(fact),
        card=_card(fact),
        met=_met(fact),
        claim=_claim(fact),
        closed_at=instant_of(fact.closed_at),
    )


def _stored(fact: Fact) -> StoredEvent | None:
    received_at = instant_of(fact.received_at)
    if fact.sealed_body is None or received_at is None:
        return None
    return StoredEvent(
        id=fact.event_id,
        key=fact.key,
        kind=EventKind(fact.kind),
        creator=CreatorId(fact.creator_id),
        sealed_body=fact.sealed_body,
        topic=fact.topic,
        received_at=received_at,
    )


def _account(fact: Fact) -> StandingAccount | None:
    if fact.account is None or fact.owner is None or fact.handle is None:
        return None
    is_paused = fact.account_paused_at is not None
    return StandingAccount(CreatorId(fact.account), DiscordUserId(fact.owner), fact.handle, is_paused)


def _delivery(fact: Fact, leased_at: datetime | None) -> Delivery:
    first, due_at = instant_of(fact.first_tried_at), instant_of(fact.due_at)
    if due_at is None:
        raise ValueError("a delivery without a time")
    return Delivery(
        id=fact.id,
        event_id=fact.event_id,
        place=Place(PlaceKind(fact.place_kind), fact.target, None if fact.guild is None else GuildId(fact.guild)),
        shows_amounts=bool(fact.shows_amounts),
        status=DeliveryStatus(fact.status) if leased_at is None else DeliveryStatus.LEASED,
        attempts=fact.attempts + (leased_at is not None),
        due_at=due_at,
        first_tried_at=first or leased_at,
        bundle=Bundle(fact.bundle) if fact.bundle else None,
        parcel=fact.parcel_id,
        shape=Shape(fact.shape) if fact.shape else None,
    )


def _claim(fact: Fact) -> StandingClaim | None:
    since, until = instant_of(fact.claim_since), instant_of(fact.claim_until)
    if fact.claim_name is None or since is None or until is None:
        return None
    return StandingClaim(fact.claim_name, since, until, bool(fact.claim_snoozed))


def _card(fact: Fact) -> StandingCard | None:
    if fact.message_id is None or fact.channel_id is None:
        return None
    noted = _noted(fact)
    facts = {name: getattr(noted, name) for name in Noted.__slots__}
    return StandingCard(**facts, message=MessageId(fact.message_id), channel=ChannelId(fact.channel_id))


def _met(fact: Fact) -> Noted | None:
    noted = _noted(fact)
    return None if fact.message_id is not None or noted == UNNOTED else noted


def _noted(fact: Fact) -> Noted:
    moments = (fact.answered_at, fact.elsewhere_at, fact.read_at, fact.removed_at)
    return noted_of(fact.answered_by, fact.answered_name, *moments)


def noted_of(answered_by: int | None, answered_name: str | None, *moments: Any) -> Noted:
    """As the database has it: who answered, and when was what."""
    by = None if answered_by is None else DiscordUserId(answered_by)
    return Noted(by, answered_name, *map(instant_of, moments))
