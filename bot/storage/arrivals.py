"""What just arrived: stored once, in one commit with what decides whether it is news."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import select

from bot.domain.accounts import CreatorId
from bot.domain.alerts import Dispatch
from bot.domain.errors import StorageBusyError
from bot.storage import database as sqlite
from bot.storage.database import Database, Rows
from bot.storage.database.instants import as_stored
from bot.storage.database.plain import Named
from bot.storage.deliveries.at_once import AtOnce, Taken
from bot.storage.deliveries.leasing import Lease, Parcel
from bot.storage.deliveries.routed import route_all
from bot.storage.events import NewEvent, StoredEvent
from bot.storage.retold import Retold
from bot.storage.schema import creators
from bot.storage.sightings import Sightings

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(1180061761)"
"""PostgreSQL pairs reports under a lock; only this uses its number."""
INSERT = "INSERT INTO events (key, kind, creator_id, sealed_body, topic, received_at) SELECT * FROM"
OF_SOMEBODY = "IN (SELECT creator_id FROM creators) ON CONFLICT (key) DO NOTHING"
RETURNING = "RETURNING id, key"
ADDED = (
    "SELECT json_group_object(events.key, events.id) FROM json_each(?) AS mine JOIN events "
    "ON events.key = mine.value->>0 AND events.sealed_body = mine.value->>1"
)
"""Which of these rows are ours: no two events are sealed to the same text."""
COLUMNS = ("key", "kind", "creator_id", "sealed_body", "topic", "received_at")
ARRAYS = (
    "unnest(CAST(:key AS text[]), CAST(:kind AS text[]), CAST(:creator_id AS text[]), CAST(:sealed_body AS text[]), "
    f"CAST(:topic AS text[]), CAST(:received_at AS timestamptz[])) AS t({', '.join(COLUMNS)})"
)
REMEMBERED = 10_000
COMMITS_IN_A_ROW = 32
"""Of one visit to the driver's thread: who stops the bot waits no longer."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of a batch."""

    news: dict[str, int] = field(default_factory=dict)
    """The rows to be routed, by key; every other event was known, or told before by another route."""
    more: Sequence[StoredEvent] = ()
    """What adds to a happening that was told before; no news."""
    strangers: frozenset[CreatorId] = frozenset()
    """Whose events were forgotten: nobody has connected them."""


class Arriving(Protocol):
    """Something that waits for its row to be stored."""

    @property
    def row(self) -> NewEvent:
        """The row."""
        ...


A = TypeVar("A", bound=Arriving)
Settle = Callable[[Sequence[A], Arrived | StorageBusyError], object]


class ArrivalStore:
    """Invariants: a happening is news once, whichever routes tell it in whatever order; what is not news stays a key.

    Nothing is kept of a creator whom nobody has connected.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._met: set[CreatorId] = set()

    async def keep(self, rows: Sequence[NewEvent]) -> Arrived:
        """Store what is new; StorageBusyError when that cannot be done now, for all of them then."""
        alone = [row for row in rows if row.sighting is None]
        told = [row for row in rows if row.sighting is not None]
        news: dict[str, int] = {}
        more: Sequence[StoredEvent] = ()
        if alone:
            news |= await self._add(alone)
        if told:
            found, more = await self._database.transact(partial(self._add_told, told))
            news |= found
        strangers = await self._strangers(row.creator for row in rows if row.key not in news)
        return Arrived(news, more, strangers)

    async def keep_flowing(self, first: Sequence[A], more: Callable[[], Sequence[A]], settle: Settle[A]) -> None:
        """Store these and, a commit each, what ``more`` gives then; ``settle`` is told of each on the event loop.

        On SQLite the driver's thread asks for ``more`` itself, so that neither it nor the event loop waits for the
        other between two commits; there it may not give what other routes tell as well. StorageBusyError when the
        first ones could not even be tried.
        """
        if not self._database.is_sqlite or any(one.row.sighting is not None for one in first):
            settle(first, await self.keep([one.row for one in first]))
            return
        soon = asyncio.get_running_loop().call_soon_threadsafe
        left = await self._database.run_alone(
            partial(self._flow, first, more, lambda batch, arrived: soon(settle, batch, arrived))
        )
        if left is not None:
            batch, news = left
            settle(batch, Arrived(news, strangers=await self._strangers(_missing(batch, news))))

    def _flow(
        self,
        batch: Sequence[A],
        more: Callable[[], Sequence[A]],
        settle: Settle[A],
        connection: sqlite3.Connection,
    ) -> tuple[Sequence[A], dict[str, int]] | None:
        """In the driver's thread: one commit after another, up to one with creators not met before: it is returned."""
        for commits in range(1, COMMITS_IN_A_ROW + 1):
            try:
                with self._database.trouble.noted(is_write=True):
                    news = _add_to_sqlite([one.row for one in batch], connection)
            except StorageBusyError as error:
                settle(batch, error)
                break
            if len(news) < len(batch) and not _missing(batch, news) <= self._met:
                return batch, news
            settle(batch, Arrived(news))
            is_over = commits == COMMITS_IN_A_ROW or self._database.is_awaited
            batch = () if is_over else more()
            if not batch:
                break
        return None

    async def keep_at_once(self, at_once: AtOnce, leasing: Callable[[Sequence[Parcel]], None]) -> Taken | None:
        """Store one with its deliveries, leased, in one commit; ``None``: nothing was stored, it goes the usual way.

        So does what was decided by rules that changed while this waited for the writer. ``leasing`` is told what was
        taken while the disk still writes.
        """

        def work(rows: Rows) -> Taken | None:
            return at_once.take(rows) if self._database.freshness == at_once.standing.freshness else None

        return await self._database.transact(work, lambda taken: leasing(taken.parcels if taken else ()))

    async def keep_routed(
        self,
        rows: Sequence[NewEvent],
        dispatches: Mapping[str, Sequence[Dispatch]],
        lease: Lease,
        leasing: Callable[[Sequence[Parcel]], None],
    ) -> Arrived:
        """Store a few that no other route tells, make their deliveries and take what is due, all in one commit."""

        def work(run: Rows) -> tuple[dict[str, int], list[Parcel]]:
            news = self._insert(run, rows)
            route_all(run, [(number, dispatches[key]) for key, number in news.items()], lease.now)
            return news, lease.take(run) if news else []

        news, _ = await self._database.transact(work, lambda done: leasing(done[1]))
        return Arrived(news, strangers=await self._strangers(row.creator for row in rows if row.key not in news))

    async def _add(self, rows: Sequence[NewEvent]) -> dict[str, int]:
        if self._database.is_sqlite:
            return await self._database.run_alone(partial(_add_to_sqlite, rows))
        return await self._database.transact(lambda run: _insert_on_postgresql(run, rows))

    def _add_told(self, rows: Sequence[NewEvent], run: Rows) -> tuple[dict[str, int], list[StoredEvent]]:
        """Those that other routes may have told: what they repeat is not news, but may add to what was told."""
        if not self._database.is_sqlite:
            run(ONE_AT_A_TIME, {})
        fresh = self._insert(run, rows)
        first = {row.key: row for row in reversed(rows) if row.key in fresh}
        again = _untold(run, rows, first)
        if not first and not again:
            return {}, []
        looked_at = [row.sighting for row in [*first.values(), *again] if row.sighting]
        retold = Retold(Sightings.around(run, looked_at))
        for row in sorted(first.values(), key=lambda row: fresh[row.key]):
            retold.look(fresh[row.key], row)
        for row in again:
            retold.look_again(row)
        if retold.again:
            retold.stored_again(self._insert(run, retold.again))
        more = retold.save(run)
        return {key: number for key, number in fresh.items() if number not in retold.repeated}, more

    def _insert(self, run: Rows, rows: Sequence[NewEvent]) -> dict[str, int]:
        return (_insert_on_sqlite if self._database.is_sqlite else _insert_on_postgresql)(run, rows)

    async def _strangers(self, missing: Iterable[CreatorId]) -> frozenset[CreatorId]:
        """Whom nobody has connected; nobody, while that cannot be read: what was stored is stored."""
        asked = set(missing) - self._met
        if not asked:
            return frozenset()
        query = select(creators.c.creator_id).where(creators.c.creator_id.in_(asked))
        try:
            async with self._database.read() as connection:
                found = set((await connection.execute(query)).scalars())
        except StorageBusyError:
            return frozenset()
        if len(self._met) > REMEMBERED:
            self._met.clear()
        self._met |= found
        return frozenset(asked - found)


