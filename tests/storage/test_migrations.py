"""Migrations go up, down and up again, end in the declared schema, and run beside each other."""

import asyncio
import io
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from structlog.testing import capture_logs

from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.addresses import DatabaseUnreachableError, address_of
from bot.storage.database.migrate import migrate, version_of
from bot.storage.database.upgrade import main, run, scripts, to_head
from bot.storage.schema import HEAD, metadata
from tests.forked import are_loaded
from tests.postgres import PostgresServer

ALL_TABLES = {*metadata.tables, "alembic_version"}


def to_base(config: Config) -> None:
    command.downgrade(config, "base")


async def inspected(url: str, look: Any) -> Any:
    async with Database.open(url) as database, database.read() as connection:
        return await connection.run_sync(look)


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def test_the_declared_head_is_the_only_head_of_the_scripts() -> None:
    assert ScriptDirectory.from_config(scripts()).get_heads() == [HEAD]


async def test_up_down_and_up_again_ends_in_the_declared_schema(bare_url: str) -> None:
    await run(bare_url, to_head)
    assert await inspected(bare_url, tables) == ALL_TABLES
    await run(bare_url, to_base)
    assert await inspected(bare_url, tables) == {"alembic_version"}
    await run(bare_url, to_head)
    assert await inspected(bare_url, tables) == ALL_TABLES
    assert await inspected(bare_url, differences) == []


def test_sqlite_is_told_the_same_by_the_migrations_as_by_the_schema(empty_database: Path, tmp_path: Path) -> None:
    declared = tmp_path / "declared.db"
    engine = create_engine(f"sqlite:///{declared}")
    metadata.create_all(engine)
    engine.dispose()
    assert statements(empty_database) == statements(declared)


def statements(path: Path) -> dict[str, list[str]]:
    """What SQLite keeps of each CREATE, a line a column or constraint, in no order."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {
        name: sorted(line.strip().rstrip(",").strip() for line in sql.replace('"', "").splitlines())
        for name, sql in found
        if name != "alembic_version"
    }


async def test_two_starts_at_once_both_find_it_up_to_date(bare_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    async with Database.open(bare_url) as database:
        assert await version_of(database) != HEAD
    await asyncio.gather(migrate(bare_url), migrate(bare_url))
    async with Database.open(bare_url) as database:
        assert await version_of(database) == HEAD
        assert await Stores(database).connections.all_active() == []


async def test_that_there_was_no_database_is_told(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with capture_logs() as logs:
        await migrate(database_url)
        assert not logs
        await migrate(f"sqlite:///{tmp_path}/mistyped.db")
    assert [one["event"] for one in logs] == ["database_created"]


async def test_a_database_of_a_newer_bot_is_left_alone(database_url: str) -> None:
    async with Database.open(database_url) as database:
        async with database.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(DatabaseUnreachableError, match="newer version"):
            await migrate(database_url)
        assert await version_of(database) != HEAD
        async with database.write() as connection:
            await connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD}'"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://bot:canary@127.0.0.1:1/bot", "no server listens there"),
        ("postgresql://bot:canary@no.such.host.invalid/bot", "nobody knows its host"),
    ],
)
async def test_a_server_that_does_not_answer_is_named_without_its_password(address: str, words: str) -> None:
    with pytest.raises(DatabaseUnreachableError, match=words) as caught:
        await migrate(address)
    assert "canary" not in repr(caught.value)


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize(
    ("mistake", "words"),
    [({"database": "canary"}, "no database of that name"), ({"username": "canary"}, "refuses that user or password")],
)
async def test_a_server_that_lacks_what_the_address_names_says_which(
    database_url: str, mistake: dict[str, str], words: str
) -> None:
    address = address_of(database_url).set(**mistake)  # type: ignore[arg-type]
    with pytest.raises(DatabaseUnreachableError, match=words) as caught:
        await migrate(address.render_as_string(hide_password=False))
    assert "canary" not in repr(caught.value)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_user_who_may_make_no_tables_is_told_so(
    bare_url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = f"stranger_{os.getpid()}"
    postgres.execute(f"CREATE ROLE {stranger} LOGIN")
    address = address_of(bare_url).set(username=stranger).render_as_string(hide_password=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO(address))
    assert main() == 1
    postgres.execute(f"DROP ROLE {stranger}")
    assert capsys.readouterr().err == "its user may not make tables there: make it the database's owner\n"


async def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "data" / "bot.db"
    path.parent.mkdir()
    path.write_bytes(b"not a database, but somebody's words" * 100)
    with pytest.raises(DatabaseUnreachableError):
        await migrate(f"sqlite:///{path}")
    assert path.read_bytes() == b"not a database, but somebody's words" * 100


def test_the_child_gets_the_address_by_standard_input_and_none_of_the_bots_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = tmp_path / "python"
    witness.write_text(f'#!/bin/sh\ncd {tmp_path}\necho "$@" > arguments\nenv > environment\ncat > said\n')
    witness.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(witness))
    monkeypatch.setenv("TOKEN_KEYS", "canary-key")
    url = f"sqlite:///{tmp_path}/data/canary-address.db"
    asyncio.run(migrate(url))
    assert (tmp_path / "said").read_text() == address_of(url).render_as_string()
    assert "canary" not in (tmp_path / "arguments").read_text() + (tmp_path / "environment").read_text()


async def test_a_start_that_has_nothing_to_migrate_loads_no_alembic() -> None:
    assert not await are_loaded("alembic")
