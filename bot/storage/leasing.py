"""Taking what is due out of the outbox, a message at a time, with all that sending it needs.

Plain SQL, good for both databases: this is the way between a webhook and its card, so it is one hop on SQLite.
"""

# ruff: noqa: S608 - put together from constants and our own row numbers

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any, NamedTuple

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, GuildId, MessageId
from bot.domain.alerts import SET_ASIDE, Place, PlaceKind
from bot.domain.events import Event, EventKind
from bot.domain.parcels import SUMMED_AT_ONCE, WINDOW, Cut, OpenCard, Shape, Waiting, cut
from bot.domain.rules import Bundle
from bot.storage.database import Rows
from bot.storage.events import StoredEvent
from bot.storage.instants import instant_of
from bot.storage.schema import ASIDE

NOT_SETTLED = "status IN ('due', 'leased')"
IS_DUE = "(d.status = 'due' AND d.due_at <= :now OR d.status = 'leased' AND d.leased_until <= :now)"
RESTING = f"(SELECT id, place_key, fan_id, due_at FROM deliveries WHERE {ASIDE} AND place_key > '') a"
"""Each place has a key: naming it keeps SQLite from going through all that is held for other reasons."""
FOLLOW = f"""
UPDATE deliveries SET status = 'held', reason = :aside, due_at = (SELECT max(a.due_at) FROM {RESTING}
    WHERE a.place_key = deliveries.place_key AND a.fan_id = deliveries.fan_id)
WHERE status = 'due' AND parcel_id IS NULL AND id IN (SELECT d.id FROM {RESTING}
    CROSS JOIN deliveries d
    WHERE d.place_key = a.place_key AND d.id > a.id AND d.{NOT_SETTLED} AND d.fan_id = a.fan_id)
"""
"""What a fan did waits for what they did before it. PostgreSQL asks what is outside the subquery again once it has
waited for whoever changes a row: one that was leased meanwhile stays so."""
HEADS = f"""
SELECT d.id, d.place_key, d.place_kind FROM deliveries d
WHERE d.id IN (SELECT min(id) FROM deliveries WHERE {NOT_SETTLED} GROUP BY place_key) AND {IS_DUE}
ORDER BY d.id LIMIT :limit
"""
FACTS = """
SELECT d.id, d.event_id, d.place_kind, d.target, d.guild, d.shows_amounts, d.status, d.attempts, d.due_at,
    d.first_tried_at, d.bundle, d.parcel_id, d.shape, d.happened_at, d.fan_id,
    e.key, e.kind, e.creator_id, e.sealed_body, e.topic, e.received_at,
    r.set_by, r.shows_amounts, r.role, r.is_silent, r.paused_at, a.owner, n.handle, a.creator_id,
    a.paused_at, m.channel_id,
    c.message_id, c.channel_id, c.fan_id, c.answered_by, c.answered_name, c.answered_at, c.elsewhere_at, c.read_at,
    c.removed_at, h.holder_name, h.since, h.until, h.is_snoozed, z.closed_at
FROM deliveries d
JOIN events e ON e.id = d.event_id
LEFT JOIN routes r ON r.creator_id = e.creator_id AND r.place_key = d.place_key
    AND r.kind = CASE e.kind WHEN 'message_sent' THEN 'message' ELSE e.kind END
    AND (r.guild IS NULL OR r.guild NOT IN (SELECT guild FROM departures))
LEFT JOIN creators n ON n.creator_id = e.creator_id
LEFT JOIN connections a ON a.creator_id = n.account_id
LEFT JOIN dm_channels m ON d.place_kind = 'dm' AND m.user_id = d.target
LEFT JOIN cards c ON c.delivery_id = d.id
LEFT JOIN claims h ON h.creator_id = e.creator_id AND h.fan_id = d.fan_id
LEFT JOIN closed_chats z ON z.creator_id = e.creator_id AND z.fan_id = d.fan_id
"""
OF_PLACE = f"{FACTS} WHERE d.place_key = :place AND d.{NOT_SETTLED} AND d.id >= :head ORDER BY d.id LIMIT :limit"
OF_PARCEL = f"{FACTS} WHERE d.parcel_id = :parcel AND d.status <> 'dead' ORDER BY d.id"
ANSWERED = """
SELECT count(*), count(c.answered_at) + count(c.elsewhere_at)
FROM cards c JOIN deliveries d ON d.id = c.delivery_id WHERE d.parcel_id = :parcel
"""
TRIED = f"{FACTS} WHERE d.parcel_id = :parcel AND d.{NOT_SETTLED} ORDER BY d.id"
TAKE = f"""
UPDATE deliveries SET status = 'leased', lease_holder = :holder, leased_until = :until, attempts = attempts + 1,
    first_tried_at = coalesce(first_tried_at, :now), parcel_id = :parcel, shape = :shape
WHERE {NOT_SETTLED} AND id IN """
"""The ids follow, as what was read in this transaction: a range could take along what was committed meanwhile."""


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    HELD = "held"
    """Waits for the end of quiet hours, for its digest or for a shift; holds up nothing behind it."""
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
class StandingCard:
    """The card a delivery became, and what happened to its message since."""

    message: MessageId
    channel: ChannelId
    answered_by: DiscordUserId | None
    answered_name: str | None
    answered_at: datetime | None
    elsewhere_at: datetime | None
    read_at: datetime | None
    removed_at: datetime | None


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
    event: Event | None = field(default=None, repr=False)
    """What ``stored`` holds, where it just arrived."""

    @property
    def handle(self) -> str | None:
        """What Fanvue calls the creator, without the @."""
        return self.account.handle if self.account else None


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes into one message of a place, now leased."""

    id: int
    shape: Shape
    place: Place
    channel: ChannelId | None
    """The DM channel, where it is known."""
    contents: tuple[Due, ...]


class _Fact(NamedTuple):
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
    card_fan: str | None
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


@dataclass(frozen=True, slots=True)
class Lease:
    """Who takes, when, and for how long; ``open_cards`` are the newest cards of places, by their keys."""

    holder: str
    now: datetime
    seconds: float
    limit: int
    open_cards: Mapping[str, OpenCard] = field(default_factory=dict)
    locks_rows: bool = False

    def take(self, rows: Rows) -> list[Parcel]:
        """The next message of every place that has one due; leases that ran out are taken over."""
        rows(FOLLOW, {"aside": SET_ASIDE})
        heads = HEADS + (" FOR UPDATE SKIP LOCKED" if self.locks_rows else "")
        found = rows(heads, {"now": self.now, "limit": self.limit})
        return [self._take_one(rows, int(head), str(place), PlaceKind(kind)) for head, place, kind in found]

    def _take_one(self, rows: Rows, head: int, place: str, kind: PlaceKind) -> Parcel:
        taken, parcel, shape = self._next(rows, head, place, kind)
        values = {
            "holder": self.holder,
            "until": self.now + timedelta(seconds=self.seconds),
            "now": self.now,
            "parcel": parcel,
            "shape": shape.value,
        }
        rows(f"{TAKE} ({', '.join(str(int(fact.id)) for fact in taken)})", values)
        contents = tuple(_due(fact, leased_at=self.now) for fact in taken)
        channel = taken[0].dm_channel
        known = None if channel is None else ChannelId(channel)
        return Parcel(parcel, shape, contents[0].delivery.place, known, contents)

    def _next(self, rows: Rows, head: int, place: str, kind: PlaceKind) -> tuple[list[_Fact], int, Shape]:
        """What was tried before, all of it again; else what is due now, as it is cut."""
        facts = self._due_facts(rows, head, place, WINDOW)
        first = _waiting(facts[0])
        if first.parcel is not None and first.shape is not None:
            tried = [_Fact._make(row) for row in rows(TRIED, {"parcel": first.parcel})]
            return tried, first.parcel, first.shape
        chosen = self._cut(rows, facts, place, kind)
        if chosen.shape is Shape.AWAY and len(facts) == WINDOW:
            facts = self._due_facts(rows, head, place, SUMMED_AT_ONCE)
            chosen = self._cut(rows, facts, place, kind)
        return [fact for fact in facts if fact.id in chosen.ids], chosen.parcel, chosen.shape

    def _due_facts(self, rows: Rows, head: int, place: str, limit: int) -> list[_Fact]:
        found = [_Fact._make(row) for row in rows(OF_PLACE, {"place": place, "head": head, "limit": limit})]
        return [found[0], *takewhile(self._is_due, found[1:])]

    def _cut(self, rows: Rows, facts: Sequence[_Fact], place: str, kind: PlaceKind) -> Cut:
        waiting = [_waiting(fact) for fact in facts]
        return cut(waiting, self.now, kind, self._open_card(rows, place, waiting[0]))

    def _is_due(self, fact: _Fact) -> bool:
        due_at = instant_of(fact.due_at)
        return fact.parcel_id is None and fact.status == "due" and due_at is not None and due_at <= self.now

    def _open_card(self, rows: Rows, place: str, first: Waiting) -> OpenCard | None:
        """The place's newest card, when this belongs on it and nobody has answered it."""
        card = self.open_cards.get(place)
        if card is None or not card.takes(first, self.now):
            return None
        ((count, answered),) = rows(ANSWERED, {"parcel": card.parcel})
        return card if count and not answered else None


