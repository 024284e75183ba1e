"""Long lists are read up to a bound, and whoever asked is told so."""

from collections.abc import AsyncIterator
from typing import TypeVar

from bot.domain import missing

Row = TypeVar("Row")


async def listed(rows: AsyncIterator[Row], most: int, what: str) -> list[Row]:
    """The rows; when they are ``most``, it is noted that there may be others of ``what``."""
    found = [row async for row in rows]
    if len(found) >= most:
        missing.note(f"Only the latest {most:,} {what} were looked through: there may be more.")
    return found
