"""Who was subscribed when Fanvue was last asked, sealed: what is missing the next time has ended."""

from datetime import datetime

from sqlalchemy import delete, exc, or_, select

from bot.domain.accounts import CreatorId
from bot.domain.subscribers import ENDINGS
from bot.storage.database import Database
from bot.storage.schema import routes, subscriber_lists

WANTED = select(routes.c.creator_id).where(routes.c.kind.in_(sorted(ENDINGS)), routes.c.paused_at.is_(None)).distinct()


class SubscriberLists:
    """One list a creator, which goes with it, and goes when nobody has a rule that needs it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wanted(self) -> list[CreatorId]:
        """The creators somebody has a rule for that asks for subscriptions that end."""
        async with self._database.read() as connection:
            found = (await connection.execute(WANTED.order_by(routes.c.creator_id))).scalars()
            return [CreatorId(creator) for creator in found]

    async def read_at(self, creator: CreatorId) -> datetime | None:
        """When the list was read; ``None`` when there is none."""
        query = select(subscriber_lists.c.read_at).where(subscriber_lists.c.creator_id == creator)
        async with self._database.read() as connection:
            moment: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        return moment

    async def sealed(self, creator: CreatorId) -> str | None:
        """The sealed list."""
        query = select(subscriber_lists.c.sealed_list).where(subscriber_lists.c.creator_id == creator)
        async with self._database.read() as connection:
            found: str | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    async def save(self, creator: CreatorId, sealed: str, now: datetime) -> bool:
        """Put this list in the place of the one before; false when nobody has connected the creator any more."""
        row = {"id": creator, "creator_id": creator, "sealed_list": sealed, "read_at": now}
        try:
            async with self._database.write() as connection:
                await connection.execute(delete(subscriber_lists).where(subscriber_lists.c.id == creator))
                await connection.execute(subscriber_lists.insert().values(row))
        except exc.IntegrityError:
            return False
        return True

    async def drop_unwanted(self, before: datetime) -> None:
        """Remove lists that are older, or that no rule asks for."""
        unwanted = or_(subscriber_lists.c.read_at < before, subscriber_lists.c.creator_id.not_in(WANTED))
        async with self._database.write() as connection:
            await connection.execute(delete(subscriber_lists).where(unwanted))
