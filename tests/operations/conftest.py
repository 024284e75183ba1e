"""An installation that rests for each test, and one that runs for all the tests of a file that examine it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from examined import World, installed
from fronts import authority


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with installed(empty_database) as ground:
        await ground.bot.start()
        yield World(ground, authority(tmp_path_factory.mktemp("authority")), tmp_path_factory.mktemp("here"))


@pytest.fixture
def installation(tmp_path: Path, empty_database: Path) -> Path:
    """The database of one that rests, with nobody connected."""
    path = tmp_path / "resting" / "fanvue.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    return path