def contents_of(rows: Rows, parcel: int) -> list[Due]:
    """Everything that is in a message, or about to be."""
    return [_due(_Fact._make(row)) for row in rows(OF_PARCEL, {"parcel": parcel})]


def _waiting(fact: _Fact) -> Waiting:
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


def _due(fact: _Fact, leased_at: datetime | None = None) -> Due:
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
        claim=_claim(fact),
        closed_at=instant_of(fact.closed_at),
    )


def _stored(fact: _Fact) -> StoredEvent | None:
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


def _account(fact: _Fact) -> StandingAccount | None:
    if fact.account is None or fact.owner is None or fact.handle is None:
        return None
    is_paused = fact.account_paused_at is not None
    return StandingAccount(CreatorId(fact.account), DiscordUserId(fact.owner), fact.handle, is_paused)


def _delivery(fact: _Fact, leased_at: datetime | None) -> Delivery:
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


def _claim(fact: _Fact) -> StandingClaim | None:
    since, until = instant_of(fact.claim_since), instant_of(fact.claim_until)
    if fact.claim_name is None or since is None or until is None:
        return None
    return StandingClaim(fact.claim_name, since, until, bool(fact.claim_snoozed))


def _card(fact: _Fact) -> StandingCard | None:
    if fact.message_id is None or fact.channel_id is None:
        return None
    return StandingCard(
        message=MessageId(fact.message_id),
        channel=ChannelId(fact.channel_id),
        answered_by=None if fact.answered_by is None else DiscordUserId(fact.answered_by),
        answered_name=fact.answered_name,
        answered_at=instant_of(fact.answered_at),
        elsewhere_at=instant_of(fact.elsewhere_at),
        read_at=instant_of(fact.read_at),
        removed_at=instant_of(fact.removed_at),
    )
