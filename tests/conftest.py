"""What several folders of tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rig import Rig, rigged


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """The real bot, with nobody connected."""
    async with rigged(tmp_path) as world:
        yield world


@pytest.fixture
async def connected(rig: Rig) -> Rig:
    """The real bot, with luna connected as lunavale, everything allowed."""
    page = await rig.connect()
    assert page.status == 200
    return rig
