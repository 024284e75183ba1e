"""What Fanvue reported: stored once, sealed, then routed once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, or_, select, update

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.alerts import Dispatch, Route
from bot.domain.events import EventKind
from bot.domain.pairing import Sighting
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.deliveries.routed import route_all
from bot.storage.personal import creators_of
from bot.storage.schema import connections, creators, deliveries, events

BY_ID = Lookup(select(events).where(events.c.id == bindparam("id"), events.c.sealed_body.is_not(None)))
ANY_BY_ID = Lookup(select(events).where(events.c.id == bindparam("id")))
ANY_UNROUTED = Lookup(select(events.c.id).where(events.c.routed_at.is_(None)).limit(1))

AGAIN = " +"
"""Ends the key of what adds to an event of the same key."""
IS_PAUSED = (
    select(creators.c.creator_id)
    .join(connections, connections.c.creator_id == creators.c.account_id)
    .where(creators.c.creator_id == events.c.creator_id, connections.c.paused_at.is_not(None))
    .correlate(events)
    .exists()
)


@dataclass(slots=True)
class NewEvent:
    """An event that just arrived; the key is its identity. Not frozen: made by the thousand, that costs five times."""

    key: str
    kind: str
    creator: CreatorId
    sealed_body: str = field(repr=False)
    topic: str | None
    received_at: datetime
    sighting: Sighting | None = None
    """For what other routes may tell as well, under another key."""


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
    adds_to: int | None = None
    """The event this one tells more of, where it is no news."""

    @property
    def seal(self) -> str:
        """What it is sealed for."""
        return f"event:{self.key.removesuffix(AGAIN)}"


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
        """The oldest events that wait to be routed; those of a paused account wait on."""
        if not await self._database.look(ANY_UNROUTED):
            return []
        query = select(events).where(events.c.routed_at.is_(None), ~IS_PAUSED).order_by(events.c.id).limit(limit)
        async with self._database.read() as connection:
            return [_event(row) for row in await connection.execute(query)]

    async def route_many(self, routed: Sequence[tuple[int, Sequence[Route | Dispatch]]], now: datetime) -> set[int]:
        """Make the deliveries of these events, all in one commit; returns those nobody had routed before.

        An event that goes nowhere keeps its key alone; one of a creator nobody has connected is forgotten; one of a
        paused account waits on.
        """
        if not routed:
            return set()
        return await self._database.transact(lambda rows: route_all(rows, routed, now))

    async def by_id(self, event_id: int) -> StoredEvent | None:
        """The event; ``None`` when it, or its body, is gone."""
        found = await self._database.look(BY_ID, id=event_id)
        return _event(found[0]) if found else None

    async def any_by_id(self, event_id: int) -> StoredEvent | None:
        """The event, its body empty where that is gone."""
        found = await self._database.look(ANY_BY_ID, id=event_id)
        return _event(found[0]) if found else None

    async def amend(self, stored: StoredEvent, sealed: str) -> bool:
        """Put another body in the place of the one that was read; false when that is gone or changed meanwhile."""
        is_it = and_(events.c.id == stored.id, events.c.sealed_body == stored.sealed_body)
        async with self._database.write() as connection:
            return (await connection.execute(update(events).where(is_it).values(sealed_body=sealed))).rowcount == 1

    async def take_back(self, account: CreatorId, delivery_id: int = 0) -> int:
        """Have this account's events routed again later that wait unsent in the outbox; how many.

        For a pause. Where they were sent already, they are not sent again; what was tried before stays in the outbox,
        but for the delivery named, which its worker has in hand.
        """
        own = select(creators.c.creator_id).where(creators.c.account_id == account)
        theirs = select(events.c.id).where(events.c.creator_id.in_(own), events.c.sealed_body.is_not(None))
        is_untried = or_(
            and_(deliveries.c.status == "due", deliveries.c.attempts == 0),
            and_(deliveries.c.status == "leased", deliveries.c.id == delivery_id),
        )
        async with self._database.write() as connection:
            gone = delete(deliveries).where(is_untried, deliveries.c.event_id.in_(theirs))
            again = set((await connection.execute(gone.returning(deliveries.c.event_id))).scalars())
            if again:
                await connection.execute(update(events).where(events.c.id.in_(again)).values(routed_at=None))
        return len(again)

    async def paused_of(self, owner: DiscordUserId) -> int:
        """How many events wait for this person to resume."""
        is_waiting = and_(events.c.routed_at.is_(None), IS_PAUSED, events.c.creator_id.in_(creators_of(owner)))
        is_waiting &= events.c.adds_to.is_(None)
        async with self._database.read() as connection:
            return (await connection.execute(select(func.count()).select_from(events).where(is_waiting))).scalar_one()

    async def purge_bodies(self, before: datetime) -> int:
        """Drop the bodies of old events, routed or paused; keys stay, so that none comes twice. How many."""
        is_old = and_(events.c.received_at < before, events.c.sealed_body.is_not(None))
        change = (
            update(events)
            .where(is_old, or_(events.c.routed_at.is_not(None), IS_PAUSED))
            .values(sealed_body=None, routed_at=func.coalesce(events.c.routed_at, before))
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount

    async def last_received_at(self, creator: CreatorId) -> datetime | None:
        """When the newest event of a creator came; ``None`` when none did. Samples do not count."""
        query = select(func.max(events.c.received_at)).where(
            events.c.creator_id == creator, events.c.key.not_like("sample:%")
        )
        async with self._database.read() as connection:
            newest: datetime | None = (await connection.execute(query)).scalar_one()
        return newest

    async def waiting(self) -> int:
        """How many events wait to be routed, and may be."""
        query = select(func.count()).select_from(events).where(events.c.routed_at.is_(None), ~IS_PAUSED)
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
        sealed_body=row.sealed_body or "",
        topic=row.topic,
        received_at=row.received_at,
        adds_to=row.adds_to,
    )