def _untold(run: Rows, rows: Sequence[NewEvent], first: Mapping[str, NewEvent]) -> list[NewEvent]:
    """Rows whose key was known that are not the same once more: looked for by their identities alone."""
    again = [row for row in rows if first.get(row.key) is not row]
    known = [row.sighting for row in again if row.sighting and row.key not in first]
    untold = Sightings.untold(run, known)
    return [row for row in again if row.key in first or row.sighting in untold]


def _missing(batch: Sequence[A], news: Mapping[str, int]) -> set[CreatorId]:
    """The creators of what is no news."""
    return {one.row.creator for one in batch if one.row.key not in news}


def _add_to_sqlite(rows: Sequence[NewEvent], connection: sqlite3.Connection) -> dict[str, int]:
    """The hot path: one statement, one commit. Where none was known, SQLite numbers the rows in their order."""
    count, last = sqlite.insert_rows(connection, *_sqlite_insert(rows))
    if count == len(rows):
        return dict(zip((row.key for row in rows), range(last - count + 1, last + 1), strict=True))
    if not count:
        return {}
    mine = json.dumps([(row.key, row.sealed_body) for row in rows])
    added: dict[str, int] = json.loads(connection.execute(ADDED, (mine,)).fetchone()[0])
    return added


def _insert_on_postgresql(run: Rows, rows: Sequence[NewEvent]) -> dict[str, int]:
    columns = zip(COLUMNS, map(list, zip(*map(_values, rows), strict=True)), strict=True)
    added = run(f"{INSERT} {ARRAYS} WHERE t.creator_id {OF_SOMEBODY} {RETURNING}", dict(columns))
    return {key: number for number, key in added}


def _sqlite_insert(rows: Sequence[NewEvent]) -> tuple[str, list[Any]]:
    places = ",".join(["(?,?,?,?,?,?)"] * len(rows))
    values: list[Any] = []
    for row in rows:
        values += (row.key, row.kind, row.creator, row.sealed_body, row.topic, as_stored(row.received_at))
    return f"{INSERT} (VALUES {places}) WHERE column3 {OF_SOMEBODY}", values


def _insert_on_sqlite(run: Rows, rows: Sequence[NewEvent]) -> dict[str, int]:
    """The same, in a transaction of plain SQL; in the order of their numbers."""
    values = Named()
    places = ", ".join(values.each(_values(row)) for row in rows)
    added = run(f"{INSERT} (VALUES {places}) WHERE column3 {OF_SOMEBODY} {RETURNING}", values)
    return {key: number for number, key in sorted(added)}


def _values(row: NewEvent) -> tuple[Any, ...]:
    return row.key, row.kind, row.creator, row.sealed_body, row.topic, row.received_at
