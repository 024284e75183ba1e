"""One event made into leased deliveries while it is stored: no statement asks for what is known already.

Plain SQL for SQLite, where one process has the file: a commit between a webhook and its card.
"""

# ruff: noqa: S608 - put together from constants

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from bot.domain.alerts import Dispatch, Route
from bot.domain.events import Event
from bot.domain.parcels import Shape, Waiting
from bot.storage.database import Rows
from bot.storage.deliveries.due import Delivery, DeliveryStatus, Due, StandingRoute
from bot.storage.deliveries.leasing import Lease, Parcel
from bot.storage.deliveries.standing import Standing
from bot.storage.events import NewEvent, StoredEvent
from bot.storage.schema import ASIDE

ADD = """
INSERT INTO events (key, kind, creator_id, sealed_body, topic, received_at, routed_at)
SELECT :key, :kind, :creator, :sealed_body, :topic, :received_at, :now WHERE :creator IN (
    SELECT n.creator_id FROM creators n JOIN connections a ON a.creator_id = n.account_id WHERE a.paused_at IS NULL)
ON CONFLICT (key) DO NOTHING RETURNING id
"""
DELIVER = f"""
INSERT INTO deliveries (id, event_id, place_key, place_kind, target, guild, shows_amounts, due_at, happened_at, fan_id,
    status, attempts, lease_holder, leased_until, first_tried_at, parcel_id, shape)
SELECT n.id, :event, :place_key, :place_kind, :target, :guild, :shows_amounts, :now, :happened_at, :fan,
    iif(n.is_free, 'leased', 'due'), n.is_free, iif(n.is_free, :holder, NULL), iif(n.is_free, :until, NULL),
    iif(n.is_free, :now, NULL), iif(n.is_free, n.id, NULL), iif(n.is_free, 'cards', NULL)
FROM (SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'deliveries'), 0) + 1 AS id, NOT EXISTS (
    SELECT 1 FROM deliveries WHERE place_key = :place_key AND status IN ('due', 'leased')) AND NOT EXISTS (
    SELECT 1 FROM deliveries WHERE {ASIDE} AND place_key = :place_key AND fan_id = :fan) AS is_free) n
RETURNING id, status
"""
"""Leased where nothing of the place, or of the fan, waits before it; its message is numbered after it."""


class Taken(NamedTuple):
    """What became of an event that was stored."""

    number: int
    parcels: list[Parcel]
    is_any_waiting: bool
    """Whether something waits for what was there before it."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """An event that just arrived, where it goes without waiting, and what stands for it."""

    event: Event
    row: NewEvent
    dispatches: Sequence[Dispatch]
    standing: Standing
    lease: Lease

    @property
    def is_possible(self) -> bool:
        """Whether each part is a card of its own, sent now."""
        return bool(self.dispatches) and not any(self._waits(one) for one in self.dispatches)

    def take(self, rows: Rows) -> Taken | None:
        """Store it with its deliveries, leased; ``None`` when it is known, its account pauses, or there is none."""
        added = rows(ADD, self._event_values())
        if not added:
            return None
        number = int(added[0][0])
        made = [(one.route, *rows(DELIVER, self._values(number, one))[0]) for one in self.dispatches]
        parcels = [self._parcel(number, route, int(found)) for route, found, status in made if status == "leased"]
        return Taken(number, parcels, len(parcels) < len(made))

    def _waits(self, dispatch: Dispatch) -> bool:
        card = self.lease.open_cards.get(dispatch.route.place.key)
        return dispatch.held_until is not None or (card is not None and card.takes(self._waiting(), self.lease.now))

    def _waiting(self) -> Waiting:
        fan = self.event.fan.id if self.event.fan else None
        return Waiting(0, self.event.kind, self.event.creator, fan, self.event.happened_at)

    def _event_values(self) -> dict[str, Any]:
        row = self.row
        return {
            "key": row.key,
            "kind": row.kind,
            "creator": row.creator,
            "sealed_body": row.sealed_body,
            "topic": row.topic,
            "received_at": row.received_at,
            "now": self.lease.now,
        }

    def _values(self, number: int, dispatch: Dispatch) -> dict[str, Any]:
        place, now = dispatch.route.place, self.lease.now
        return {
            "event": number,
            "place_key": place.key,
            "place_kind": place.kind.value,
            "target": place.target,
            "guild": place.guild,
            "shows_amounts": dispatch.route.shows_amounts,
            "happened_at": dispatch.happened_at,
            "fan": dispatch.fan,
            "holder": self.lease.holder,
            "now": now,
            "until": now + timedelta(seconds=self.lease.seconds),
        }

    def _parcel(self, number: int, route: Route, delivery: int) -> Parcel:
        row, now, place = self.row, self.lease.now, route.place
        due = Due(
            delivery=Delivery(delivery, number, place, route.shows_amounts, DeliveryStatus.LEASED, 1, now, now),
            event_key=row.key,
            creator=row.creator,
            stored=StoredEvent(
                number, row.key, self.event.kind, row.creator, row.sealed_body, row.topic, row.received_at
            ),
            route=StandingRoute(
                route.set_by, route.shows_amounts, route.wishes.role, route.wishes.is_silent, route.pause is not None
            ),
            account=self.standing.account,
            card=None,
            claim=self.standing.claim,
            closed_at=self.standing.closed_at,
            event=self.event,
        )
        return Parcel(delivery, Shape.CARDS, place, self.standing.channels.get(place.key), (due,))
