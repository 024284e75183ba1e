"""A bench a test: an empty database (SQLite, or PostgreSQL where it matters) and a Fanvue of its own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.fanvue import SandboxFanvue
from tests.vault.keeping import Bench


@pytest.fixture
def file_url(empty_database: Path, tmp_path: Path) -> str:
    path = tmp_path / "data" / "bot.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("file_url"))
    return str(request.getfixturevalue("emptied_postgres"))


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
