"""How far each creator's lists at Fanvue were read, and how often they are asked for."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, Text, bindparam, cast, exists, func, or_, select, union, update

from bot.domain.accounts import ConnectionStatus, Creator, CreatorId
from bot.domain.catching_up import POLLED, Cursor, Outcome, Polling, Source
from bot.storage.creators import ALL, JOINED, creators_from
from bot.storage.database import Database, Rows
from bot.storage.database.instants import as_stored
from bot.storage.database.lookups import Lookup
from bot.storage.schema import cards, connections, creators, cursors, desk_posts, events, pollings

PAGE = 2000
LATELY = timedelta(days=1)
POLLING = (pollings.c.heard_at, pollings.c.missed_at, pollings.c.polled_at, pollings.c.beat_seconds)
FOLLOWED = JOINED.outerjoin(pollings, pollings.c.creator_id == creators.c.creator_id)
PLACE = (
    cursors.c.source.concat("|")
    .concat(cast(cursors.c.since, Text))
    .concat("|")
    .concat(func.coalesce(cast(cursors.c.read_to, Text), ""))
    .concat("|")
    .concat(func.coalesce(cursors.c.trouble, ""))
    .concat("|")
    .concat(func.coalesce(cast(cursors.c.failed_at, Text), ""))
)
PLACES = (
    select(func.aggregate_strings(PLACE, ";")).where(cursors.c.creator_id == creators.c.creator_id).scalar_subquery()
)
IS_WAITED_FOR = or_(
    exists().where(desk_posts.c.creator_id == creators.c.creator_id),
    exists().where(
        cards.c.creator_id == creators.c.creator_id,
        cards.c.answered_at.is_(None),
        cards.c.elsewhere_at.is_(None),
        cards.c.created_at > bindparam("lately"),
    ),
)
ALL_OF_THEM = Lookup(
    select(connections, *ALL, *POLLING, PLACES.label("places"), IS_WAITED_FOR.label("is_waited_for"))
    .select_from(FOLLOWED)
    .where(creators.c.creator_id.in_(bindparam("wanted", expanding=True)))
)
"""One question for all that looks need, cursors in one text a creator: it is asked many times a second."""
IS_HERE = "SELECT 1 FROM creators WHERE creator_id = :creator"
MOVE = """
INSERT INTO cursors (creator_id, source, since, read_to) VALUES (:creator, :source, :since, :read_to)
ON CONFLICT (creator_id, source) DO UPDATE SET trouble = NULL, failed_at = NULL, read_to = CASE
    WHEN cursors.read_to IS NULL OR cursors.read_to < excluded.read_to THEN excluded.read_to ELSE cursors.read_to END
"""
FAIL = """
INSERT INTO cursors (creator_id, source, since, trouble, failed_at)
VALUES (:creator, :source, :since, :trouble, :failed_at)
ON CONFLICT (creator_id, source) DO UPDATE SET trouble = excluded.trouble,
    failed_at = coalesce(cursors.failed_at, excluded.failed_at)
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """One creator as a look at Fanvue needs them."""

    creator: Creator
    sealed: str = field(repr=False)
    """The tokens of the connection, just read."""
    polling: Polling
    follows_answers: bool = False
    """Whether what the creator's side writes is wanted: a desk has a post, or a card of the last day is open."""


@dataclass(frozen=True, slots=True)
class Note:
    """That a creator was looked at."""

    creator: CreatorId
    polled_at: datetime
    beat_seconds: int


