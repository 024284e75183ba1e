"""A cancelled caller leaves the file free for the next one."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.driver import connector

LONG = (
    "INSERT INTO numbers WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 400000) "
    "SELECT n FROM counted"
)


@pytest.mark.parametrize("cancellations", [1, 3])
async def test_when_the_cancellation_arrives_the_statement_has_ended(tmp_path: Path, cancellations: int) -> None:
    path = str(tmp_path / "file.db")
    connection = await connector(path, 5)()
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


def sqlite3_insert(connection: object) -> None:
    """One statement that commits by itself, in the driver's thread."""
    plain: sqlite3.Connection = connection._conn  # type: ignore[attr-defined]
    plain.isolation_level = None
    plain.execute(LONG)
