"""What our Fanvue client costs over bare httpx on the same transport, in CPU time a call."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import repeat

import httpx
from httpx_aiohttp import AiohttpTransport

from benchmarks.figures import PAIRS, Figure, paired
from benchmarks.processes import server
from bot.domain.clock import SystemClock
from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.limits import Priority

CALLS = 400
TOKEN = "ory_at_" + "x" * 1400


async def client() -> list[Figure]:
    """At one and at 32 in flight."""
    figures = []
    async with server("json_server") as port:
        address = f"http://127.0.0.1:{port}"
        ours = FanvueClient(address, clock=SystemClock())
        async with httpx.AsyncClient(transport=AiohttpTransport()) as bare:
            headers = {"Authorization": f"Bearer {TOKEN}", "X-Fanvue-API-Version": "2025-06-26"}

            async def our_call() -> object:
                return await ours.send(
                    users.current_user(), TOKEN, bucket="b", priority=Priority.INTERACTIVE, deadline_seconds=10
                )

            async def bare_call() -> object:
                return (await bare.get(f"{address}/users/me", headers=headers)).json()

            for in_flight in (1, 32):
                await _cpu(our_call, in_flight)
                await _cpu(bare_call, in_flight)
                pairs = [(await _cpu(our_call, in_flight), await _cpu(bare_call, in_flight)) for _ in range(PAIRS)]
                mine, theirs = [a for a, _ in pairs], [b for _, b in pairs]
                name = f"Fanvue client, CPU a call, {in_flight} in flight"
                figures.append(paired(name, mine, theirs, 1.35, is_at_most=True, unit=" ms"))
        await ours.aclose()
    return figures


async def _cpu(call: Callable[[], Awaitable[object]], in_flight: int) -> float:
    """Milliseconds of CPU a call takes."""
    left = iter(repeat(None, CALLS))

    async def one_after_another() -> None:
        for _ in left:
            await call()

    started = time.process_time()
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return (time.process_time() - started) * 1000 / CALLS
