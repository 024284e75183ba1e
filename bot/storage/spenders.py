"""What fans are known to have spent, as Fanvue last listed it."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, exc, select

from bot.domain.accounts import CreatorId, FanId
from bot.domain.rules import Spender
from bot.storage.database import Database
from bot.storage.schema import spender_lists, spenders

USABLE = timedelta(days=2)


class SpenderStore:
    """Invariant: a list is whole; who is not on it has spent at most its floor."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, creator: CreatorId, found: Mapping[FanId, Spender], floor: int, now: datetime) -> bool:
        """Put this list in the place of the one before; false when nobody has connected the creator any more."""
        rows = [
            {"creator_id": creator, "fan_id": fan, "spent": one.spent, "is_top": one.is_top}
            for fan, one in found.items()
        ]
        try:
            async with self._database.write() as connection:
                await connection.execute(delete(spender_lists).where(spender_lists.c.creator_id == creator))
                await connection.execute(spender_lists.insert().values(creator_id=creator, floor=floor, read_at=now))
                if rows:
                    await connection.execute(spenders.insert(), rows)
        except exc.IntegrityError:
            return False
        return True

    async def spent(self, creator: CreatorId, fans: Collection[FanId], now: datetime) -> dict[FanId, Spender]:
        """What these fans have spent, as far as that is known and not too old.

        Of a fan who is not on the list no more is known than that it was at most the list's floor; with a floor of
        nothing that is nothing. Fanvue marks nobody who is not on it.
        """
        listed = select(spenders.c.fan_id, spenders.c.spent, spenders.c.is_top).where(
            spenders.c.creator_id == creator, spenders.c.fan_id.in_(fans)
        )
        known = select(spender_lists.c.floor).where(
            spender_lists.c.creator_id == creator, spender_lists.c.read_at > now - USABLE
        )
        async with self._database.read() as connection:
            floor = (await connection.execute(known)).scalar_one_or_none()
            if floor is None:
                return {}
            found = {FanId(row.fan_id): Spender(row.spent, row.is_top) for row in await connection.execute(listed)}
        return {fan: found.get(fan, Spender(floor)) for fan in fans}

    async def read_at(self, creator: CreatorId) -> datetime | None:
        """When the list was read; ``None`` when there is none."""
        query = select(spender_lists.c.read_at).where(spender_lists.c.creator_id == creator)
        async with self._database.read() as connection:
            moment: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        return moment
