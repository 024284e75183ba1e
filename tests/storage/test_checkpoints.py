"""SQLite's write-ahead log: taken into the file beside the writer, and empty where nothing may be left of it."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.database.checkpoints import COMMITS, take_in

ROUNDS = 500
WORDS = b"words of somebody"


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


def log_of(path: Path) -> bytes:
    log = path.with_name(f"{path.name}-wal")
    return log.read_bytes() if log.exists() else b""


async def write_words(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO t VALUES (:words)"), {"words": WORDS.decode()})


async def erase(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM t"))
    await database.scrub()


async def is_emptied(path: Path) -> bool:
    for _ in range(ROUNDS):
        if WORDS not in log_of(path):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_what_was_erased_leaves_the_log_as_soon_as_its_last_reader_ends(path: Path) -> None:
    async with open_new(path) as database:
        await write_words(database)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM t").fetchone() == (1,)
            await erase(database)
            assert WORDS in log_of(path)
        assert await is_emptied(path)


async def test_what_a_killed_process_left_in_the_log_is_gone_after_some_writes(path: Path, tmp_path: Path) -> None:
    killed = tmp_path / "killed.db"
    async with open_new(path) as database:
        await write_words(database)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM t").fetchone() == (1,)
            await erase(database)
            for ending in ("", "-wal"):
                shutil.copyfile(f"{path}{ending}", f"{killed}{ending}")
    assert WORDS in log_of(killed)
    async with Database.open(f"sqlite:///{killed}") as database:
        await write(database, COMMITS)
        assert await is_emptied(killed)


async def test_a_log_that_is_begun_anew_meanwhile_is_left_for_the_next_time(path: Path, beside: Path) -> None:
    """SQLite before 3.51.3 may count as taken in what is written then."""
    async with open_new(path):
        with (
            closing(sqlite3.connect(path)) as connection,
            closing(sqlite3.connect(path, isolation_level=None)) as writer,
        ):
            writer.execute("INSERT INTO t VALUES (1)")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            former = log_of(path)
            connection.set_trace_callback(lambda _: writer.execute("INSERT INTO t VALUES (2)"))
            take_in(connection, path.as_uri())
            assert log_of(path)[:32] != former[:32], "it was begun anew"
            assert rows_without_log(path, beside) == 1
            connection.set_trace_callback(None)
            take_in(connection, path.as_uri())
            assert rows_without_log(path, beside) == 2
