"""What several folders of tests share."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest
from aiohttp import web_app
from hypothesis import settings

from bot import logs
from bot.charts.studio import ChartStudio
from bot.storage.database.upgrade import run, to_head
from tests.postgres import PostgresServer
from tests.rig import Rig, rigged

# Enough in every order of every run; the suite has to stay within three minutes.
settings.register_profile("quick", max_examples=40, deadline=None)
settings.load_profile("quick")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Lets go: aiohttp keeps the last thousand handlers, and with each the whole world it stood in."""
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    logs.configure("ERROR")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run have."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def one_at_a_time(run_folder: Path) -> Iterator[None]:
    """No other worker of the run does this meanwhile."""
    with (run_folder / "turn").open("w") as turn:
        flock(turn, LOCK_EX)
        yield


@pytest.fixture(scope="session")
def empty_database(run_folder: Path) -> Path:
    """A migrated SQLite file without rows, to be copied."""
    path = run_folder / "empty" / "fanvue.db"
    with one_at_a_time(run_folder):
        if not path.exists():
            path.parent.mkdir()
            asyncio.run(run(f"sqlite:///{path}", to_head))
    return path


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[PostgresServer]:
    server = PostgresServer(Path(tempfile.gettempdir()) / f"pg-{testrun_uid[:12]}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer, run_folder: Path, worker_id: str) -> str:
    with one_at_a_time(run_folder):
        return postgres.migrated(f"tests_{worker_id}")


@pytest.fixture
def emptied_postgres(postgres: PostgresServer, migrated_postgres: str) -> str:
    """The address of this worker's database, without rows."""
    return postgres.emptied(migrated_postgres)


@pytest.fixture(scope="session")
def studio() -> Iterator[ChartStudio]:
    """One drawing process for all who draw: to start it takes ten times as long as a chart."""
    opened = ChartStudio()
    yield opened
    asyncio.run(opened.close())


@pytest.fixture
async def rig(tmp_path: Path, empty_database: Path, studio: ChartStudio) -> AsyncIterator[Rig]:
    """The real bot, with nobody connected."""
    async with rigged(tmp_path, empty_database, studio=studio) as world:
        yield world


@pytest.fixture
async def connected(rig: Rig) -> Rig:
    """The real bot, with luna connected as lunavale, everything allowed, replies from the desk channel too."""
    await rig.begin_connected()
    await rig.allow_replies(rig.desk)
    return rig
