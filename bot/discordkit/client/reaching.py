"""A Discord that cannot be reached, told as Discord tells its own faults; requests that end before their answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.discordkit.client.buckets import given_back

BLOCKED = 40333
"""What Cloudflare says in Discord's form while it lets nobody through; it was Discord's own trouble before now."""
JSON = "application/json"
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class _NoAnswer:
    """In the place of an answer's head."""

    status: int = 503
    reason: str = "out of reach"


class UnreachableError(discord.DiscordServerError):
    """The request never came to an answer: whoever minds Discord's faults minds this one."""

    def __init__(self) -> None:
        nothing: Any = _NoAnswer()
        super().__init__(nothing, None)


class Answers(AsyncWebhookAdapter):
    """What answers interactions; a library's part of its own, which knows nothing of the client's."""

    async def request(self, route: Route, session: aiohttp.ClientSession, **options: Any) -> Any:
        """As discord.py does; UnreachableError for whatever keeps it from Discord."""
        with _told(lambda: not getattr(session, "closed", True)):
            return await super().request(route, session, **options)


def tell_unreachable(http: HTTPClient, is_open: Callable[[], bool], on_refused: Callable[[], None]) -> None:
    """Have each of its requests, and each answer to an interaction from now on, raise UnreachableError.

    discord.py (2.7.1) lets aiohttp's and the socket's errors through and, with no login or one that ends meanwhile,
    Python's own: nobody who catches ``discord.HTTPException`` reckons with those. ``is_open``: whether there is a
    login. Nor is a refusal Discord's that Cloudflare gives before it. ``on_refused``: the token is not taken.
    """
    request: Any = http.request

    async def told(*route: Any, **options: Any) -> Any:
        try:
            with _told(is_open), given_back(http):
                return await request(*route, **options)
        except discord.HTTPException as error:
            if error.status == UNAUTHORIZED:
                on_refused()
            raise

    setattr(http, "request", told)  # noqa: B010 - a method is not to be assigned, says mypy
    async_context.set(Answers())  # type: ignore[no-untyped-call]


@contextmanager
def _told(is_open: Callable[[], bool]) -> Iterator[None]:
    if not is_open():
        raise UnreachableError
    try:
        yield
    except discord.HTTPException as error:
        if _is_cloudflares(error):
            raise UnreachableError from None
        raise
    except Exception as error:
        if is_open() and not isinstance(error, aiohttp.ClientError | OSError):
            raise
        raise UnreachableError from None


def _is_cloudflares(error: discord.HTTPException) -> bool:
    if not isinstance(error, discord.Forbidden):
        return False
    return error.code == BLOCKED or JSON not in error.response.headers.get("Content-Type", "")
