"""Is it alive, and can it do its work."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

CHECK_SECONDS = 3
"""Less than whoever asks has patience for."""
Check = Callable[[], Awaitable[bool]]


class Readiness:
    """What this process needs to do its work; parts add their checks when they start."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def require(self, part: str, check: Check) -> None:
        """From now on, be ready only while the check says yes."""
        self._checks[part] = check

    async def parts(self) -> dict[str, bool]:
        """Each part, and whether it works now."""
        return {part: await _in_time(check) for part, check in self._checks.items()}


async def _in_time(check: Check) -> bool:
    """What does not answer is not there; nobody waits until it has given up."""
    task = asyncio.ensure_future(check())
    try:
        await asyncio.wait({task}, timeout=CHECK_SECONDS)
        return task.done() and task.result()
    finally:
        task.cancel()


def add_to(app: web.Application, readiness: Readiness) -> None:
    """Register the routes."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_request: web.Request) -> web.Response:
        parts = await readiness.parts()
        return web.json_response(parts, status=200 if all(parts.values()) else 503)

    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
