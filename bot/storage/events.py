"""What Fanvue reported: stored once, sealed, then routed once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from bot.domain.accounts import CreatorId
from bot.domain.alerts import Route
from bot.domain.events import EventKind
from bot.storage.database import Database
from bot.storage.schema import connections, deliveries, events

ROWS_AT_ONCE = 1000
INSERT = "INSERT INTO events (key, kind, creator_id, sealed_body, topic, received_at)"
UNLESS_KNOWN = "ON CONFLICT (key) DO NOTHING RETURNING key"
IS_OF_NOBODY = events.c.creator_id.not_in(select(connections.c.creator_id))


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
        if self._database.is_sqlite and len(rows) <= ROWS_AT_ONCE:
            return await self._add_at_once(rows)
        statement = self._database.insert(events).on_conflict_do_nothing(index_elements=["key"]).returning(events.c.key)
        async with self._database.write() as connection:
            return set((await connection.execute(statement, [_values(row) for row in rows])).scalars())

    async def _add_at_once(self, rows: Sequence[NewEvent]) -> set[str]:
        """The hot path: one statement, one hop to the driver, one commit."""
        values: list[object] = []
        for row in rows:
            values += (row.key, row.kind, row.creator, row.sealed_body, row.topic, _as_stored(row.received_at))
        places = ",".join(["(?,?,?,?,?,?)"] * len(rows))
        added = await self._database.execute_alone(f"{INSERT} VALUES {places} {UNLESS_KNOWN}", values)
        return {key for (key,) in added}

    async def unrouted(self, limit: int) -> list[StoredEvent]:
        """The oldest events that wait to be routed."""
        query = select(events).where(events.c.routed_at.is_(None)).order_by(events.c.id).limit(limit)
        async with self._database.read() as connection:
            return [_event(row) for row in await connection.execute(query)]

    async def route(self, event_id: int, routes: Iterable[Route], now: datetime) -> bool:
        """Make the event's deliveries and note that it is routed; false when somebody did so before."""
        return event_id in await self.route_many([(event_id, tuple(routes))], now)

    async def route_many(self, routed: Sequence[tuple[int, Sequence[Route]]], now: datetime) -> set[int]:
        """Make the deliveries of these events, all in one commit; returns those nobody had routed before.

        An event that goes nowhere keeps its key alone; one of a creator nobody has connected is forgotten.
        """
        ids = [event_id for event_id, _ in routed]
        change = update(events).where(events.c.id.in_(ids), events.c.routed_at.is_(None)).values(routed_at=now)
        async with self._database.write() as connection:
            fresh = set((await connection.execute(change.returning(events.c.id))).scalars())
            wanted = [(event_id, route) for event_id, routes in routed if event_id in fresh for route in routes]
            if wanted:
                new = [_delivery(event_id, route, now) for event_id, route in wanted]
                await connection.execute(self._database.insert(deliveries).on_conflict_do_nothing(), new)
            unwanted = fresh - {event_id for event_id, _ in wanted}
            if unwanted:
                await connection.execute(delete(events).where(events.c.id.in_(unwanted), IS_OF_NOBODY))
                await connection.execute(update(events).where(events.c.id.in_(unwanted)).values(sealed_body=None))
        return fresh

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

    async def last_received_at(self, creator: CreatorId) -> datetime | None:
        """When the newest event of a creator came; ``None`` when none did."""
        query = select(func.max(events.c.received_at)).where(events.c.creator_id == creator)
        async with self._database.read() as connection:
            newest: datetime | None = (await connection.execute(query)).scalar_one()
        return newest

    async def waiting(self) -> int:
        """How many events wait to be routed."""
        query = select(func.count()).select_from(events).where(events.c.routed_at.is_(None))
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one()


def _as_stored(moment: datetime) -> str:
    """As SQLAlchemy writes an instant into SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


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
