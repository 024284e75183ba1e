"""An installation that rests for each test, and one that runs for all the tests of a file that examine it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from examined import World
from forked import Nursery
from fronts import authority

from sandbox.playground import playground


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with playground() as ground:
        nursery = await Nursery.open()
        await ground.bot.start()
        signs, here = authority(tmp_path_factory.mktemp("authority")), tmp_path_factory.mktemp("here")
        yield World(ground, signs, here, nursery)
        await nursery.close()


@pytest.fixture
def installation(tmp_path: Path, empty_database: Path) -> Path:
    """The database of one that rests, with nobody connected."""
    path = tmp_path / "resting" / "fanvue.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    return path
