"""The database connection: private files, one writer, plain refusals, and nothing in logs."""

import asyncio
import logging
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import exc, text
from stored_examples import ANNA, LUNA, NOW, a_connection
from structlog.testing import capture_logs

from bot.domain.access import Actor
from bot.domain.accounts import ChannelId, DiscordUserId
from bot.domain.clock import SystemClock
from bot.domain.errors import StorageBusyError
from bot.storage import Stores
from bot.storage.database import AlreadyRunningError, Database
from bot.storage.database.addresses import DatabaseUnreachableError, address_of
from bot.storage.schema import connections, dm_channels, leases
from bot.vault.ledger import Ledger
from tests.postgres import BETWEEN_TESTS

on_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=False)
on_postgres = pytest.mark.parametrize("kind", ["postgresql"], indirect=False)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def file_of(url: str) -> Path:
    return Path(address_of(url).database or "")


@pytest.mark.usefixtures("open_umask")
async def test_folder_and_files_are_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "bot.db"
    async with Database.open(f"sqlite:///{path}") as database:
        await database.claim()
        async with database.write() as connection:
            await connection.execute(text("CREATE TABLE t (x INTEGER)"))
        assert mode(path.parent) == 0o700
        files = {file.name for file in path.parent.iterdir()}
        assert files == {"bot.db", "bot.db-wal", "bot.db-shm", "bot.db.lock"}
        assert {mode(path.parent / name) for name in files} == {0o600}


async def test_files_and_folder_that_were_open_to_others_are_closed(tmp_path: Path) -> None:
    path = tmp_path / "data" / "bot.db"
    path.parent.mkdir(mode=0o755)
    path.touch(0o644)
    async with Database.open(f"sqlite:///{path}"):
        assert (mode(path.parent), mode(path)) == (0o700, 0o600)


async def test_a_folder_with_other_peoples_files_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "other").touch()
    async with Database.open(f"sqlite:///{folder / 'bot.db'}"):
        assert (mode(folder), mode(folder / "bot.db")) == (0o755, 0o600)


@on_sqlite
async def test_a_second_run_on_one_file_is_refused_until_the_first_ends(database_url: str) -> None:
    async with Database.open(database_url) as second:
        async with Database.open(database_url) as first:
            await first.claim()
            await first.claim()
            with pytest.raises(AlreadyRunningError):
                await second.claim()
        await second.claim()


@on_sqlite
async def test_a_running_bot_whose_lock_was_removed_holds_it_again_or_writes_no_more(database_url: str) -> None:
    lock = file_of(f"{database_url}.lock")
    async with Database.open(database_url) as first, Database.open(database_url) as second:
        await first.claim()
        lock.unlink()
        await Stores(first).dms.remember(ANNA, ChannelId(1))
        with pytest.raises(AlreadyRunningError):
            await second.claim()
        lock.unlink()
        await second.claim()
        for _ in range(2):
            with pytest.raises(StorageBusyError):
                await Stores(first).dms.remember(ANNA, ChannelId(2))
            await second.close()
        assert not await Stores(first).is_reachable()


@on_sqlite
async def test_other_commands_work_beside_a_run(database_url: str) -> None:
    async with Database.open(database_url) as running, Database.open(database_url) as beside:
        await running.claim()
        await Stores(running).dms.remember(ANNA, ChannelId(1))
        assert await Stores(beside).dms.channel_of(ANNA) == 1
        await Stores(beside).dms.remember(ANNA, ChannelId(2))
        assert await Stores(running).dms.channel_of(ANNA) == 2


@on_postgres
async def test_many_may_run_on_postgresql(database_url: str) -> None:
    async with Database.open(database_url) as one, Database.open(database_url) as two:
        await one.claim()
        await two.claim()
        assert not one.is_sqlite


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(dm_channels.insert().values(user_id=1, channel_id=1))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await Stores(database).dms.channel_of(type(ANNA)(1)) is None


