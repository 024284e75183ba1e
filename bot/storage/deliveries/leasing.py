"""Taking what is due out of the outbox, a message at a time.

Plain SQL, good for both databases: this is the way between a webhook and its card, so it is one hop on SQLite.
"""

# ruff: noqa: S608 - put together from constants and our own row numbers

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from bot.domain.accounts import ChannelId
from bot.domain.alerts import SET_ASIDE, Place, PlaceKind
from bot.domain.parcels import SUMMED_AT_ONCE, WINDOW, Cut, OpenCard, Shape, Waiting, cut
from bot.storage.database import Rows
from bot.storage.database.instants import instant_of
from bot.storage.deliveries.due import FACTS, Due, Fact, due_of, waiting_of
from bot.storage.schema import ASIDE, WAITING

IS_DUE = "(d.status = 'due' AND d.due_at <= :now OR d.status = 'leased' AND d.leased_until <= :now)"
RESTING = f"(SELECT id, place_key, fan_id, due_at FROM deliveries WHERE {ASIDE} AND place_key > '') a"
"""Each place has a key: naming it keeps SQLite from going through all that is held for other reasons."""
FOLLOW = f"""
UPDATE deliveries SET status = 'held', reason = :aside, due_at = (SELECT max(a.due_at) FROM {RESTING}
    WHERE a.place_key = deliveries.place_key AND a.fan_id = deliveries.fan_id)
WHERE status = 'due' AND parcel_id IS NULL AND id IN (SELECT d.id FROM {RESTING}
    CROSS JOIN deliveries d
    WHERE d.place_key = a.place_key AND d.id > a.id AND d.{WAITING} AND d.fan_id = a.fan_id)
"""
"""What a fan did waits for what they did before it. PostgreSQL asks what is outside the subquery again once it has
waited for whoever changes a row: one that was leased meanwhile stays so."""
HEADS = f"""
SELECT d.id, d.place_key, d.place_kind FROM deliveries d
WHERE d.id IN (SELECT min(id) FROM deliveries WHERE {WAITING} GROUP BY place_key) AND {IS_DUE}
ORDER BY d.id LIMIT :limit
"""
OF_PLACE = f"{FACTS} WHERE d.place_key = :place AND d.{WAITING} AND d.id >= :head ORDER BY d.id LIMIT :limit"
OF_PARCEL = f"{FACTS} WHERE d.parcel_id = :parcel AND d.status <> 'dead' ORDER BY d.id"
ANSWERED = """
SELECT count(c.answered_at) + count(c.elsewhere_at)
FROM cards c JOIN deliveries d ON d.id = c.delivery_id WHERE d.parcel_id = :parcel
"""
TAKE = f"""
UPDATE deliveries SET status = 'leased', lease_holder = :holder, leased_until = :until, attempts = attempts + 1,
    first_tried_at = coalesce(first_tried_at, :now), parcel_id = :parcel, shape = :shape
WHERE {WAITING} AND id IN """
"""The ids follow, as what was read in this transaction: a range could take along what was committed meanwhile. What
others took away meanwhile is not among what it returns."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes into one message of a place, now leased."""

    id: int
    shape: Shape
    place: Place
    channel: ChannelId | None
    """The DM channel, where it is known."""
    contents: tuple[Due, ...]


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
        wanted = ", ".join(str(int(fact.id)) for fact in taken)
        leased = {number for (number,) in rows(f"{TAKE} ({wanted}) RETURNING id", values)}
        contents = tuple(due_of(fact, leased_at=self.now) for fact in taken if fact.id in leased)
        channel = taken[0].dm_channel
        known = None if channel is None else ChannelId(channel)
        return Parcel(parcel, shape, contents[0].delivery.place, known, contents)

    def _next(self, rows: Rows, head: int, place: str, kind: PlaceKind) -> tuple[list[Fact], int, Shape]:
        """What was tried before, all of it again; else what is due now, as it is cut."""
        facts = self._due_facts(rows, head, place, WINDOW)
        first = waiting_of(facts[0])
        if first.parcel is not None and first.shape is not None:
            tried = [Fact._make(row) for row in rows(OF_PARCEL, {"parcel": first.parcel})]
            return tried, first.parcel, first.shape
        chosen = self._cut(rows, facts, place, kind)
        if chosen.shape is Shape.AWAY and len(facts) == WINDOW:
            facts = self._due_facts(rows, head, place, SUMMED_AT_ONCE)
            chosen = self._cut(rows, facts, place, kind)
        return [fact for fact in facts if fact.id in chosen.ids], chosen.parcel, chosen.shape

    def _due_facts(self, rows: Rows, head: int, place: str, limit: int) -> list[Fact]:
        found = [Fact._make(row) for row in rows(OF_PLACE, {"place": place, "head": head, "limit": limit})]
        return [found[0], *takewhile(self._is_due, found[1:])]

    def _cut(self, rows: Rows, facts: Sequence[Fact], place: str, kind: PlaceKind) -> Cut:
        waiting = [waiting_of(fact) for fact in facts]
        return cut(waiting, self.now, kind, self._open_card(rows, place, waiting[0]))

    def _is_due(self, fact: Fact) -> bool:
        due_at = instant_of(fact.due_at)
        return fact.parcel_id is None and fact.status == "due" and due_at is not None and due_at <= self.now

    def _open_card(self, rows: Rows, place: str, first: Waiting) -> OpenCard | None:
        """The place's newest card, when this belongs on it and nobody has answered it."""
        card = self.open_cards.get(place)
        if card is None or not card.takes(first, self.now):
            return None
        ((answered,),) = rows(ANSWERED, {"parcel": card.parcel})
        return None if answered else card


def contents_of(rows: Rows, parcel: int) -> list[Due]:
    """Everything that is in a message, or about to be."""
    return [due_of(Fact._make(row)) for row in rows(OF_PARCEL, {"parcel": parcel})]
