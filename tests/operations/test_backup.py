"""A backup is one moment of a running bot's database; restoring it loses nothing that was there before."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from bot import operations
from bot.app import open_app
from bot.settings import Settings, load
from bot.storage import Stores
from bot.storage.database import Database, upgrade
from bot.storage.schema import dm_channels
from sandbox.world import settings_for
from tests.rig import Rig

OTHER_KEY = "b2" * 21 + "A="


def settings(folder: Path, **changes: Any) -> Settings:
    values = settings_for(folder, web_port=0, metrics_port=0, fanvue_origin="http://127.0.0.1:9")
    return load(**values | changes)


def handles(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [handle for (handle,) in connection.execute("SELECT handle FROM connections")]


def run(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def content(path: Path) -> bytes:
    return path.read_bytes()


def fill(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def names(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in folder.glob(pattern) if path.suffix != ".lock")


@pytest.fixture
async def backup(connected: Rig, tmp_path: Path) -> Path:
    """Taken from a running bot with lunavale connected."""
    target = tmp_path / "copy.db"
    assert await operations.back_up(connected.app.settings, target) == operations.OK
    return target


async def test_a_running_bot_is_backed_up_to_one_private_file(backup: Path) -> None:
    assert handles(backup) == ["lunavale"]
    assert mode(backup) == 0o600
    assert names(backup.parent, "*copy.db*") == ["copy.db"]


async def test_a_backup_never_overwrites_a_file(
    connected: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    assert await operations.back_up(connected.app.settings, target) == operations.UNHEALTHY
    assert target.read_text() == "precious"
    assert "ever overwritten" in capsys.readouterr().err


async def copy(given: Settings) -> int:
    return await operations.back_up(given, given.database_file.with_name("copy.db"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("command", "status"), [(copy, operations.UNHEALTHY), (operations.rotate_keys, operations.SERVICE_MISSING)]
)
async def test_where_there_is_no_database_it_is_said_and_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: Any, status: int
) -> None:
    assert await command(settings(tmp_path / "mistyped")) == status
    assert f"there is no database at {tmp_path}/mistyped/fanvue.db" in capsys.readouterr().err
    assert names(tmp_path) == []


async def test_on_postgresql_the_right_tool_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = settings(tmp_path, database_url="postgresql+asyncpg://nobody@127.0.0.1:9/none")
    assert await operations.back_up(given, tmp_path / "copy") == operations.UNHEALTHY
    assert await operations.restore(given, tmp_path / "copy") == operations.UNHEALTHY
    said = capsys.readouterr().err
    assert "pg_dump" in said
    assert "pg_restore" in said


async def test_a_restored_backup_takes_the_place_and_the_former_database_stays_beside_it(
    backup: Path, installation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(installation, "INSERT INTO key_checks VALUES ('former', 'x', '2026-01-01')")
    assert await operations.restore(settings(installation.parent), backup) == operations.OK
    assert handles(installation) == ["lunavale"]
    (kept,) = installation.parent.glob("fanvue.db.before-restore-*")
    assert handles(kept) == []
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT key_id FROM key_checks").fetchall() == [("former",)]
    assert mode(installation) == 0o600
    said = capsys.readouterr().out
    assert str(kept) in said
    assert "one card to connect again" in said


async def test_a_restored_database_opens_with_its_connections(backup: Path, installation: Path) -> None:
    given = settings(installation.parent)
    await operations.restore(given, backup)
    async with Database.open(given.database_url) as database:
        (connection,) = await Stores(database).connections.all_active()
    assert connection.account.handle == "lunavale"


async def test_a_backup_can_be_restored_where_there_is_nothing(backup: Path, tmp_path: Path) -> None:
    place = tmp_path / "new" / "data"
    assert await operations.restore(settings(place), backup) == operations.OK
    assert names(place) == ["fanvue.db"]
    assert mode(place) == 0o700


async def test_nothing_is_restored_under_a_running_bot(
    backup: Path, connected: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await operations.restore(connected.app.settings, backup) == operations.SERVICE_MISSING
    assert "already runs" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for others")
async def test_a_restore_that_would_leave_a_file_of_another_user_is_refused(
    backup: Path, installation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.chown(installation, 10001, -1)
    assert await operations.restore(settings(installation.parent), backup) == operations.UNHEALTHY
    assert f"the user who runs the bot, who owns {installation}." in capsys.readouterr().err
    assert handles(installation) == []


async def test_the_database_is_not_restored_from_itself(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await operations.restore(settings(installation.parent), installation) == operations.UNHEALTHY
    assert "the database itself" in capsys.readouterr().err


@pytest.mark.parametrize("stranger_content", [b"", b"not a database at all" * 100])
async def test_a_file_that_is_none_of_ours_changes_nothing(
    installation: Path, tmp_path: Path, stranger_content: bytes
) -> None:
    stranger = tmp_path / "stranger.db"
    fill(stranger, stranger_content)
    before = content(installation)
    assert await operations.restore(settings(installation.parent), stranger) == operations.UNHEALTHY
    assert content(installation) == before
    assert names(installation.parent, "*restor*") == []


async def test_a_damaged_backup_is_refused(backup: Path, installation: Path) -> None:
    pages = bytearray(content(backup))
    pages[4096:] = bytes(len(pages) - 4096)
    fill(backup, bytes(pages))
    assert await operations.restore(settings(installation.parent), backup) == operations.UNHEALTHY
    assert handles(installation) == []


@pytest.mark.parametrize("version", ["0002", "0007", "0012", "0016", "0020"])
async def test_a_backup_of_an_older_version_is_restored_and_brought_up_to_date(
    backup: Path, installation: Path, version: str
) -> None:
    await upgrade.run(f"sqlite:///{backup}", lambda scripts: command.downgrade(scripts, version))
    before = content(backup)
    given = settings(installation.parent)
    assert await operations.restore(given, backup) == operations.OK
    assert content(backup) == before
    async with open_app(given) as app:
        (connection,) = await app.stores.connections.all_active()
    assert connection.account.handle == "lunavale"


async def test_a_backup_taken_while_the_bot_writes_holds_whole_transactions(connected: Rig, tmp_path: Path) -> None:
    stores, has_begun, is_over = connected.app.stores, asyncio.Event(), asyncio.Event()

    async def write() -> None:
        number = 1
        while not is_over.is_set():
            async with stores._database.write() as connection:
                for shift in (0, 10**9):
                    row = dm_channels.insert().values(user_id=number + shift, channel_id=number)
                    await connection.execute(row)
            number += 1
            has_begun.set()

    writing = asyncio.create_task(write())
    await has_begun.wait()
    for number in range(5):
        target = tmp_path / f"copy-{number}.db"
        assert await operations.back_up(connected.app.settings, target) == operations.OK
        with closing(sqlite3.connect(target)) as connection:
            pairs = connection.execute("SELECT count(*), channel_id FROM dm_channels GROUP BY channel_id").fetchall()
        assert {count for count, channel in pairs if channel < 10**6} == {2}
    is_over.set()
    await writing


async def test_a_backup_of_a_newer_version_is_refused(
    backup: Path, installation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(backup, "UPDATE alembic_version SET version_num = '9999'")
    assert await operations.restore(settings(installation.parent), backup) == operations.SERVICE_MISSING
    assert "newer version" in capsys.readouterr().err
    assert handles(installation) == []


async def test_a_backup_whose_key_is_missing_is_refused_before_anything_changes(
    backup: Path, installation: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = settings(installation.parent, token_keys=OTHER_KEY)
    assert await operations.restore(given, backup) == operations.BAD_CONFIGURATION
    assert "lacks the key" in capsys.readouterr().err
    assert handles(installation) == []


async def test_a_restore_that_is_stopped_while_it_copies_leaves_nothing_but_what_was_there(
    backup: Path, installation: Path
) -> None:
    given = settings(installation.parent)
    restoring = asyncio.create_task(operations.restore(given, backup))
    while not names(installation.parent, "*restoring*"):
        await asyncio.sleep(0)
    restoring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await restoring
    assert names(installation.parent) == ["fanvue.db"]
    assert handles(installation) == []
    assert await operations.restore(given, backup) == operations.OK
    assert handles(installation) == ["lunavale"]


async def test_a_database_too_damaged_to_open_is_kept_as_it_was(backup: Path, installation: Path) -> None:
    fill(installation, b"damaged" * 1000)
    assert await operations.restore(settings(installation.parent), backup) == operations.OK
    (kept,) = installation.parent.glob("fanvue.db.before-restore-*")
    assert content(kept) == b"damaged" * 1000


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite:///:memory:", "postgresql://host:x/db"])
async def test_a_database_that_cannot_be_is_bad_configuration(tmp_path: Path, url: str) -> None:
    assert await operations.migrate_database(settings(tmp_path, database_url=url)) == operations.BAD_CONFIGURATION
