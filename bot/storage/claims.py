"""Who is on which fan, and whom nobody can write to."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, or_, select, update

from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.claims import Claim
from bot.storage.database import Database, Rows
from bot.storage.database.freshness import Kept
from bot.storage.database.instants import instant_of
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import claims, closed_chats

HOLDS = Lookup(
    select(claims).where(
        claims.c.creator_id == bindparam("creator"),
        claims.c.fan_id == bindparam("fan"),
        claims.c.until > bindparam("now"),
    )
)
CLOSED_AT = Lookup(
    select(closed_chats.c.closed_at).where(
        closed_chats.c.creator_id == bindparam("creator"), closed_chats.c.fan_id == bindparam("fan")
    )
)
ANY_CLOSED = Lookup(select(closed_chats.c.fan_id).where(closed_chats.c.creator_id == bindparam("creator")).limit(1))
DROP_STALE = "DELETE FROM claims WHERE creator_id = :creator_id AND fan_id = :fan_id AND until <= :now"
TAKE = """
INSERT INTO claims (creator_id, fan_id, holder, holder_name, since, until, is_snoozed)
VALUES (:creator_id, :fan_id, :holder, :holder_name, :since, :until, :is_snoozed)
ON CONFLICT (creator_id, fan_id) DO UPDATE SET
    holder = excluded.holder, holder_name = excluded.holder_name, until = excluded.until,
    is_snoozed = excluded.is_snoozed
WHERE claims.holder = excluded.holder
"""
HOLDER = """
SELECT holder, holder_name, since, until, is_snoozed FROM claims WHERE creator_id = :creator_id AND fan_id = :fan_id
"""


class ClaimStore:
    """Invariant: at most one person is on a fan; a claim that has run out is none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._any_closed: Kept[bool] = Kept(lambda: database.freshness)

    async def take(self, claim: Claim, now: datetime) -> Claim:
        """The claim that holds now: this one where nobody else was faster, which one's own only lengthens."""
        values = _values(claim) | {"now": now}

        def work(rows: Rows) -> Claim:
            rows(DROP_STALE, values)
            rows(TAKE, values)
            ((holder, name, since, until, is_snoozed),) = rows(HOLDER, values)
            return replace(
                claim,
                holder=DiscordUserId(holder),
                holder_name=name,
                since=instant_of(since) or claim.since,
                until=instant_of(until) or claim.until,
                is_snoozed=bool(is_snoozed),
            )

        return await self._database.transact(work)

    async def of(self, creator: CreatorId, fan: FanId, now: datetime) -> Claim | None:
        """Who is on this fan."""
        found = await self._database.look(HOLDS, creator=creator, fan=fan, now=now)
        return _claim(found[0]) if found else None

    async def of_fans(self, creator: CreatorId, fans: Collection[FanId], now: datetime) -> dict[FanId, Claim]:
        """Who is on which of these fans."""
        query = select(claims).where(claims.c.creator_id == creator, claims.c.fan_id.in_(fans), claims.c.until > now)
        async with self._database.read() as connection:
            return {FanId(row.fan_id): _claim(row) for row in await connection.execute(query)}

    async def hand_over(self, claim: Claim, to: DiscordUserId, name: str, now: datetime, until: datetime) -> bool:
        """To somebody else; false when it is not held by that person any more."""
        change = update(claims).where(_of(claim.creator, claim.fan), claims.c.holder == claim.holder)
        values = {"holder": to, "holder_name": name, "since": now, "until": until, "is_snoozed": False}
        async with self._database.write() as connection:
            return (await connection.execute(change.values(values))).rowcount == 1

    async def release(self, creator: CreatorId, fan: FanId, holder: DiscordUserId) -> bool:
        """Let go of it; false when somebody else has it, or nobody."""
        async with self._database.write() as connection:
            change = delete(claims).where(_of(creator, fan), claims.c.holder == holder)
            return (await connection.execute(change)).rowcount == 1

    async def run_out(self, now: datetime) -> list[Claim]:
        """Remove those that have run out; which they were."""
        async with self._database.read() as connection:
            if (
                await connection.execute(select(claims.c.fan_id).where(claims.c.until <= now).limit(1))
            ).first() is None:
                return []
        async with self._database.write() as connection:
            gone = delete(claims).where(claims.c.until <= now).returning(claims)
            return [_claim(row) for row in await connection.execute(gone)]

    async def close_chat(self, creator: CreatorId, fan: FanId, now: datetime) -> None:
        """Nobody can write to this fan, until they write again."""
        statement = self._database.insert(closed_chats).values(creator_id=creator, fan_id=fan, closed_at=now)
        upsert = statement.on_conflict_do_update(index_elements=["creator_id", "fan_id"], set_={"closed_at": now})
        async with self._database.write() as connection:
            await connection.execute(upsert)

    async def open_chat(self, creator: CreatorId, fan: FanId, written_at: datetime) -> bool:
        """They can be written to after all, as something at that instant shows; false when that was known."""
        chat = closed_chats.c
        is_over = and_(chat.creator_id == creator, chat.fan_id == fan, chat.closed_at < written_at)
        async with self._database.write() as connection:
            return (await connection.execute(delete(closed_chats).where(is_over))).rowcount == 1

    async def any_closed(self, creator: CreatorId) -> bool:
        """Whether any of a creator's fans cannot be written to."""

        async def read() -> bool:
            return bool(await self._database.look(ANY_CLOSED, creator=creator))

        return await self._any_closed.get(creator, read)

    async def closed_among(self, creator: CreatorId, fans: Collection[FanId]) -> dict[FanId, datetime]:
        """Which of these fans cannot be written to, and since when."""
        if not await self.any_closed(creator):
            return {}
        chat = closed_chats.c
        query = select(closed_chats).where(chat.creator_id == creator, chat.fan_id.in_(fans))
        async with self._database.read() as connection:
            return {FanId(row.fan_id): row.closed_at for row in await connection.execute(query)}

    async def closed_at(self, creator: CreatorId, fan: FanId) -> datetime | None:
        """Since when they cannot be written to."""
        for row in await self._database.look(CLOSED_AT, creator=creator, fan=fan):
            found: datetime = row.closed_at
            return found
        return None

    def about(self, user: DiscordUserId) -> Mine:
        """Whom this person is on, and who is on the fans of their creator."""
        return ((claims, _is_about(user)),)

    async def forget(self, user: DiscordUserId) -> None:
        """Let go of them all."""
        async with self._database.write() as connection:
            await connection.execute(delete(claims).where(_is_about(user)))


def _of(creator: CreatorId, fan: FanId) -> ColumnElement[bool]:
    return and_(claims.c.creator_id == creator, claims.c.fan_id == fan)


def _is_about(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(claims.c.holder == user, claims.c.creator_id.in_(creators_of(user)))


def _values(claim: Claim) -> dict[str, Any]:
    return {
        "creator_id": claim.creator,
        "fan_id": claim.fan,
        "holder": claim.holder,
        "holder_name": claim.holder_name,
        "since": claim.since,
        "until": claim.until,
        "is_snoozed": claim.is_snoozed,
    }


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        creator=CreatorId(row.creator_id),
        fan=FanId(row.fan_id),
        holder=DiscordUserId(row.holder),
        holder_name=row.holder_name,
        since=row.since,
        until=row.until,
        is_snoozed=bool(row.is_snoozed),
    )
