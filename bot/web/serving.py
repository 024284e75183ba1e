"""Putting an application on a socket."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from aiohttp import web

BACKLOG = 512
Express = Callable[[web.Request], Awaitable[web.StreamResponse] | None]
EXPRESS: web.AppKey[Express] = web.AppKey("express")
"""Looks at each request before the application's routes and middlewares do; ``None`` leaves it to them."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How much a connection may cost."""

    head_seconds: float = 15
    """Until a request's head is there, counted from the connection or from the answer before it."""
    linger_seconds: float = 5
    """For reading what is left of a body that was refused."""
    connections: int = 1000
    """Open at once; beyond that the silent ones are closed, or the new ones at the door."""
    shutdown_seconds: float = 5


DEFAULT = Patience()


class CannotListenError(Exception):
    """There is no listening on this address; ``is_taken``: somebody else does, for now."""

    def __init__(self, reason: int | None) -> None:
        super().__init__()
        self.is_taken = reason == errno.EADDRINUSE
        self.is_forbidden = reason == errno.EACCES


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int, patience: Patience = DEFAULT) -> AsyncIterator[None]:
    """The application on a socket of its own; no access log, since addresses hold tickets and codes.

    aiohttp's keep-alive time also runs from the moment a connection opens, so it closes the silent and the slow.
    CannotListenError when the address is not to be had.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=patience.head_seconds,
        lingering_time=patience.linger_seconds,
        shutdown_timeout=patience.shutdown_seconds,
        auto_decompress=False,
    )
    await runner.setup()
    try:
        loop = asyncio.get_running_loop()
        door = _Door(_with_express(app, runner.server), patience.connections)
        try:
            listener = await loop.create_server(door, host, port, backlog=BACKLOG)
        except (OSError, ValueError) as error:
            raise CannotListenError(getattr(error, "errno", None)) from None
        try:
            yield
        finally:
            listener.close()
    finally:
        await runner.cleanup()


def _with_express(app: web.Application, server: web.Server | None) -> web.Server:
    """The server, asking the application's express first where there is one."""
    if server is None:
        raise RuntimeError("the runner is not set up")
    express, routed = app.get(EXPRESS), server.request_handler
    if express is not None:
        server.request_handler = lambda request: express(cast(web.Request, request)) or routed(request)
    return server


class _Door:
    """Makes the protocol of each new connection.

    When all places are taken, whoever has been silent longest goes: a crowd that says nothing keeps nobody out.
    """

    def __init__(self, server: web.Server, places: int) -> None:
        self._server = server
        self._places = places

    def __call__(self) -> asyncio.BaseProtocol:
        taken = self._server.connections
        if len(taken) < self._places:
            return self._server()
        silent = next(filter(_is_silent, taken), None) or next(filter(_is_slow, taken), None)
        if silent is None or silent.transport is None:
            return _Refusal()
        silent.transport.abort()
        return self._server()


def _is_silent(connection: web.RequestHandler) -> bool:
    """Whether nothing it asked is being answered."""
    return _is_open(connection) and connection._current_request is None  # noqa: SLF001 - nobody else knows


def _is_slow(connection: web.RequestHandler) -> bool:
    """Whether the body of what it asks is still on its way."""
    request = connection._current_request  # noqa: SLF001 - nobody else knows
    return _is_open(connection) and request is not None and not request.content.is_eof()


def _is_open(connection: web.RequestHandler) -> bool:
    return connection.transport is not None and not connection.transport.is_closing()


class _Refusal(asyncio.Protocol):
    """Closes the connection at once, unread."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()
