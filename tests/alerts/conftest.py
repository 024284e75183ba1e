"""A desk, or the parts that ask Fanvue, for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alert_desk import Desk, opened
from polling_ground import Ground, Process, TestTime

from sandbox.fanvue import SandboxFanvue


@pytest.fixture
async def desk(tmp_path: Path, empty_database: Path) -> AsyncIterator[Desk]:
    """Luna connected, no routes yet, nothing running by itself."""
    path = tmp_path / "fanvue.db"
    shutil.copy(empty_database, path)
    async with opened(path) as found:
        yield found


@pytest.fixture
async def ground(tmp_path: Path, empty_database: Path) -> AsyncIterator[Ground]:
    path, time = tmp_path / "fanvue.db", TestTime()
    shutil.copy(empty_database, path)
    async with SandboxFanvue(clock=time.true, access_token_seconds=864_000) as fanvue:
        fanvue.deliver = False
        fanvue.webhook_url = "http://127.0.0.1:9/webhooks/fanvue"
        yield Ground(f"sqlite+aiosqlite:///{path}", fanvue, time)


@pytest.fixture
async def process(ground: Ground) -> AsyncIterator[Process]:
    """One process that has looked at luna once."""
    async with ground.process() as running:
        await ground.connect(running)
        await running.settle_in()
        yield running
