"""Whom we told which place refuses cards."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_

from bot.domain.accounts import DiscordUserId
from bot.domain.alerts import Place, PlaceKind
from bot.storage.database import Database
from bot.storage.personal import rows_about
from bot.storage.schema import refusals


class RefusalStore:
    """Invariant: an owner is told of a place and cause once, across processes and restarts, until it works again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, place: Place, owner: DiscordUserId, cause: str, now: datetime) -> bool:
        """Whether the owner is to be told now; true for one caller."""
        statement = self._database.insert(refusals).values(place_key=place.key, owner=owner, cause=cause, told_at=now)
        first = statement.on_conflict_do_nothing().returning(refusals.c.place_key)
        async with self._database.write() as connection:
            return (await connection.execute(first)).one_or_none() is not None

    async def clear(self, place: Place) -> None:
        """Forget what was said of a place: somebody made it work again, so that its next refusal is news."""
        async with self._database.write() as connection:
            await connection.execute(delete(refusals).where(refusals.c.place_key == place.key))

    async def export(self, user: DiscordUserId) -> list[dict[str, Any]]:
        """What this person was told, and what others were told of their direct messages."""
        return await rows_about(
            self._database, refusals, or_(refusals.c.owner == user, refusals.c.place_key == _dm_of(user))
        )

    async def forget(self, user: DiscordUserId) -> None:
        """Remove it."""
        is_theirs = or_(refusals.c.owner == user, refusals.c.place_key == _dm_of(user))
        async with self._database.write() as connection:
            await connection.execute(delete(refusals).where(is_theirs))


def _dm_of(user: DiscordUserId) -> str:
    return Place(PlaceKind.DM, user).key
