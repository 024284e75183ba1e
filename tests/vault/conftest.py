"""A bench a test: an empty database (SQLite, or PostgreSQL where it matters) and a Fanvue of its own."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.storage.upgrade import run, to_head
from sandbox.fanvue import SandboxFanvue
from tests.storage.conftest import EMPTY_ALL, PostgresServer
from tests.vault.keeping import Bench


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vault-template") / "migrated.db"
    asyncio.run(run(f"sqlite:///{path}", to_head))
    return path


@pytest.fixture(scope="session")
def vault_postgres(testrun_uid: str) -> Iterator[PostgresServer]:
    server = PostgresServer(Path(tempfile.gettempdir()) / f"pgv-{testrun_uid[:12]}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def vault_database(vault_postgres: PostgresServer, worker_id: str) -> str:
    name = f"vault_{worker_id}"
    asyncio.run(run(vault_postgres.create(name), to_head))
    return name


@pytest.fixture
def file_url(migrated_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "data" / "bot.db"
    path.parent.mkdir()
    shutil.copy(migrated_file, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("file_url"))
    server: PostgresServer = request.getfixturevalue("vault_postgres")
    name = request.getfixturevalue("vault_database")
    server.execute(EMPTY_ALL, name)
    return server.url(name)


@pytest.fixture
async def fanvue() -> AsyncIterator[SandboxFanvue]:
    async with SandboxFanvue() as running:
        yield running


@pytest.fixture
def bench(file_url: str, fanvue: SandboxFanvue) -> Bench:
    return Bench(file_url, fanvue)


@pytest.fixture
def either_bench(either_url: str, fanvue: SandboxFanvue) -> Bench:
    return Bench(either_url, fanvue)
