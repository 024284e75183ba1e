"""Whom we told which place refuses cards."""

from datetime import datetime

from sqlalchemy import delete, or_, select

from bot.domain.accounts import DiscordUserId
from bot.domain.alerts import Place, PlaceKind
from bot.storage.database import Database
from bot.storage.personal import Mine
from bot.storage.schema import refusals


class RefusalStore:
    """What an owner was told of a place last, by cause: it is told once, across processes and restarts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_told(self, place: Place, owner: DiscordUserId, since: datetime, cause: str | None = None) -> bool:
        """Whether the owner was told since then: of that cause, or of any."""
        told = refusals.c
        query = select(told.cause).where(told.place_key == place.key, told.owner == owner, told.told_at >= since)
        if cause is not None:
            query = query.where(told.cause == cause)
        async with self._database.read() as connection:
            return (await connection.execute(query.limit(1))).first() is not None

    async def note(self, place: Place, owner: DiscordUserId, cause: str, now: datetime) -> None:
        """The owner was told."""
        statement = self._database.insert(refusals).values(place_key=place.key, owner=owner, cause=cause, told_at=now)
        keys = list(refusals.primary_key.columns)
        latest = statement.on_conflict_do_update(index_elements=keys, set_={"told_at": statement.excluded.told_at})
        async with self._database.write() as connection:
            await connection.execute(latest)

    async def clear(self, place: Place) -> None:
        """Forget what was said of a place: somebody made it work again, so that its next refusal is news."""
        async with self._database.write() as connection:
            await connection.execute(delete(refusals).where(refusals.c.place_key == place.key))

    def about(self, user: DiscordUserId) -> Mine:
        """What this person was told, and what others were told of their direct messages."""
        return ((refusals, or_(refusals.c.owner == user, refusals.c.place_key == _dm_of(user))),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove it."""
        is_theirs = or_(refusals.c.owner == user, refusals.c.place_key == _dm_of(user))
        async with self._database.write() as connection:
            await connection.execute(delete(refusals).where(is_theirs))


def _dm_of(user: DiscordUserId) -> str:
    return Place(PlaceKind.DM, user).key
