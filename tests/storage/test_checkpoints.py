"""SQLite's write-ahead log: taken into the file beside the writer, and empty where nothing may be left of it."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.database.checkpoints import COMMITS

ROUNDS = 500


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    return tmp_path / "without_log.db"


def open_new(path: Path) -> Database:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x INTEGER)")
    return Database.open(f"sqlite:///{path}")


async def write(database: Database, times: int) -> None:
    for number in range(times):
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO t VALUES (:x)"), {"x": number})


def rows_without_log(path: Path, beside: Path) -> int:
    """How many rows the file holds by itself."""
    shutil.copyfile(path, beside)
    with closing(sqlite3.connect(beside)) as connection:
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


async def reaches_the_file(path: Path, beside: Path, least: int) -> bool:
    for _ in range(ROUNDS):
        if rows_without_log(path, beside) >= least:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_what_was_written_comes_into_the_file_by_itself_long_before_the_log_is_full(
    path: Path, beside: Path
) -> None:
    async with open_new(path) as database:
        await write(database, COMMITS - 1)
        assert rows_without_log(path, beside) == 0
        await write(database, 1)
        assert await reaches_the_file(path, beside, COMMITS)


async def test_a_reader_who_takes_long_holds_up_neither_writers_nor_what_comes_after(path: Path, beside: Path) -> None:
    async with open_new(path) as database:
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
            await write(database, 3 * COMMITS)
            assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
        await write(database, COMMITS)
        assert await reaches_the_file(path, beside, 4 * COMMITS)


async def test_nothing_is_left_in_the_log_though_it_is_just_being_taken_in(path: Path) -> None:
    async with open_new(path) as database:
        await write(database, COMMITS)
        await database.scrub()
        assert path.with_name("bot.db-wal").stat().st_size == 0


@pytest.mark.parametrize("commits", [1, COMMITS, 2 * COMMITS])
async def test_a_database_that_is_closed_is_one_whole_file(path: Path, beside: Path, commits: int) -> None:
    async with open_new(path) as database:
        await write(database, commits)
    assert not path.with_name("bot.db-wal").exists()
    assert rows_without_log(path, beside) == commits
