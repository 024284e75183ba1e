"""A cancelled caller leaves the file free for the next one."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.database.driver import connector
from bot.storage.database.engine import AsyncConnection

LONG = (
    "INSERT INTO numbers WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 400000) "
    "SELECT n FROM counted"
)


@pytest.mark.parametrize("cancellations", [1, 3])
async def test_when_the_cancellation_arrives_the_statement_has_ended(tmp_path: Path, cancellations: int) -> None:
    path = str(tmp_path / "file.db")
    connection = await connector(path, 5, lambda _: None)()
    await connection.execute("PRAGMA journal_mode=WAL")
    await connection.execute("CREATE TABLE numbers (n INTEGER)")
    await connection.commit()
    under_way = asyncio.create_task(connection._execute(lambda: sqlite3_insert(connection)))
    await asyncio.sleep(0.01)
    for _ in range(cancellations):
        under_way.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await under_way
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert other.execute("SELECT count(*) FROM numbers").fetchone() == (400000,)
    other.close()
    assert connection.is_open
    await connection.close()
    assert not connection.is_open


async def test_whoever_writes_while_dealing_with_a_cancelled_write_does_not_wait_for_it(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'file.db'}")
    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE numbers (n INTEGER)")

    async def part() -> None:
        try:
            async with database.write() as connection:
                for _ in range(5):
                    found = await connection.exec_driver_sql("INSERT INTO numbers VALUES (1), (2) RETURNING n")
                    found.all()
                raise asyncio.CancelledError
        finally:
            async with database.write() as connection:
                await connection.exec_driver_sql("INSERT INTO numbers VALUES (3)")

    for steps in range(60):
        task = asyncio.create_task(part())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.read() as connection:
        found = (await connection.exec_driver_sql("SELECT n FROM numbers")).scalars().all()
    assert set(found) == {3}
    await database.close()


@pytest.mark.parametrize("how", [Database.read, Database.write])
async def test_what_is_in_use_when_the_database_is_closed_or_opened_after_is_closed_in_the_end(
    tmp_path: Path, how: Callable[[Database], AbstractAsyncContextManager[AsyncConnection]]
) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'file.db'}")
    async with how(database) as connection:
        await database.close()
        await connection.exec_driver_sql("SELECT 1")
    async with how(database) as connection:
        await connection.exec_driver_sql("SELECT 1")
    assert drivers() == []


def test_a_stop_while_a_connection_is_opened_leaves_nothing_that_is_under_way(tmp_path: Path) -> None:
    async def stopped(steps: int) -> None:
        async def open_one() -> None:
            await (await connector(str(tmp_path / "file.db"), 5)()).close()

        opening = asyncio.create_task(open_one())
        for _ in range(steps):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)

    for steps in range(1, 8):
        asyncio.run(stopped(steps))
        assert drivers() == []


def drivers() -> list[threading.Thread]:
    """The drivers' threads that do not end by themselves."""
    found = [one for one in threading.enumerate() if "_connection_worker_thread" in one.name]
    for one in found:
        one.join(0.05)
    return [one for one in found if one.is_alive()]


def sqlite3_insert(connection: object) -> None:
    """One statement that commits by itself, in the driver's thread."""
    plain: sqlite3.Connection = connection._conn  # type: ignore[attr-defined]
    plain.isolation_level = None
    plain.execute(LONG)
