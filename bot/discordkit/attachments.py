"""Files people send in Discord, on their way elsewhere: small ones at once, large ones in pieces as they are read."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Any

import aiohttp
import discord
from yarl import URL

from bot.domain.errors import BadInputError
from bot.services.posts.media import IncomingFile

MEGABYTE = 1024 * 1024
SMALL_BYTES = 8 * MEGABYTE
PIECE_BYTES = 64 * 1024
CONNECT_SECONDS = 10
SILENT_SECONDS = 60
EDIT_SECONDS = 2.0
OK, PARTIAL = 200, 206
GONE = "Discord no longer gives me `{}`: its address runs out after a while. Send the file again."

STOPPED = "Discord stopped sending me `{}`. Send it again."
BROKEN_OFF = (aiohttp.ClientError, discord.HTTPException, TimeoutError, OSError)


class SmallFile:
    """Read whole, once, by discord.py; let go of with this object."""

    def __init__(self, attachment: discord.Attachment) -> None:
        self._attachment = attachment
        self._data: bytes | None = None
        self.size = attachment.size

    async def read(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        """Those bytes, as far as there are any."""
        if self._data is None:
            try:
                self._data = await self._attachment.read()
            except (discord.NotFound, discord.Forbidden):
                raise BadInputError(GONE.format(_inert(self._attachment.filename))) from None
            except BROKEN_OFF:
                raise BadInputError(STOPPED.format(_inert(self._attachment.filename))) from None
        yield self._data[offset : offset + length]


class LargeFile:
    """Read from its address in pieces, from any place, so that it is never in memory as a whole."""

    def __init__(self, url: str, name: str, size: int) -> None:
        self._url = URL(url, encoded=True)
        self._name = name
        self.size = size

    async def read(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        """Those bytes; fewer when Discord has fewer. BadInputError when it no longer has the file."""
        last = offset + length - 1
        headers = {"Range": f"bytes={offset}-{last}", "Accept-Encoding": "identity"}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session,
                session.get(self._url, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status not in {OK, PARTIAL}:
                    raise BadInputError(GONE.format(_inert(self._name)))
                cut = _cut(answer, 0 if answer.status == PARTIAL else offset, length)
                async with aclosing(cut) as pieces:
                    async for piece in pieces:
                        yield piece
        except BROKEN_OFF:
            raise BadInputError(STOPPED.format(_inert(self._name))) from None


async def _cut(answer: aiohttp.ClientResponse, skipped: int, length: int) -> AsyncGenerator[bytes, None]:
    """Where a server ignores the range, what comes before it is read over."""
    async for piece in answer.content.iter_chunked(PIECE_BYTES):
        kept = piece[skipped:][:length]
        skipped = max(0, skipped - len(piece))
        length -= len(kept)
        if kept:
            yield kept
        if length <= 0:
            return


def incoming(attachment: discord.Attachment) -> IncomingFile:
    """A file as services take it."""
    source: SmallFile | LargeFile
    if attachment.size <= SMALL_BYTES:
        source = SmallFile(attachment)
    else:
        source = LargeFile(attachment.url, attachment.filename, attachment.size)
    return IncomingFile(attachment.filename, attachment.content_type, source)


def uploaded(interaction: discord.Interaction, field: str | None = None) -> list[IncomingFile]:
    """The files of a form that was sent in, in their order: of one of its fields, or of all."""
    data: Any = interaction.data or {}
    found: dict[str, Any] = data.get("resolved", {}).get("attachments", {})
    wanted = found if field is None else _picked(data.get("components", ()), field)
    # discord.py makes these for forms it holds itself; ours come back through the table of verbs.
    state: Any = interaction._state  # noqa: SLF001
    return [incoming(discord.Attachment(data=found[key], state=state)) for key in wanted if key in found]


def _picked(components: Sequence[Any], field: str) -> list[str]:
    """The ids of what was put into a field, wherever labels put it."""
    inner = [one.get("component", one) for one in components]
    return [str(value) for one in inner if one.get("custom_id") == field for value in one.get("values", ())]


class Progress:
    """Tells on a private answer how far the files are: when one is there, else every two seconds at most."""

    def __init__(self, interaction: discord.Interaction, files: Sequence[IncomingFile]) -> None:
        self._interaction = interaction
        self._total = max(1, sum(file.source.size for file in files))
        self._count = len(files)
        self._done = 0
        self._file = (0, 0)
        self._told_at = float("-inf")
        self._is_behind = False
        self._telling: asyncio.Task[None] | None = None

    def __call__(self, arrived: int, size: int) -> None:
        """That so much of the present file arrived; that a small upload begins needs no telling."""
        if not arrived and self._total <= SMALL_BYTES:
            return
        now = asyncio.get_running_loop().time()
        is_whole = arrived >= size
        self._done += size if is_whole else 0
        self._file = (0, 0) if is_whole else (arrived, size)
        if not is_whole and now - self._told_at < EDIT_SECONDS:
            return
        self._told_at, self._is_behind = now, True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def end(self) -> None:
        """Leave nothing under way."""
        self._is_behind = False
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _tell(self) -> None:
        while self._is_behind:
            self._is_behind = False
            with suppress(discord.HTTPException):
                await self._interaction.edit_original_response(content=self._words())

    def _words(self) -> str:
        share = min(1.0, (self._done + self._file[0]) / self._total)
        filled = round(share * 20)
        bar = "▰" * filled + "▱" * (20 - filled)
        files = f"{self._count} file{'s' if self._count != 1 else ''}"
        return f"Uploading {files} to Fanvue\n{bar} **{share:.0%}** of {self._total / MEGABYTE:,.1f} MB"


def _inert(name: str) -> str:
    return name[:60].replace("`", "")
