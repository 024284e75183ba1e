"""When an account's owner was last told that its grant died."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select

from bot.domain.accounts import ConnectionId, ConnectionStatus, CreatorId
from bot.storage.database import Database
from bot.storage.schema import connections, death_notices

ONE_DAY = timedelta(days=1)


class NoticeStore:
    """Invariant: an account has at most one notice a day, across processes and restarts.

    A notice goes with its connection; a time further ahead than a day was written under a wrong clock and counts
    for nothing.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, creator: CreatorId, now: datetime) -> bool:
        """Whether the owner may be told now; true for one caller a day, and never for an account that is gone."""
        told_at = death_notices.c.told_at
        fresh = self._database.insert(death_notices).values(creator_id=creator, told_at=now)
        claim = fresh.on_conflict_do_update(
            index_elements=["creator_id"],
            set_={"told_at": fresh.excluded.told_at},
            where=or_(told_at <= now - ONE_DAY, told_at > now + ONE_DAY),
        ).returning(death_notices.c.creator_id)
        is_dead = select(connections.c.id).where(
            connections.c.creator_id == creator, connections.c.status == ConnectionStatus.DEAD
        )
        async with self._database.write() as connection:
            if (await connection.execute(is_dead.with_for_update())).one_or_none() is None:
                return False
            return (await connection.execute(claim)).one_or_none() is not None

    async def release(self, creator: CreatorId) -> None:
        """Let the owner be told after all: it could not even be tried."""
        async with self._database.write() as connection:
            await connection.execute(delete(death_notices).where(death_notices.c.creator_id == creator))

    async def untold(self, now: datetime) -> list[ConnectionId]:
        """Dead connections whose owner was not told since their tokens were last good, and not within a day."""
        told = death_notices.c
        is_untold = or_(
            told.told_at.is_(None), and_(told.told_at < connections.c.refreshed_at, told.told_at <= now - ONE_DAY)
        )
        query = (
            select(connections.c.id)
            .outerjoin(death_notices, told.creator_id == connections.c.creator_id)
            .where(connections.c.status == ConnectionStatus.DEAD, is_untold)
        )
        async with self._database.read() as connection:
            return [ConnectionId(identity) for identity in (await connection.execute(query)).scalars()]
