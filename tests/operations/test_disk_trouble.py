"""A full, read-only or damaged disk: the bot says so while it goes on, and each command says what to do."""

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from disks import fill, mounted, remount

from bot import operations
from bot.__main__ import main
from bot.app import App, open_app
from bot.domain.access import Actor
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.errors import StorageBusyError
from bot.settings import Settings, load
from bot.vault import keyring
from bot.web.serving import serving
from sandbox.world import free_port, settings_for
from tests.forked import run as run_command

PAGE = 4096
RESTORE = "python -m bot restore"
FULL = Path("/dev/full")
NOT_TAKEN = "Standard output: No space left on device."


def settings(folder: Path) -> Settings:
    return load(
        **settings_for(folder, web_port=free_port(), metrics_port=free_port(), fanvue_origin="http://127.0.0.1:9")
    )


@pytest.fixture
def disk(tmp_path: Path, empty_database: Path) -> Iterator[Path]:
    """A small one with an installation on it."""
    with mounted(tmp_path / "disk", "size=8m") as made:
        shutil.copy(empty_database, made / "fanvue.db")
        yield made


@pytest.fixture
async def app(disk: Path) -> AsyncIterator[App]:
    """Serving its pages, with a first write done."""
    async with open_app(settings(disk)) as made, serving(made.public, "127.0.0.1", made.settings.web_port):
        await made.stores.preferences.set_timezone(DiscordUserId(1), "UTC")
        yield made


async def write_until_refused(app: App) -> None:
    for person in range(10_000):
        try:
            await app.stores.preferences.set_timezone(DiscordUserId(person), "x" * 10_000)
        except StorageBusyError:
            return
    raise AssertionError("everything was taken")


async def is_database_ready(app: App) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{app.settings.public_url}/health/ready") as answer:
        found = json.loads(await answer.text())
        assert (answer.status == 200) == all(found.values())
        return bool(found["database"])


async def test_on_a_full_disk_it_is_not_ready_until_there_is_room_again(app: App, disk: Path) -> None:
    filler = fill(disk)
    await write_until_refused(app)
    assert not await is_database_ready(app)
    assert not await is_database_ready(app)
    filler.unlink()
    assert await is_database_ready(app)
    await app.stores.preferences.set_timezone(DiscordUserId(1), "x" * 10_000)


async def test_the_doctor_names_a_full_disk_beside_a_bot_that_is_not_ready(
    app: App, disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(disk)
    await write_until_refused(app)
    assert await operations.doctor(app.settings) == operations.UNHEALTHY
    told = capsys.readouterr()
    assert f"BAD  disk: 0 MiB free below {disk}: make room" in told.out
    assert "BAD  bot: runs, but is not ready" in told.out
    assert "Traceback" not in told.err


async def test_the_doctor_names_a_full_disk_beside_a_bot_that_rests(
    disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(disk)
    assert await operations.doctor(settings(disk)) == operations.UNHEALTHY
    told = capsys.readouterr().out
    assert f"BAD  disk: 0 MiB free below {disk}: make room" in told
    assert "BAD  database: does not answer: its disk " in told


async def test_whether_it_is_ready_is_told_without_writing(app: App, disk: Path) -> None:
    def written() -> list[bytes]:
        return [(disk / f"fanvue.db{ending}").read_bytes() for ending in ("", "-wal")]

    before = written()
    assert await is_database_ready(app)
    assert written() == before


def content(path: Path) -> bytes:
    return path.read_bytes()


def damage(path: Path, first_page: int, pages: int) -> None:
    with path.open("r+b") as file:
        file.seek((first_page - 1) * PAGE)
        file.write(b"\xa5" * PAGE * pages)


def root_page(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return int(page)


async def back_up(given: Settings) -> int:
    return await operations.back_up(given, given.database_file.with_name("copy.db"))  # type: ignore[union-attr]


async def run(given: Settings) -> int:
    return await operations.run(given, "all")


@pytest.mark.parametrize("table", ["sqlite_master", "alembic_version"])
@pytest.mark.parametrize(
    ("command", "status"),
    [
        (run, operations.SERVICE_MISSING),
        (operations.migrate_database, operations.SERVICE_MISSING),
        (operations.rotate_keys, operations.SERVICE_MISSING),
        (operations.doctor, operations.UNHEALTHY),
        (back_up, operations.UNHEALTHY),
    ],
)
async def test_each_command_says_that_the_file_is_damaged_and_what_mends_it(
    installation: Path, capsys: pytest.CaptureFixture[str], command: Any, status: int, table: str
) -> None:
    damage(installation, 1 if table == "sqlite_master" else root_page(installation, table), 1)
    assert await command(settings(installation.parent)) == status
    told = capsys.readouterr()
    assert RESTORE in told.err + told.out
    assert "Traceback" not in told.err
    assert not installation.with_name("copy.db").exists()


@pytest.mark.parametrize("command", [operations.doctor, back_up])
async def test_damage_deep_in_the_file_is_found_by_doctor_and_backup(
    installation: Path, capsys: pytest.CaptureFixture[str], command: Any
) -> None:
    damage(installation, root_page(installation, "replies"), 1)
    assert await command(settings(installation.parent)) == operations.UNHEALTHY
    told = capsys.readouterr()
    assert RESTORE in told.err + told.out


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (run, operations.SERVICE_MISSING),
        (operations.migrate_database, operations.SERVICE_MISSING),
        (operations.rotate_keys, operations.SERVICE_MISSING),
        (operations.doctor, operations.UNHEALTHY),
    ],
)
async def test_a_database_of_a_newer_version_is_refused_as_that_and_left_as_it_is(
    installation: Path, capsys: pytest.CaptureFixture[str], command: Any, status: int
) -> None:
    with closing(sqlite3.connect(installation)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = content(installation)
    assert await command(settings(installation.parent)) == status
    told = capsys.readouterr()
    assert "newer version of the bot" in told.err + told.out
    assert "bot migrate" not in told.err + told.out
    assert content(installation) == before


async def test_once_it_met_damage_it_is_not_ready(installation: Path) -> None:
    damage(installation, root_page(installation, "connections"), 1)
    async with open_app(settings(installation.parent)) as app:
        assert await app.stores.is_reachable()
        with pytest.raises(StorageBusyError):
            async with app.stores._database.read() as connection:
                await connection.exec_driver_sql("SELECT * FROM connections NOT INDEXED")
        assert not await app.stores.is_reachable()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        *((words, NOT_TAKEN) for words in ("new-key", "commands", "migrate", "backup copy.db", "--help", "run -h")),
        ("rights nowhere.md", "nowhere.md: No such file or directory."),
    ],
)
async def test_a_command_that_cannot_write_what_it_has_to_say_says_why_and_fails(
    installation: Path, words: str, said: str
) -> None:
    folder = installation.parent
    values = settings_for(folder, web_port=free_port(), metrics_port=free_port(), fanvue_origin="http://127.0.0.1:9")
    environment = {name.upper(): str(value) for name, value in values.items()} | {"PATH": os.environ["PATH"]}
    ended = await run_command(["bot", *words.split()], folder, environment, FULL)
    assert (ended.returncode, ended.stderr.splitlines()) == (operations.UNHEALTHY, [said])


