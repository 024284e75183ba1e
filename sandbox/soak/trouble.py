"""Discord at its worst."""

import asyncio
from random import Random
from typing import Any

from sandbox.playground import Playground

MESSAGES = "/channels/*/messages"
OUTAGES = 0.15
"""The part of all troubles in which nothing of Discord is there."""


async def make_trouble(ground: Playground, draw: Random) -> None:
    """Until cancelled, one at a time: limits, errors before and after the work is done, cut connections, outages."""
    troubles: tuple[dict[str, Any], ...] = (
        {"status": 429, "retry_after": 0.4},
        {"status": 429, "retry_after": 0.4, "is_global": True},
        {"status": 502},
        {"status": 500, "after_applying": True},
        {"drop": True},
        {"drop": True, "after_applying": True},
    )
    while True:
        await asyncio.sleep(draw.uniform(0.2, 0.8))
        if draw.random() < OUTAGES:
            await _outage(ground, draw.uniform(0.1, 0.6))
            continue
        trouble = ground.discord.fail("POST", MESSAGES, times=draw.randrange(1, 4), **draw.choice(troubles))
        try:
            await asyncio.sleep(draw.uniform(0.1, 0.4))
        finally:
            trouble.remove()


async def _outage(ground: Playground, seconds: float) -> None:
    outage = await ground.discord.begin_outage()
    try:
        await asyncio.sleep(seconds)
    finally:
        ground.discord.end_outage(outage)
