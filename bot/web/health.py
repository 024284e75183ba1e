"""Is it alive, and can it do its work."""

from collections.abc import Awaitable, Callable

from aiohttp import web

Readiness = Callable[[], Awaitable[dict[str, bool]]]
"""Each part the process needs, and whether it works now."""


def add_to(app: web.Application, readiness: Readiness) -> None:
    """Register the routes."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_request: web.Request) -> web.Response:
        parts = await readiness()
        return web.json_response(parts, status=200 if all(parts.values()) else 503)

    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
