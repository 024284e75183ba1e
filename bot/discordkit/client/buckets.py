"""discord.py's rate limits, mended where a cancelled request leaves one of them taken, or all of them shut."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from discord.http import HTTPClient

SHUT_SECONDS = 1
"""How long everything rests after a cancelled wait: Discord says anew when that was too short."""


@contextmanager
def given_back(http: HTTPClient) -> Iterator[None]:
    """A request that is cancelled in here leaves no bucket taken, and no other request waiting for good.

    discord.py (2.7.1, ``Ratelimit.__aexit__``) gives a bucket back after an ``await``. Cancelled there, one that no
    answer has told a limit of stays taken: who comes next waits half a minute for it, longer than a card may take.
    One cancelled while it waits for Discord's global limit to end (``HTTPClient.request``) leaves all others waiting.
    """
    over: asyncio.Event | None = getattr(http, "_global_over", None)
    was_open = over is not None and over.is_set()
    try:
        yield
    except asyncio.CancelledError:
        buckets: dict[str, Any] = getattr(http, "_buckets", {})
        for bucket in filter(_is_stuck, buckets.values()):
            bucket.reset()
            bucket._wake_next()  # noqa: SLF001 - as discord.py does itself
        if over is not None and was_open and not over.is_set():
            asyncio.get_running_loop().call_later(SHUT_SECONDS, over.set)
        raise


def _is_stuck(bucket: Any) -> bool:
    is_taken = bucket.remaining <= 0 and bucket.expires is None
    return is_taken and not bucket.outgoing and not bucket._sleeping.locked()  # noqa: SLF001 - nothing else tells