class CursorStore:
    """Invariant: a cursor only ever moves forward, and only after what it passed was committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def usable(self, after: str = "") -> list[CreatorId]:
        """Creators whose connection can be used, in the order of their ids; at most a page of them."""
        query = (
            select(creators.c.creator_id)
            .join(connections, connections.c.creator_id == creators.c.account_id)
            .where(connections.c.status == ConnectionStatus.ACTIVE, creators.c.creator_id > after)
            .order_by(creators.c.creator_id)
            .limit(PAGE)
        )
        return await self._ids(query)

    async def usable_since(self, instant: datetime) -> list[CreatorId]:
        """Those whose connection was made, or whose managed creators were read, since then."""
        fresh = union(
            select(connections.c.creator_id).where(connections.c.connected_at > instant),
            select(creators.c.creator_id).where(creators.c.seen_at > instant),
        )
        query = (
            select(creators.c.creator_id)
            .join(connections, connections.c.creator_id == creators.c.account_id)
            .where(connections.c.status == ConnectionStatus.ACTIVE, creators.c.account_id.in_(fresh))
        )
        return await self._ids(query)

    async def followed(self, wanted: Collection[CreatorId], now: datetime) -> dict[CreatorId, Followed]:
        """What is known of these creators; those who are gone are left out."""
        found = await self._database.look_apart(ALL_OF_THEM, wanted=list(wanted), lately=now - LATELY)
        return {
            creator.id: Followed(
                creator, str(row.sealed_tokens), _polling(row, _places(row.places)), bool(row.is_waited_for)
            )
            for creator, row in zip(creators_from(found), found, strict=True)
        }

    async def of_creator(self, creator: CreatorId) -> Polling:
        """How one creator is followed, for those who may know."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(pollings).where(pollings.c.creator_id == creator))).one_or_none()
            places = await connection.execute(select(cursors).where(cursors.c.creator_id == creator))
            known = {Source(place.source): _cursor(place) for place in places}
        return _polling(row, known) if row else Polling(cursors=known)

    async def move(self, creator: CreatorId, source: Source, to: Cursor) -> None:
        """Everything up to there was taken in, and the source answers; a cursor that is further already stays."""
        await self._put(MOVE, {"creator": creator, "source": source.value, "since": to.since, "read_to": to.read_to})

    async def fail(self, creator: CreatorId, source: Source, at: Cursor) -> None:
        """The source does not answer as it should, since then at the latest; the place it was read to stays."""
        values = {
            "creator": creator,
            "source": source.value,
            "since": at.since,
            "trouble": at.trouble and at.trouble.value,
            "failed_at": at.failed_at,
        }
        await self._put(FAIL, values)

    async def note_polled(self, notes: Sequence[Note]) -> None:
        """These creators were looked at; all in one commit."""
        await self._note(
            [(note.creator, {"polled_at": note.polled_at, "beat_seconds": note.beat_seconds}) for note in notes]
        )

    async def note_missed(self, creator: CreatorId, at: datetime) -> None:
        """Something was found that no webhook had brought."""
        await self._note([(creator, {"missed_at": at})])

    async def note_heard(self, heard: Mapping[CreatorId, datetime]) -> None:
        """Webhooks came for these creators."""
        await self._note([(creator, {"heard_at": at}) for creator, at in heard.items()])

    async def heard_since(self, instant: datetime) -> dict[CreatorId, tuple[int, datetime]]:
        """How many webhooks were stored for each creator since then, and when the last."""
        query = (
            select(events.c.creator_id, func.count().label("number"), func.max(events.c.received_at).label("newest"))
            .where(events.c.received_at > instant, or_(events.c.topic.is_(None), events.c.topic != POLLED))
            .group_by(events.c.creator_id)
        )
        async with self._database.read() as connection:
            return {CreatorId(row.creator_id): (row.number, row.newest) for row in await connection.execute(query)}

    async def _put(self, statement: str, values: dict[str, Any]) -> None:
        """Write a cursor; what is found about a creator who left is not noted."""
        still_here = IS_HERE if self._database.is_sqlite else f"{IS_HERE} FOR KEY SHARE"

        def work(run: Rows) -> None:
            if run(still_here, {"creator": values["creator"]}):
                run(statement, values)

        await self._database.transact(work)

    async def _ids(self, query: Any) -> list[CreatorId]:
        async with self._database.read() as connection:
            return [CreatorId(found) for found in (await connection.execute(query)).scalars()]

    async def _note(self, rows: Sequence[tuple[CreatorId, dict[str, Any]]]) -> None:
        """One change each; a creator's first makes the row, and what is noted of one who left is not."""
        if not rows:
            return
        names = tuple(rows[0][1])
        if self._database.is_sqlite:
            await self._database.execute_alone(_noting(names), [_as_json(rows)])
            return
        changes = [
            {"of": creator, **{f"new_{name}": value for name, value in values.items()}} for creator, values in rows
        ]
        change = (
            update(pollings)
            .where(pollings.c.creator_id == bindparam("of"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        async with self._database.write() as connection:
            await connection.execute(change, changes)
            wanted = [creator for creator, _ in rows]
            known = select(pollings.c.creator_id).where(pollings.c.creator_id.in_(wanted))
            there = set((await connection.execute(known)).scalars())
            fresh = {creator: values for creator, values in rows if creator not in there}
            ids = (await connection.execute(_still_here(list(fresh)))).scalars().all() if fresh else ()
            new = [{"creator_id": creator, **fresh[CreatorId(creator)]} for creator in ids]
            if new:
                await connection.execute(self._database.insert(pollings).on_conflict_do_nothing(), new)


@cache
def _noting(names: tuple[str, ...]) -> str:
    """All changes as one statement of SQLite: run one by one, its thread would want the interpreter back for each."""
    columns, picked = ", ".join(names), ", ".join(f"json_extract(mine.value, '$.{name}')" for name in names)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names)
    return (
        f"INSERT INTO pollings (creator_id, {columns}) "  # noqa: S608 - names of ours
        f"SELECT creators.creator_id, {picked} FROM json_each(?) AS mine "
        "CROSS JOIN creators ON creators.creator_id = json_extract(mine.value, '$.creator') WHERE true "
        f"ON CONFLICT (creator_id) DO UPDATE SET {changed}"
    )


def _as_json(rows: Sequence[tuple[CreatorId, dict[str, Any]]]) -> str:
    changes = [{"creator": creator, **values} for creator, values in rows]
    return json.dumps(changes, default=as_stored)


def _still_here(wanted: Sequence[CreatorId]) -> Select[str]:
    """Those of them who did not leave, and will not before this transaction ends."""
    query = select(creators.c.creator_id).where(creators.c.creator_id.in_(wanted))
    return query.with_for_update(read=True, key_share=True)


def _polling(row: Row[Any], known: Mapping[Source, Cursor]) -> Polling:
    return Polling(row.heard_at, row.missed_at, row.polled_at, row.beat_seconds, known)


def _places(written: str | None) -> dict[Source, Cursor]:
    """The cursors of one creator, out of one text."""
    found = {}
    for place in written.split(";") if written else ():
        source, since, read_to, trouble, failed_at = place.split("|")
        began = _instant(since)
        if began is not None:
            found[Source(source)] = Cursor(
                began, _instant(read_to), Outcome(trouble) if trouble else None, _instant(failed_at)
            )
    return found


def _instant(written: str) -> datetime | None:
    """As the databases write them: in UTC without a zone, or with one."""
    if not written:
        return None
    moment = datetime.fromisoformat(written)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _cursor(row: Row[Any]) -> Cursor:
    return Cursor(row.since, row.read_to, Outcome(row.trouble) if row.trouble else None, row.failed_at)
