"""A drawn picture as Discord takes it."""

import io
from typing import Protocol

import discord


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


def picture_file(picture: Drawn, filename: str | None = None) -> discord.File:
    """The picture under its own name, or another."""
    return discord.File(io.BytesIO(picture.png), filename or picture.filename, description=picture.alt_text)