async def test_a_cancelled_write_leaves_nothing_and_does_not_block_the_next(database: Database) -> None:
    async def hang() -> None:
        async with database.write() as connection:
            await connection.execute(dm_channels.insert().values(user_id=1, channel_id=1))
            started.set()
            await asyncio.Event().wait()

    started = asyncio.Event()
    task = asyncio.create_task(hang())
    await started.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    stores = Stores(database)
    assert await stores.dms.channel_of(type(ANNA)(1)) is None
    await stores.dms.remember(ANNA, ChannelId(3))
    assert await stores.dms.channel_of(ANNA) == 3


async def test_writes_cancelled_at_any_moment_do_not_harm_later_ones(database: Database) -> None:
    stores = Stores(database)
    for steps in range(12):
        task = asyncio.create_task(stores.dms.remember(ANNA, ChannelId(steps)))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await stores.dms.remember(ANNA, ChannelId(99))
    assert await stores.dms.channel_of(ANNA) == 99


async def test_many_writers_at_once_all_get_their_turn(database: Database) -> None:
    stores = Stores(database)
    people = [type(ANNA)(number) for number in range(60)]
    await asyncio.gather(*(stores.dms.remember(person, ChannelId(person)) for person in people))
    assert [await stores.dms.channel_of(person) for person in people] == people


@on_sqlite
async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(StorageBusyError):
        async with database.read() as connection:
            await connection.execute(dm_channels.insert().values(user_id=1, channel_id=1))


@on_sqlite
async def test_a_file_somebody_else_keeps_locked_is_busy_not_broken(database: Database, database_url: str) -> None:
    stores = Stores(database)
    async with database.write() as connection:
        await connection.execute(text("PRAGMA busy_timeout=10"))
    with closing(sqlite3.connect(file_of(database_url))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusyError):
            await stores.dms.remember(ANNA, ChannelId(1))
        other.rollback()
    await stores.dms.remember(ANNA, ChannelId(1))


@on_sqlite
async def test_acts_that_cannot_be_noted_stay_done_and_are_noted_once_storage_answers_again(
    database: Database, database_url: str
) -> None:
    stores = Stores(database)
    audit, ledger = stores.audit, Ledger(stores.uses, stores.audit, SystemClock())
    await stores.connections.replace(a_connection(), "sealed")
    async with database.write() as connection:
        await connection.execute(text("PRAGMA busy_timeout=10"))
    with closing(sqlite3.connect(file_of(database_url))) as other, capture_logs() as logs:
        other.execute("BEGIN IMMEDIATE")
        for action in ("comment", "repost"):
            await audit.write(Actor(ANNA, "anna"), LUNA, action, "done", NOW)
        with pytest.raises(StorageBusyError):
            await ledger.flush()
        other.rollback()
    assert [(one["event"], one.get("count")) for one in logs] == [
        ("database_refuses", None),
        ("acts_put_off", 1),
        ("acts_put_off", 2),
    ]
    await asyncio.gather(ledger.flush(), audit.write(Actor(ANNA, "anna"), LUNA, "reply", "sent", NOW))
    noted = [entry.action for entry in await audit.of_owner(ANNA, NOW, 0, 10)]
    assert sorted(noted) == ["comment", "reply", "repost"]


@on_sqlite
async def test_an_act_that_could_not_be_noted_names_nobody_who_was_forgotten_since(
    database: Database, database_url: str
) -> None:
    stores, boris, owner = Stores(database), DiscordUserId(77), DiscordUserId(78)
    await stores.connections.replace(a_connection(owner), "sealed")
    async with database.write() as connection:
        await connection.execute(text("PRAGMA busy_timeout=10"))
    with closing(sqlite3.connect(file_of(database_url))) as other:
        other.execute("BEGIN IMMEDIATE")
        await stores.audit.write(Actor(ANNA, "anna"), LUNA, "give reply", str(boris), NOW)
        other.rollback()
    for person in (ANNA, boris):
        await stores.forget(person)
    (entry,) = await stores.audit.of_owner(owner, NOW, 0, 10)
    assert (entry.actor, entry.outcome) == (None, "somebody")


