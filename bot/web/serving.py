"""Putting an application on a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

KEEPALIVE_SECONDS = 15
SHUTDOWN_SECONDS = 5


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """The application on a socket of its own; no access log, since addresses hold tickets and codes."""
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=KEEPALIVE_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
        auto_decompress=False,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
