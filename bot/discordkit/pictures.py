"""A drawn picture as Discord takes it."""

import io
from collections.abc import Awaitable
from typing import Protocol

import discord

from bot.domain.errors import ChartError


class Drawn(Protocol):
    """PNG bytes, and words for who cannot see them."""

    @property
    def png(self) -> bytes:
        """The picture."""
        ...

    @property
    def filename(self) -> str:
        """What an embed names it by."""
        ...

    @property
    def alt_text(self) -> str:
        """The story it tells."""
        ...


async def drawn(drawing: Awaitable[Drawn | None]) -> discord.File | None:
    """The picture once it is drawn; ``None`` when there is nothing to draw, or it cannot be drawn."""
    try:
        picture = await drawing
    except ChartError:
        return None
    return picture_file(picture) if picture else None


def picture_file(picture: Drawn, filename: str | None = None) -> discord.File:
    """The picture under its own name, or another."""
    return discord.File(io.BytesIO(picture.png), filename or picture.filename, description=picture.alt_text)
