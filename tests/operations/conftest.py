"""One running installation for all the tests of a file that examine it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from examined import World
from fronts import authority

from sandbox.playground import playground


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with playground() as ground:
        await ground.bot.start()
        yield World(ground, authority(tmp_path_factory.mktemp("authority")), tmp_path_factory.mktemp("here"))