@on_sqlite
async def test_a_full_disk_is_busy_and_stores_nothing_by_halves(database: Database) -> None:
    stores = Stores(database)
    async with database.write() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count={pages + 2}"))
    with pytest.raises(StorageBusyError):
        await stores.preferences.set_timezone(ANNA, "x" * 100_000)
    assert await stores.preferences.timezone(ANNA) is None
    await stores.preferences.set_timezone(ANNA, "UTC")


@on_postgres
@pytest.mark.parametrize("code", ["53100", "25006"])
async def test_after_a_refused_write_it_is_reachable_once_a_write_is_taken(database: Database, code: str) -> None:
    stores = Stores(database)
    with pytest.raises(StorageBusyError) as caught:
        async with database.write() as connection:
            await connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$")
    assert caught.value.reason == code
    assert not database.trouble.is_over
    assert await stores.is_reachable()
    assert database.trouble.is_over


@on_postgres
async def test_a_connection_the_server_ended_is_replaced_unnoticed(database: Database, database_url: str) -> None:
    stores = Stores(database)
    await stores.dms.remember(ANNA, ChannelId(1))
    async with Database.open(database_url) as other, other.write() as connection:
        ended = text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            f" AND application_name <> '{BETWEEN_TESTS}'"
        )
        assert (await connection.execute(ended)).scalars().all() == [True]
    await asyncio.sleep(0.02)
    assert await stores.dms.channel_of(ANNA) == 1


@pytest.mark.parametrize("path", ["/nowhere", "localhost"])
async def test_a_server_that_does_not_answer_is_busy(path: str, tmp_path: Path) -> None:
    host = f"/{tmp_path}" if path.startswith("/") else "127.0.0.1"
    async with Database.open(f"postgresql://bot:canary@/bot?host={host}&port=1") as database:
        with pytest.raises(StorageBusyError) as caught:
            await Stores(database).dms.channel_of(ANNA)
        assert "canary" not in repr(caught.value)
        assert not await Stores(database).is_reachable()


async def test_a_database_that_answers_is_reachable(stores: Stores) -> None:
    assert await stores.is_reachable()


@pytest.mark.parametrize(
    "url", ["canary", "mysql://bot:canary@host/x", "sqlite://", "sqlite:///:memory:", "postgresql://bot:canary@h:x/db"]
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseUnreachableError) as caught:
        Database.open(url)
    assert "canary" not in repr(caught.value)


def test_an_address_gets_its_driver_and_a_full_path() -> None:
    assert address_of("sqlite:///data/bot.db").database == str(Path("data/bot.db").resolve())
    assert address_of("sqlite:///data/bot.db").drivername == "sqlite+aiosqlite"
    postgres = address_of("postgresql://bot@host/db?sslmode=require")
    assert postgres.render_as_string() == "postgresql+asyncpg://bot@host/db?ssl=require"


async def test_neither_parameters_nor_rows_are_logged_at_any_level(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stores = Stores(database)
    await stores.connections.replace(a_connection(), "canary")
    assert await stores.connections.sealed_tokens(a_connection().id) == "canary"
    assert "canary" not in caplog.text


async def test_an_error_of_the_database_does_not_repeat_values(database: Database) -> None:
    with pytest.raises(exc.StatementError) as caught:
        async with database.write() as connection:
            await connection.execute(connections.insert().values(id="x", handle="canary"))
    assert "canary" not in str(caught.value)


async def test_an_instant_comes_back_aware_and_exact_whatever_zone_it_went_in_with(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    await Stores(database).leases.acquire("x", "h", elsewhere, 0)
    async with database.read() as connection:
        stored = (await connection.execute(leases.select())).one().expires_at
    assert (stored, stored.utcoffset()) == (NOW, timedelta(0))


async def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(exc.StatementError, match="time zone"):
        await Stores(database).leases.acquire("x", "h", datetime(2026, 1, 1), 0)  # noqa: DTZ001 - the mistake itself
