"""A Discord that cannot be reached, told as Discord tells its own faults."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient


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


def tell_unreachable(http: HTTPClient, is_open: Callable[[], bool]) -> None:
    """Have each of its requests raise UnreachableError for whatever keeps it from Discord.

    discord.py (2.7.1) lets aiohttp's and the socket's errors through and, with no login, Python's own: nobody who
    catches ``discord.HTTPException`` reckons with those. ``is_open``: whether there is a login.
    """
    request: Any = http.request

    async def told(*route: Any, **options: Any) -> Any:
        if not is_open():
            raise UnreachableError
        try:
            return await request(*route, **options)
        except (aiohttp.ClientError, OSError):
            raise UnreachableError from None

    setattr(http, "request", told)  # noqa: B010 - a method is not to be assigned, says mypy
