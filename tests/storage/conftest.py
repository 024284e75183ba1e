"""Each test runs on SQLite and on a real PostgreSQL; a server a run, a database a worker, empty tables a test."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.storage import Stores
from bot.storage.database import Database
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> str:
    """A migrated, empty database."""
    if kind == "sqlite":
        path = tmp_path / "data" / "bot.db"
        path.parent.mkdir()
        shutil.copy(empty_database, path)
        return f"sqlite+aiosqlite:///{path}"
    return str(request.getfixturevalue("emptied_postgres"))


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
