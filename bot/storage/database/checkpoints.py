"""SQLite's write-ahead log is taken into its file beside the writer, not within one of its commits."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import structlog

from bot.domain.errors import StorageBusyError
from bot.storage.database.engine import AsyncEngine
from bot.storage.database.errors import Trouble

log = structlog.get_logger(__name__)

COMMITS = 40
"""How many go by from one checkpoint to the next: about the thousand pages after which SQLite itself makes one."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 60


class Checkpoints:
    """Makes them on a connection of its own, which writes nothing else; one at a time, and none while nobody writes.

    A passive one waits for nobody and holds up nobody: what it does not reach stays in the log for the next. The first
    empties the log: a process that was killed may have left in it what was erased.
    """

    def __init__(self, file: Path, engine: AsyncEngine, trouble: Trouble) -> None:
        self._address = f"{file.absolute().as_uri()}?mode=rw"
        self._engine = engine
        self._trouble = trouble
        self._commits = 0
        self._has_begun = False
        self._under_way: asyncio.Task[None] | None = None
        self._emptying: asyncio.Task[None] | None = None

    def commit_ended(self) -> None:
        """One more transaction is over."""
        self._commits += 1
        if self._commits >= COMMITS and (self._under_way is None or self._under_way.done()):
            self._commits = 0
            self._under_way = asyncio.create_task(self._take_in())

    async def empty_log(self) -> None:
        """Leave nothing in the log: at once, or as soon as nobody reads what was before any more.

        StorageBusyError when the database cannot do it now.
        """
        if not await self._empty():
            log.warning("erased_still_in_log")
            self._empty_soon()

    async def close(self) -> None:
        """End what is under way; the last connection to be closed takes in the rest."""
        if self._emptying is not None:
            self._emptying.cancel()
        under_way = {task for task in (self._under_way, self._emptying) if task is not None}
        if under_way:
            await asyncio.wait(under_way)
        await self._engine.dispose()

    async def _take_in(self) -> None:
        with suppress(StorageBusyError), self._trouble.noted(is_write=False):
            if not self._has_begun:
                if not await self._empty():
                    self._empty_soon()
                self._has_begun = True
            else:
                async with self._engine.connect() as connection:
                    driver = connection.driver
                    await driver._execute(take_in, driver._conn, self._address)  # noqa: SLF001 - it has no public one

    def _empty_soon(self) -> None:
        if self._emptying is None:
            self._emptying = asyncio.create_task(self._empty_later())

    async def _empty_later(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            await asyncio.sleep(pause)
            with suppress(StorageBusyError), self._trouble.noted(is_write=False):
                if await self._empty():
                    break
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._emptying = None

    async def _empty(self) -> bool:
        """Whether nothing is in the log any more; whoever still reads what was before is in the way."""
        async with self._engine.connect() as connection:
            is_busy, _, _ = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        return not is_busy


def take_in(connection: sqlite3.Connection, address: str) -> None:
    """What is in the log, in the driver's thread; a reader is there, so that no writer begins the log anew meanwhile.

    Where one does, SQLite before 3.51.3 can count what is new in the log as taken in already: it would be lost.
    """
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("PRAGMA user_version").fetchone()
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
