"""discord.py's rate limits, mended where a cancelled request leaves one of them taken."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord


@contextmanager
def given_back(client: discord.Client) -> Iterator[None]:
    """Whatever is cancelled in here, leaves no bucket taken.

    discord.py (2.7.1, ``Ratelimit.__aexit__``) gives a bucket back after an ``await``. Cancelled there, one that no
    answer has told a limit of stays taken: who comes next waits half a minute for it, longer than a card may take.
    """
    try:
        yield
    except asyncio.CancelledError:
        buckets: dict[str, Any] = getattr(client.http, "_buckets", {})
        for bucket in filter(_is_stuck, buckets.values()):
            bucket.reset()
            bucket._wake_next()  # noqa: SLF001 - as discord.py does itself
        raise


def _is_stuck(bucket: Any) -> bool:
    is_taken = bucket.remaining <= 0 and bucket.expires is None
    return is_taken and not bucket.outgoing and not bucket._sleeping.locked()  # noqa: SLF001 - nothing else tells
