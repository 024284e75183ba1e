"""Grants that ended here and are still to be revoked at Fanvue."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from bot.storage.database import Database
from bot.storage.database.engine import AsyncConnection
from bot.storage.schema import revocations


@dataclass(frozen=True, slots=True)
class Revocation:
    """One grant that nobody may use any more."""

    id: int
    sealed_tokens: str = field(repr=False)
    tries: int
    first_tried_at: datetime | None


class RevocationStore:
    """What is put here leaves only when it was revoked, or is too old to be alive.

    A row holds a sealed pair and no person's id: it stays when its owner is forgotten, until Fanvue was told.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, sealed: str) -> None:
        """Have a grant revoked that is stored nowhere else."""
        async with self._database.write() as connection:
            await owe(connection, [sealed])

    async def due(self, now: datetime, limit: int) -> list[Revocation]:
        """What is to be tried now, what was never tried first."""
        query = (
            select(revocations)
            .where(or_(revocations.c.due_at.is_(None), revocations.c.due_at <= now))
            .order_by(revocations.c.tries, revocations.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [Revocation(row.id, row.sealed_tokens, row.tries, row.first_tried_at) for row in rows]

    async def put_off(self, revocation: Revocation, now: datetime, until: datetime) -> None:
        """Note that it was tried in vain."""
        change = (
            update(revocations)
            .where(revocations.c.id == revocation.id)
            .values(tries=revocation.tries + 1, due_at=until, first_tried_at=revocation.first_tried_at or now)
        )
        async with self._database.write() as connection:
            await connection.execute(change)

    async def remove(self, identity: int) -> None:
        """It is done with."""
        async with self._database.write() as connection:
            await connection.execute(delete(revocations).where(revocations.c.id == identity))

    async def settle(self, sealed: str) -> None:
        """Note that this very pair is revoked."""
        async with self._database.write() as connection:
            await connection.execute(delete(revocations).where(revocations.c.sealed_tokens == sealed))


async def owe(connection: AsyncConnection, sealed: Iterable[str]) -> None:
    """Have these pairs revoked, from the commit of the caller's transaction on."""
    rows = [{"sealed_tokens": pair, "tries": 0} for pair in sealed]
    if rows:
        await connection.execute(revocations.insert(), rows)
