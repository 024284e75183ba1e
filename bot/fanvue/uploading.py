"""A whole file to Fanvue: in parts, side by side, never in memory as a whole, each part tried again alone."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from bot.fanvue import media, uploads
from bot.fanvue.errors import AnswerLostError, InvalidRequestError, ServerError, UnexpectedAnswerError, UnreachableError
from bot.fanvue.media import Media
from bot.fanvue.transport import Connections
from bot.fanvue.uploads import Part, Pieces, UploadSession
from bot.fanvue.wire import OWN, ActingAs, Call

T = TypeVar("T")

PARTS_AT_ONCE = 3
PART_TRIES = 3
PART_PAUSE_SECONDS = 0.2
PIECE_BYTES = 256 * 1024
POLL_SECONDS = (0.5, 1, 2, 3, 5)
"""Pauses between looks at a medium in the works; the last one goes on."""
END_TRIES = 3
TROUBLE = (AnswerLostError, ServerError, UnreachableError)


class Sender(Protocol):
    """Makes calls for one account."""

    def __call__(self, call: Call[T], /) -> Awaitable[T]:
        """The answer of a call."""
        ...


class Source(Protocol):
    """A file that can be read at any place, more than once."""

    size: int

    def read(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        """Exactly those bytes, in pieces; closed by whoever began it."""
        ...


class FileSource:
    """A file on disk; reading it does not hold up the loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size

    async def read(self, offset: int, length: int) -> AsyncGenerator[bytes, None]:
        """Those bytes; fewer when the file was cut meanwhile. Nothing stays open in between."""
        while length > 0 and (piece := await asyncio.to_thread(self._piece, offset, min(PIECE_BYTES, length))):
            offset += len(piece)
            length -= len(piece)
            yield piece

    def _piece(self, offset: int, length: int) -> bytes:
        with self._path.open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(length)


@dataclass(frozen=True, slots=True)
class Upload:
    """What is to be uploaded, and as what; ``media_type`` is image, video, audio or document."""

    source: Source
    name: str
    filename: str
    media_type: str
    acting_as: ActingAs = OWN


class Uploader:
    """Uploads for one account.

    ``outcome_unknown`` are the errors by which ``send`` says that a write may have been done. ``on_progress`` is told
    how many bytes of how many have arrived, part by part.
    """

    def __init__(
        self,
        send: Sender,
        connections: Connections,
        *,
        outcome_unknown: tuple[type[Exception], ...] = (AnswerLostError, ServerError),
        on_progress: Callable[[int, int], object] = lambda _arrived, _size: None,
        parts_at_once: int = PARTS_AT_ONCE,
        part_seconds: float = 300,
        part_pause_seconds: float = PART_PAUSE_SECONDS,
        poll_seconds: Sequence[float] = POLL_SECONDS,
        allows_loopback: bool = False,
    ) -> None:
        self._send = send
        self._connections = connections
        self._outcome_unknown = outcome_unknown
        self._on_progress = on_progress
        self._parts_at_once = asyncio.Semaphore(parts_at_once)
        self._part_seconds = part_seconds
        self._part_pause_seconds = part_pause_seconds
        self._poll_seconds = poll_seconds
        self._allows_loopback = allows_loopback

    async def upload(self, upload: Upload) -> str:
        """Everything there and the upload ended; the medium's uuid, which ``finished`` waits for.

        Raises what ``send`` raises, and for the parts AnswerLostError, InvalidRequestError, ServerError,
        UnexpectedAnswerError or UnreachableError. What was begun and not ended stays at Fanvue as ``created``.
        """
        source = upload.source
        if source.size <= 0:
            raise InvalidRequestError(uploads.CREATE_SESSION.id, ("The file is empty",))
        session = await self._send(
            uploads.create_session(
                upload.name, upload.filename, upload.media_type, upload.acting_as, size_bytes=source.size
            )
        )
        parts = await self._all_parts(upload, session)
        await self._end(upload, session, parts)
        return session.media_uuid

    async def finished(self, uuid: str, acting_as: ActingAs = OWN, *, patience_seconds: float = 300) -> Media:
        """The medium once it is ``ready`` or ``error``, or as it is when patience ends."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + patience_seconds
        looks = 0
        while True:
            found = await self._send(media.media(uuid, acting_as))
            pause = self._poll_seconds[min(looks, len(self._poll_seconds) - 1)]
            if found.is_final or loop.time() + pause > ends_at:
                return found
            looks += 1
            await asyncio.sleep(pause)

    async def _all_parts(self, upload: Upload, session: UploadSession) -> list[Part]:
        size = upload.source.size
        part_bytes = session.part_bytes
        if session.max_parts and session.max_parts > 0:
            part_bytes = max(part_bytes, -(-size // session.max_parts))
        arrived = 0

        async def one(number: int, offset: int) -> Part:
            nonlocal arrived
            length = min(part_bytes, size - offset)
            async with self._parts_at_once:
                part = await self._part(upload, session, number, offset, length)
            arrived += length
            self._on_progress(arrived, size)
            return part

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(one(number, offset))
                    for number, offset in enumerate(range(0, size, part_bytes), start=1)
                ]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _part(self, upload: Upload, session: UploadSession, number: int, offset: int, length: int) -> Part:
        """One part, tried again by itself with an address of its own each time: signed ones run out."""
        for attempt in range(1, PART_TRIES + 1):
            url = await self._send(uploads.part_url(session.upload_id, number, upload.acting_as))
            reading = _Reading(upload.source, offset, length)
            try:
                return await uploads.put_part(
                    self._connections,
                    url,
                    number,
                    Pieces(length, reading.pieces),
                    timeout_seconds=self._part_seconds,
                    allows_loopback=self._allows_loopback,
                    tries=1,
                )
            except TROUBLE:
                if reading.problem is not None:
                    raise reading.problem from None
                if attempt == PART_TRIES:
                    raise
            await asyncio.sleep(self._part_pause_seconds * attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _end(self, upload: Upload, session: UploadSession, parts: list[Part]) -> None:
        """End the upload; when nobody knows whether that was done, the medium says it, and only then it is repeated."""
        for attempt in range(1, END_TRIES + 1):
            try:
                await self._send(uploads.complete_session(session.upload_id, parts, upload.acting_as))
            except self._outcome_unknown:
                found = await self._send(media.media(session.media_uuid, upload.acting_as))
                if found.status != uploads.BEGUN:
                    return
                if attempt == END_TRIES:
                    raise
            else:
                return


class _Reading:
    """One reading of a part; keeps what goes wrong with the source, since the transport calls it a lost connection."""

    def __init__(self, source: Source, offset: int, length: int) -> None:
        self._source = source
        self._offset = offset
        self._length = length
        self.problem: Exception | None = None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Exactly the part's bytes: fewer end in an error before a server waits for the rest."""
        left = self._length
        try:
            async with aclosing(self._source.read(self._offset, self._length)) as reading:
                async for piece in reading:
                    left -= len(piece)
                    yield piece
        except Exception as error:
            self.problem = error
            raise
        if left:
            self.problem = UnexpectedAnswerError(uploads.PUT_PART, "file")
            raise self.problem
