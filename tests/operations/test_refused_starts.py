"""A start that cannot be says in one sentence which setting to look at, and ends with 78, or 69 where waiting helps."""

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from disks import mounted, remount

from bot import operations
from bot.settings import Settings, load
from bot.starting import StartMark
from bot.storage.database import Database
from sandbox.world import free_port, settings_for

CANARY = "canary-value"


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    """An installation's."""
    shutil.copy(empty_database, tmp_path / "fanvue.db")
    return tmp_path


def settings(folder: Path, **changes: Any) -> Settings:
    values = settings_for(folder, web_port=free_port(), metrics_port=free_port(), fanvue_origin="http://127.0.0.1:9")
    return load(**values | changes)


@contextmanager
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", free_port()))) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("setting", ["WEB_PORT", "METRICS_PORT"])
async def test_a_port_that_is_taken_is_named_by_its_setting(
    folder: Path, capsys: pytest.CaptureFixture[str], setting: str
) -> None:
    with taken_port() as port:
        status = await operations.run(settings(folder, **{setting.lower(): port}), "all")
    said = capsys.readouterr().err
    assert (status, len(said.splitlines())) == (operations.SERVICE_MISSING, 1)
    assert said.startswith(f"{setting}: something else listens on port {port}")


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a..b", "256.1.1.1"])
async def test_a_host_that_is_none_of_this_machine_is_named_by_its_setting(
    folder: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert await operations.run(settings(folder, web_host=host), "all") == operations.BAD_CONFIGURATION
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert said.startswith("WEB_HOST is no address of this machine")


@pytest.mark.parametrize("command", [operations.migrate_database, operations.rotate_keys, operations.doctor])
@pytest.mark.parametrize("is_there", [True, False])
async def test_a_disk_that_is_read_only_is_named_by_its_setting(
    tmp_path: Path, empty_database: Path, capsys: pytest.CaptureFixture[str], command: Any, is_there: bool
) -> None:
    with mounted(tmp_path / "disk", "size=4m") as disk:
        if is_there:
            shutil.copy(empty_database, disk / "fanvue.db")
        remount(disk, "ro")
        status = await command(settings(disk))
    told = capsys.readouterr()
    if command is not operations.migrate_database and not is_there:
        assert re.search(f"there is (no database|none yet) at {disk}/fanvue.db", told.err + told.out)
        return
    assert "chown" not in told.out
    assert f"DATABASE_URL: {disk}/fanvue.db cannot be written: Read-only file system" in told.err + told.out
    assert status == (operations.UNHEALTHY if command is operations.doctor else operations.SERVICE_MISSING)


@pytest.mark.parametrize("command", [operations.rotate_keys, operations.doctor])
async def test_of_the_files_beside_the_database_the_one_that_cannot_be_written_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: Any
) -> None:
    lock = folder / "fanvue.db.lock"
    with mounted(tmp_path / "disk", "size=1m") as disk:
        (disk / "lock").touch(0o600)
        lock.symlink_to(disk / "lock")
        remount(disk, "ro")
        assert await command(settings(folder)) in {operations.UNHEALTHY, operations.SERVICE_MISSING}
    told = capsys.readouterr()
    assert f"fanvue.db cannot be written: Read-only file system ({lock})." in told.err + told.out
    assert (command is operations.doctor) == (f"{lock} cannot be written by this user: chown it" in told.out)


async def test_a_restore_onto_a_read_only_disk_names_the_place(
    tmp_path: Path, empty_database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with mounted(tmp_path / "disk", "size=4m") as disk:
        remount(disk, "ro")
        assert await operations.restore(settings(disk), empty_database) == operations.SERVICE_MISSING
    assert f"{disk}/fanvue.db.lock: Read-only file system" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///{folder}/fanvue.db?canary-value=1", "sqlite:///{folder}", "sqlite:///{folder}/fanvue.db/below.db",
        "sqlite:///~nobody-canary-value/x.db", "sqlite:///a%00b.db", "sqlite://data/fanvue.db",
        "postgresql://bot@127.0.0.1:9/db?canary-value=1",
        "postgresql://bot@127.0.0.1:9/db?prepared_statement_cache_size=canary-value",
        "postgresql://bot@127.0.0.1:9/db?host=a:1&host=canary-value:x",
    ],
)  # fmt: skip
async def test_a_database_address_that_cannot_be_is_bad_configuration(
    folder: Path, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    given = settings(folder, database_url=url.format(folder=folder))
    assert await operations.migrate_database(given) == operations.BAD_CONFIGURATION
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert said.startswith("DATABASE_URL ")
    assert CANARY not in said


@pytest.mark.parametrize("name", ["~/odd/fanvue.db", "/{home}/a%20b/fanvue%3F.db", "/{home}/plain.db"])
async def test_everything_finds_the_same_file_however_its_name_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    given = settings(tmp_path, database_url=f"sqlite+aiosqlite:///{name.format(home=tmp_path)}")
    assert given.database_file
    async with Database.open(given.database_url):
        assert given.database_file.is_relative_to(tmp_path)
        assert given.database_file.exists()
    StartMark(given).put()
    assert given.database_file.with_name(f"{given.database_file.name}.started").exists()
    assert StartMark(given).take()
