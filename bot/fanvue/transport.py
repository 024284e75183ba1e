"""The process's one connection pool to Fanvue: httpx's types over aiohttp's sockets.

``httpx-aiohttp`` as it is reports a reset after a sent request like one that never connected, keeps cookies of one
creator for the next, and rewrites signed addresses. Here every failure is named by its cause, cookies are dropped,
addresses go out as given, and nothing repeats a request behind the caller's back.
"""

import asyncio
import ssl
from collections.abc import AsyncIterable, Mapping
from functools import cache
from typing import Self, cast

import aiohttp
import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from bot.fanvue.errors import AnswerLostError, UnexpectedAnswerError, UnreachableError

CONNECT_SECONDS = 5.0
KEEPALIVE_SECONDS = 60.0
MAX_ANSWER_BYTES = 8 * 1024 * 1024
TOTAL_TIMEOUT = "total"
USER_AGENT = "fanvue-discord"

NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)
NO_CONTENT = httpx.ByteStream(b"")


class Answer(msgspec.Struct, frozen=True):
    """A whole answer; prints as its status alone."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.status})"


class Connections:
    """Sends requests and reads whole answers; keeps connections open between them."""

    def __init__(self, *, max_connections: int = 100, trust: ssl.SSLContext | None = None) -> None:
        self._limits = httpx.Limits(max_connections=max_connections, keepalive_expiry=KEEPALIVE_SECONDS)
        self._trust = trust
        self._made: OneTryTransport | None = None

    async def exchange(
        self,
        operation_id: str,
        method: str,
        url: str | httpx.URL,
        *,
        headers: Mapping[str, str],
        timeout_seconds: float,
        content: bytes | AsyncIterable[bytes] = b"",
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """One request and its answer, redirects included as they are.

        Content that comes in pieces needs its ``Content-Length`` among the headers.
        Raises UnreachableError when nothing left, AnswerLostError when no whole answer came in time, and
        UnexpectedAnswerError when it is larger than ``max_bytes`` (unpacked) or cannot be unpacked.
        """
        timeout = {"connect": min(CONNECT_SECONDS, timeout_seconds), TOTAL_TIMEOUT: timeout_seconds}
        request = httpx.Request(
            method,
            url,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **headers},
            content=content or None,
            stream=None if content else NO_CONTENT,
            extensions={"timeout": timeout},
        )
        try:
            response = await self._transport.handle_async_request(request)
            body = await _whole(response, operation_id, max_bytes)
        except NEVER_CONNECTED:
            raise UnreachableError(operation_id) from None
        except httpx.DecodingError:
            raise UnexpectedAnswerError(operation_id, "encoding") from None
        except httpx.TransportError:
            raise AnswerLostError(operation_id) from None
        headers_by_name = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers.raw
        }
        return Answer(response.status_code, headers_by_name, body)

    @property
    def _transport(self) -> "OneTryTransport":
        """Made for the first request: no start waits for certificates to be read."""
        if self._made is None:
            trust = self._trust or _trusted()
            self._made = OneTryTransport(verify=trust, trust_env=False, limits=self._limits)
        return self._made

    async def aclose(self) -> None:
        """Closes every connection."""
        if self._made is not None:
            await self._made.aclose()


class OneTryTransport(AiohttpTransport):
    """A transport that tries once and tells "never left" from "left, and no answer"."""

    def get_client(self) -> aiohttp.ClientSession:
        """The session all requests share, made on first use inside the loop."""
        if isinstance(self.client, aiohttp.ClientSession):
            return self.client
        connector = aiohttp.TCPConnector(
            limit=self.limits.max_connections or 0,
            keepalive_timeout=self.limits.keepalive_expiry,
            ssl=self.ssl_context,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=_Request,
            trust_env=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends once; raises httpx's ConnectError or ConnectTimeout only when nothing left."""
        session = self.client = self.get_client()
        timeout, attempt = request.extensions.get("timeout", {}), _Attempt()
        try:
            response = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode("ascii"), value.decode("ascii")) for name, value in request.headers.raw],
                data=_content(request),
                allow_redirects=False,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(
                    total=timeout.get(TOTAL_TIMEOUT), connect=timeout.get("connect"), sock_read=timeout.get("read")
                ),
                middlewares=(attempt,),
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _by_cause(error, is_sent=attempt.is_sent) from None
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response), request=request)


class _Request(aiohttp.ClientRequest):
    """Notes when it leaves."""

    is_sent = False

    async def send(self, conn: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Bytes may be on their way from now on."""
        self.is_sent = True
        return await super().send(conn)


class _Attempt:
    """Sees a request on its way, and keeps aiohttp from sending it a second time by itself.

    aiohttp repeats DELETE and its kin, but only for errors it knows.
    """

    __slots__ = ("_request",)

    def __init__(self) -> None:
        self._request: aiohttp.ClientRequest | None = None

    @property
    def is_sent(self) -> bool:
        """Whether bytes of it may have left."""
        return isinstance(self._request, _Request) and self._request.is_sent

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        self._request = request
        try:
            return await handler(request)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise _ConnectionLostError(type(error).__name__) from None


class _ConnectionLostError(aiohttp.ClientConnectionError):
    """An open connection went away under a request."""


class _Body(httpx.AsyncByteStream):
    """The answer's bytes as they come; a connection that was not read to its end is closed."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        content = self._response.content
        if content.at_eof():
            raise StopAsyncIteration
        try:
            return await content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise _by_cause(error, is_sent=True) from None

    async def aclose(self) -> None:
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


def trusted_by_operator() -> ssl.SSLContext:
    """Whose certificates are believed, where ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` may say otherwise."""
    return httpx.create_ssl_context(trust_env=True)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once, since that takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _content(request: httpx.Request) -> object:
    if request.stream is NO_CONTENT:
        return None
    return (request.content or None) if isinstance(request.stream, httpx.ByteStream) else request.stream


async def _whole(response: httpx.Response, operation_id: str, max_bytes: int) -> bytes:
    """The body, unpacked where it comes packed."""
    stream, body = cast("_Body", response.stream), bytearray()
    try:
        async for piece in response.aiter_bytes() if "content-encoding" in response.headers else stream:
            body += piece
            if len(body) > max_bytes:
                raise UnexpectedAnswerError(operation_id, "size")
    finally:
        await stream.aclose()
    return bytes(body)


def _by_cause(error: Exception, *, is_sent: bool) -> httpx.TransportError:
    """The httpx error for what happened; texts of aiohttp's stay behind, they may name addresses and headers."""
    name = type(error).__name__
    if isinstance(error, aiohttp.InvalidURL):
        return httpx.UnsupportedProtocol(name)
    is_timeout = isinstance(error, asyncio.TimeoutError)
    if not is_sent:
        return httpx.ConnectTimeout(name) if is_timeout else httpx.ConnectError(name)
    if is_timeout:
        return httpx.ReadTimeout(name)
    if isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | OSError):
        return httpx.ReadError(name)
    return httpx.RemoteProtocolError(name)
