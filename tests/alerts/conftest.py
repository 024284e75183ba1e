"""A desk for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alert_desk import Desk, opened


@pytest.fixture
async def desk(tmp_path: Path, empty_database: Path) -> AsyncIterator[Desk]:
    """Luna connected, no routes yet, nothing running by itself."""
    path = tmp_path / "fanvue.db"
    shutil.copy(empty_database, path)
    async with opened(path) as found:
        yield found
