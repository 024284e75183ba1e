"""What holds for every page: headers that close doors, and errors that say nothing they should not."""

import asyncio
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.domain.faults import incident_code, where
from bot.web.pages import Pages
from bot.web.problems import Problem

log = structlog.get_logger(__name__)


BODY_SECONDS = 10.0
SERVER = "fanvue-discord"
DELIVERIES = "/webhooks/"
CUT_OFF = (ConnectionError, web.RequestPayloadError)

WORDS = {
    403: (
        "That button is out of date",
        "It was not pressed on our page in this browser, or things have changed since. Go back, reload and look again.",
    ),
    404: ("Nothing here", "This address does not lead anywhere."),
    405: ("Not this way", "This page cannot be used like that."),
    408: ("Too slow", "What you sent did not arrive in time."),
    413: ("Too large", "That is more than this page takes."),
}
BROKEN = Problem(500, "Something broke on our side", "Please try again in a minute.", ())


def closed_doors(auth_origin: str) -> Mapping[str, str]:
    """Strict headers for every answer; forms may go to ourselves and on to Fanvue."""
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' https://cdn.discordapp.com; "
        f"form-action 'self' {' '.join(_way_to(auth_origin))}; frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "X-Robots-Tag": "noindex, nofollow",
        "Server": SERVER,
    }


def secure_headers(auth_origin: str) -> Middleware:
    """The strict headers on every answer."""
    headers = closed_doors(auth_origin)

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", "no-store")

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as answer:
            await add(request, answer)
            raise
        await add(request, response)
        return response

    return middleware


def but_for_deliveries(*middlewares: Middleware) -> Middleware:
    """All of these, the first outermost, around everything but what Fanvue posts: that handler minds all of it itself.

    It is the one that has to answer by the thousand.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if (
            request.method == "POST"
            and request.path.startswith(DELIVERIES)
            and request.match_info.http_exception is None
        ):
            return await handler(request)
        inner = handler
        for outer in reversed(middlewares):
            inner = partial(outer, handler=inner)
        return await inner(request)

    return middleware


def _way_to(auth_origin: str) -> list[str]:
    """The origins a go-on click may pass: browsers check each redirect, and the login may live beside ``auth.``."""
    host = urlsplit(auth_origin).hostname or ""
    _, _, parent = host.partition(".")
    if "." not in parent or host.replace(".", "").isdigit():
        return [auth_origin]
    return [auth_origin, f"https://{parent}", f"https://*.{parent}"]


def prompt_bodies(seconds: float = BODY_SECONDS) -> Middleware:
    """Bodies are read before the handler, within this time: 408 for one that does not arrive, 413 for a large one."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.body_exists:
            await prompt_body(request, seconds)
        return await handler(request)

    return middleware


async def prompt_body(request: web.Request, seconds: float = BODY_SECONDS) -> bytes:
    """The body, within this time: HTTPRequestTimeout, HTTPBadRequest when it breaks off, 413 for a large one."""
    try:
        if request.content.is_eof():
            return await request.read()
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except CUT_OFF:
        raise web.HTTPBadRequest from None


class Failsafe:
    """The last exit: a page instead of a traceback, and one log line."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @property
    def middleware(self) -> Middleware:
        """The middleware to put next to the handlers."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as answer:
                if answer.status < 400 or _is_machine(request):  # noqa: PLR2004 - errors start there
                    raise
                title, sentence = WORDS.get(answer.status, ("That did not work", "Please go back and try again."))
                return Problem(answer.status, title, sentence, ()).page(self._pages)
            except Exception as error:  # noqa: BLE001 - nothing below may leak out
                code = incident_code()
                log.error("request_failed", code=code, error=where(error))
                if _is_machine(request):
                    return web.Response(status=500)
                return BROKEN.page(self._pages, code)

        return middleware


def _is_machine(request: web.Request) -> bool:
    return request.path.startswith(("/webhooks/", "/health/"))
