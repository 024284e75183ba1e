"""SQLite's write-ahead log is taken into its file beside the writer, not within one of its commits."""

import asyncio
from contextlib import suppress

from bot.domain.errors import StorageBusyError
from bot.storage.database.engine import AsyncEngine
from bot.storage.database.errors import Trouble

COMMITS = 40
"""How many go by from one checkpoint to the next: about the thousand pages after which SQLite itself makes one."""


class Checkpoints:
    """Makes them on a connection of its own, which writes nothing else; one at a time, and none while nobody writes.

    A passive one waits for nobody and holds up nobody: what it does not reach stays in the log for the next.
    """

    def __init__(self, engine: AsyncEngine, trouble: Trouble) -> None:
        self._engine = engine
        self._trouble = trouble
        self._commits = 0
        self._under_way: asyncio.Task[None] | None = None

    def commit_ended(self) -> None:
        """One more transaction is over, whatever became of it."""
        self._commits += 1
        if self._commits >= COMMITS and (self._under_way is None or self._under_way.done()):
            self._commits = 0
            self._under_way = asyncio.create_task(self._take_in())

    async def empty_log(self) -> None:
        """Leave nothing in the log. Nobody may be writing; StorageBusyError when the database cannot do it now."""
        await self._run("TRUNCATE")

    async def close(self) -> None:
        """End what is under way; the last connection to be closed takes in the rest."""
        if self._under_way is not None:
            await self._under_way
        await self._engine.dispose()

    async def _take_in(self) -> None:
        with suppress(StorageBusyError), self._trouble.noted(is_write=False):
            await self._run("PASSIVE")

    async def _run(self, mode: str) -> None:
        async with self._engine.connect() as connection:
            await connection.exec_driver_sql(f"PRAGMA wal_checkpoint({mode})")
