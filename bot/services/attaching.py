"""Files that go along with a message: uploaded to Fanvue before it is sent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from bot.domain.access import Grant
from bot.domain.drafts import Enclosure
from bot.domain.errors import BadInputError, FanvueDownError, OutcomeUnknownError
from bot.fanvue import media, uploads
from bot.fanvue.errors import FanvueError
from bot.fanvue.transport import Connections
from bot.fanvue.uploading import PIECE_BYTES, Upload, Uploader
from bot.fanvue.wire import ActingAs, Call
from bot.vault.gate import Gate

T = TypeVar("T")

MOST_FILES = 10
CALL_SECONDS = 30
READY_SECONDS = 120


class AttachingService:
    """A file is ready at Fanvue before a message names it, so a message never lacks what it promises."""

    def __init__(self, gate: Gate, connections: Connections, *, allows_loopback: bool = False) -> None:
        self._gate = gate
        self._connections = connections
        self._allows_loopback = allows_loopback

    async def upload(self, grant: Grant, files: Sequence[Enclosure]) -> tuple[str, ...]:
        """The media's ids in their order. BadInputError for what Fanvue cannot use, and what the gate raises."""
        if not files:
            return ()
        if len(files) > MOST_FILES:
            raise BadInputError(f"At most {MOST_FILES} files go out with one message. Nothing was sent.")
        acting_as = ActingAs(grant.managed)
        self._gate.require_scopes(grant, uploads.create_session("x", "x", "image", acting_as))
        self._gate.require_scopes(grant, media.media("x", acting_as))
        return tuple(await asyncio.gather(*(self._one(grant, file) for file in files)))

    async def _one(self, grant: Grant, file: Enclosure) -> str:
        if not file.data:
            raise BadInputError("One of the files is empty. Nothing was sent.")

        async def send(call: Call[T]) -> T:
            return await self._gate.call(grant, call, deadline_seconds=CALL_SECONDS)

        uploader = Uploader(
            send,
            self._connections,
            outcome_unknown=(OutcomeUnknownError,),
            allows_loopback=self._allows_loopback,
        )
        acting_as = ActingAs(grant.managed)
        try:
            uuid = await uploader.upload(Upload(_Bytes(file.data), file.name, file.name, file.kind, acting_as))
            found = await uploader.finished(uuid, acting_as, patience_seconds=READY_SECONDS)
        except (FanvueError, OutcomeUnknownError):
            raise FanvueDownError from None
        if found.status == media.FAILED:
            raise BadInputError("Fanvue cannot use that file. Try it in another format. Nothing was sent.")
        if found.status != media.READY:
            raise FanvueDownError
        return uuid


class _Bytes:
    """A file that is in memory already."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    async def read(self, offset: int, length: int) -> AsyncIterator[bytes]:
        """Those bytes, in pieces."""
        for start in range(offset, offset + length, PIECE_BYTES):
            yield self._data[start : min(start + PIECE_BYTES, offset + length)]
