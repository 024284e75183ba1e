"""What Fanvue reported: stored once, sealed, then routed once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from bot.domain.accounts import CreatorId
from bot.domain.alerts import Route
from bot.domain.events import EventKind
from bot.storage.database import Database
from bot.storage.schema import deliveries, events


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that just arrived; the key is its identity."""

    key: str
    kind: str
    creator: CreatorId
    sealed_body: str = field(repr=False)
    topic: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it rests here."""

    id: int
    key: str
    kind: EventKind
    creator: CreatorId
    sealed_body: str = field(repr=False)
    topic: str | None
    received_at: datetime


class EventStore:
    """Invariant: an event is routed in the transaction that makes its deliveries, so neither is ever alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_many(self, rows: Sequence[NewEvent]) -> set[str]:
        """Store what is new, all in one commit; returns the keys that were."""
        if not rows:
            return set()
        statement = self._database.insert(events).on_conflict_do_nothing(index_elements=["key"]).returning(events.c.key)
        async with self._database.write() as connection:
            return set((await connection.execute(statement, [_values(row) for row in rows])).scalars())

    async def unrouted(self, limit: int) -> list[StoredEvent]:
        """The oldest events that wait to be routed."""
        query = select(events).where(events.c.routed_at.is_(None)).order_by(events.c.id).limit(limit)
        async with self._database.read() as connection:
            return [_event(row) for row in await connection.execute(query)]

    async def route(self, event_id: int, routes: Iterable[Route], now: datetime) -> bool:
        """Make the event's deliveries and note that it is routed; false when somebody did so before.

        An event that goes nowhere keeps its key alone.
        """
        new = [_delivery(event_id, route, now) for route in routes]
        done: dict[str, Any] = {"routed_at": now} if new else {"routed_at": now, "sealed_body": None}
        change = update(events).where(events.c.id == event_id, events.c.routed_at.is_(None)).values(done)
        async with self._database.write() as connection:
            if (await connection.execute(change)).rowcount == 0:
                return False
            if new:
                await connection.execute(self._database.insert(deliveries).on_conflict_do_nothing(), new)
        return True

    async def by_id(self, event_id: int) -> StoredEvent | None:
        """The event; ``None`` when it, or its body, is gone."""
        query = select(events).where(events.c.id == event_id, events.c.sealed_body.is_not(None))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _event(row) if row else None

    async def purge_bodies(self, before: datetime) -> int:
        """Drop the bodies of routed events received before; keys stay, so that none comes twice. How many."""
        change = (
            update(events)
            .where(events.c.received_at < before, events.c.routed_at.is_not(None), events.c.sealed_body.is_not(None))
            .values(sealed_body=None)
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount

    async def waiting(self) -> int:
        """How many events wait to be routed."""
        query = select(func.count()).select_from(events).where(events.c.routed_at.is_(None))
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one()


def _values(row: NewEvent) -> dict[str, Any]:
    return {
        "key": row.key,
        "kind": row.kind,
        "creator_id": row.creator,
        "sealed_body": row.sealed_body,
        "topic": row.topic,
        "received_at": row.received_at,
    }


def _event(row: Row[Any]) -> StoredEvent:
    return StoredEvent(
        id=row.id,
        key=row.key,
        kind=EventKind(row.kind),
        creator=CreatorId(row.creator_id),
        sealed_body=row.sealed_body,
        topic=row.topic,
        received_at=row.received_at,
    )


def _delivery(event_id: int, route: Route, now: datetime) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "place_key": route.place.key,
        "place_kind": route.place.kind,
        "target": route.place.target,
        "guild": route.place.guild,
        "shows_amounts": route.shows_amounts,
        "status": "due",
        "attempts": 0,
        "due_at": now,
    }