def test_what_is_no_word_about_the_output_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ConnectionResetError(errno.ECONNRESET, "reset")

    monkeypatch.setattr(keyring, "new_key", broken)
    with pytest.raises(ConnectionResetError):
        main(["new-key"])


async def test_what_was_done_while_storage_refused_is_in_the_audit_after_a_stop(disk: Path) -> None:
    luna = Actor(DiscordUserId(1), "luna")
    async with open_app(settings(disk)) as app:
        filler = fill(disk)
        await write_until_refused(app)
        for number in range(200):
            await app.stores.audit.write(luna, CreatorId("luna"), f"reply {number}", "sent", app.clock.now())
        filler.unlink()
    with closing(sqlite3.connect(disk / "fanvue.db")) as database:
        noted = [action for (action,) in database.execute("SELECT action FROM audit ORDER BY id")]
    assert noted == [f"reply {number}" for number in range(200)]


async def test_a_backup_onto_a_full_disk_says_so_and_leaves_nothing(
    installation: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with mounted(tmp_path / "small", "size=64k") as small:
        status = await operations.back_up(settings(installation.parent), small / "copy.db")
        assert list(small.iterdir()) == []
    assert status == operations.UNHEALTHY
    assert f"{small}/copy.db cannot be made: its disk is full" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "is_read_only", "reason"),
    [
        ("copy.db", True, "Read-only file system"),
        ("none/copy.db", False, "No such file or directory"),
        ("x" * 300, False, "File name too long"),
    ],
    ids=["read-only", "nowhere", "too long"],
)
async def test_a_backup_to_where_nothing_can_be_written_says_so(
    installation: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, is_read_only: bool, reason: str
) -> None:
    with mounted(tmp_path / "small", "size=64k") as small:
        if is_read_only:
            remount(small, "ro")
        target = small / name
        assert await operations.back_up(settings(installation.parent), target) == operations.UNHEALTHY
    assert f"{target} cannot be written: {reason}." in capsys.readouterr().err


async def test_a_backup_that_cannot_be_read_where_it_lies_is_named(
    installation: Path, tmp_path: Path, empty_database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with mounted(tmp_path / "medium", "size=4m") as medium:
        backup = shutil.copy(empty_database, medium / "copy.db")
        with closing(sqlite3.connect(backup)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        remount(medium, "ro")
        assert await operations.restore(settings(installation.parent), backup) == operations.UNHEALTHY
    assert f"{backup} cannot be read: its file cannot be opened: look at its folder" in capsys.readouterr().err
