"""Uploads: a session, its parts put to signed addresses, and the end of it; then ``media`` says when it is ready."""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from bot.domain.scopes import Scope
from bot.fanvue.errors import AnswerLostError, InvalidRequestError, ServerError, UnexpectedAnswerError, UnreachableError
from bot.fanvue.shapes import Shape
from bot.fanvue.transport import Connections
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, given

WRITE = frozenset({Scope.WRITE_MEDIA})
TWIN_WRITE = WRITE | {Scope.WRITE_CREATOR}
PATH = "/media/uploads"
PUT_PART = "uploadPart"
BEGUN = "created"
"""The status of a medium whose upload was not ended."""

CREATE_SESSION = Operation(
    "createUploadSession", "POST", PATH, WRITE, twin_id="createCreatorUploadSession", twin_scopes=TWIN_WRITE
)
GET_PART_URL = Operation(
    "getUploadPartUrl",
    "GET",
    PATH + "/{uploadId}/parts/{partNumber}/url",
    WRITE,
    twin_id="getCreatorUploadPartUrl",
    twin_scopes=TWIN_WRITE,
    is_text=True,
)
COMPLETE_SESSION = Operation(
    "completeUploadSession",
    "PATCH",
    PATH + "/{uploadId}",
    WRITE,
    twin_id="completeCreatorUploadSession",
    twin_scopes=TWIN_WRITE,
)

DEFAULT_PART_BYTES = 5 * 1024 * 1024
"""Where Fanvue names no size: the least a part but the last may have."""
MAX_TRIES = 3
MAX_ANSWER_BYTES = 64 * 1024
MAX_ETAG_LENGTH = 200
INTERNAL_NAMES = (".local", ".internal", ".localhost", ".home.arpa")


class UploadSession(Shape, frozen=True, kw_only=True):
    """An upload that was begun; abandoned ones stay as ``created``."""

    media_uuid: str
    upload_id: str
    part_size: int | None = None
    max_parts: int | None = None
    total_parts: int | None = None

    @property
    def part_bytes(self) -> int:
        """How large each part but the last is to be."""
        return self.part_size if self.part_size and self.part_size > 0 else DEFAULT_PART_BYTES


class UploadEnd(Shape, frozen=True, kw_only=True):
    """Where the medium stands."""

    status: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that was put; ``number`` counts from 1."""

    number: int
    etag: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """A part that is read while it is sent, from its beginning each time it is put."""

    size: int
    read: Callable[[], AsyncGenerator[bytes, None]]


def create_session(
    name: str, filename: str, media_type: str, acting_as: ActingAs = OWN, *, size_bytes: int | None = None
) -> Call[UploadSession]:
    """``createUploadSession``: for an ``image``, ``video``, ``audio`` or ``document``; name of 1-255 characters."""
    body = given(name=name, filename=filename, mediaType=media_type, sizeBytes=size_bytes)
    return CREATE_SESSION.call(UploadSession, acting_as=acting_as, body=body)


def part_url(upload: str, number: int, acting_as: ActingAs = OWN) -> Call[str]:
    """``getUploadPartUrl``: the signed address to put part ``number`` (from 1) to."""
    return GET_PART_URL.call(str, acting_as=acting_as, at={"uploadId": upload, "partNumber": str(number)})


def complete_session(upload: str, parts: Sequence[Part], acting_as: ActingAs = OWN) -> Call[UploadEnd]:
    """``completeUploadSession``: once every part is there."""
    body = {"parts": [{"PartNumber": part.number, "ETag": part.etag} for part in parts]}
    return COMPLETE_SESSION.call(UploadEnd, acting_as=acting_as, at={"uploadId": upload}, body=body)


async def put_part(
    connections: Connections,
    url: str,
    number: int,
    data: bytes | Pieces,
    *,
    timeout_seconds: float = 120,
    allows_loopback: bool = False,
    tries: int = MAX_TRIES,
) -> Part:
    """Puts one part to its signed address, without the bearer; the same part may be put again, so it is.

    Raises UnexpectedAnswerError for an address that is not public https (or loopback, where that is allowed).
    """
    if not is_allowed(url, allows_loopback=allows_loopback):
        raise UnexpectedAnswerError(GET_PART_URL.id, "address")
    for attempt in range(1, tries + 1):
        try:
            return await _put_once(connections, url, number, data, timeout_seconds)
        except (AnswerLostError, UnreachableError, ServerError):
            if attempt == tries:
                raise
    raise AssertionError("the last attempt returns or raises")


def is_allowed(url: str, *, allows_loopback: bool) -> bool:
    """Whether an address Fanvue gave may be called: public https; plain loopback only in the sandbox."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if not host or not has_port or parts.username or parts.password or not url.isascii() or not url.isprintable():
        return False
    address = _address(host)
    if allows_loopback and (host == "localhost" or (address is not None and address.is_loopback)):
        return parts.scheme in {"http", "https"}
    if address is not None:
        return parts.scheme == "https" and address.is_global
    return parts.scheme == "https" and "." in host and not host.endswith(INTERNAL_NAMES)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class _Reading:
    """Pieces on their way: a connection that breaks off may still be waiting for one while they are closed."""

    def __init__(self, pieces: AsyncGenerator[bytes, None]) -> None:
        self._pieces = pieces
        self._turn = asyncio.Lock()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        async with self._turn:
            return await anext(self._pieces)

    async def aclose(self) -> None:
        """End the reading, once the piece that is being read is there or given up."""
        async with self._turn:
            await self._pieces.aclose()


@asynccontextmanager
async def _opened(data: bytes | Pieces) -> AsyncIterator[bytes | _Reading]:
    if isinstance(data, bytes):
        yield data
        return
    async with aclosing(_Reading(data.read())) as reading:
        yield reading


async def _put_once(
    connections: Connections, url: str, number: int, data: bytes | Pieces, timeout_seconds: float
) -> Part:
    headers = {"Content-Type": "application/octet-stream"}
    if isinstance(data, Pieces):
        headers["Content-Length"] = str(data.size)
    async with _opened(data) as content:
        answer = await connections.exchange(
            PUT_PART,
            "PUT",
            url,
            headers=headers,
            content=content,
            timeout_seconds=timeout_seconds,
            max_bytes=MAX_ANSWER_BYTES,
        )
    if answer.status >= 500:  # noqa: PLR2004 - the server's own failures
        raise ServerError(PUT_PART, answer.status)
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise InvalidRequestError(PUT_PART, status=answer.status)
    etag = answer.headers.get("etag", "")
    if not etag or len(etag) > MAX_ETAG_LENGTH:
        raise UnexpectedAnswerError(PUT_PART, "etag")
    return Part(number, etag)
