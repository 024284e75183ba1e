"""One sealed check per key in use, to notice a missing key at the start; never a key."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.storage.database import Database
from bot.storage.schema import key_checks


class KeyCheckStore:
    """Sealed checks by key id, which is a fingerprint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, str]:
        """Sealed check by key id."""
        query = select(key_checks.c.key_id, key_checks.c.sealed_check)
        async with self._database.read() as connection:
            return {row.key_id: row.sealed_check for row in await connection.execute(query)}

    async def add(self, key_id: str, sealed_check: str, now: datetime) -> None:
        """Keep a check; a known key id is left as it is."""
        statement = self._database.insert(key_checks).values(key_id=key_id, sealed_check=sealed_check, created_at=now)
        async with self._database.write() as connection:
            await connection.execute(statement.on_conflict_do_nothing())

    async def keep_only(self, key_id: str) -> None:
        """Forget the checks of all other keys."""
        async with self._database.write() as connection:
            await connection.execute(delete(key_checks).where(key_checks.c.key_id != key_id))
