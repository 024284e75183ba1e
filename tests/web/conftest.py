"""A served site for the tests of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from served import Browser, Site, served


@pytest.fixture
async def site(tmp_path: Path, empty_database: Path) -> AsyncIterator[Site]:
    """Pages on a socket; nobody is connected."""
    async with served(tmp_path, empty_database) as running:
        yield running


@pytest.fixture
async def browser(site: Site) -> Browser:
    """Luna's browser."""
    return site.browser()
