"""From the webhook written to the request that reaches Discord, idle system, against the prototype.

Beside it the floor: what the libraries that the bot is fixed to take alone.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import aiohttp

from benchmarks.bodies import PATH
from benchmarks.figures import PAIRS, Figure, paired, percentile
from benchmarks.processes import server
from sandbox.discord import StandInDiscord
from sandbox.soak.deliveries import Courier, Happening
from sandbox.soak.world import teams

EVENTS = 20
PAUSE_SECONDS = 0.03
ARRIVAL_SECONDS = 10


async def delivery() -> list[Figure]:
    """One card to one DM for each event, one event at a time."""
    draw = Random(1)
    async with teams(1) as (ground, (team,)), aiohttp.ClientSession() as session:
        await (await ground.discord.slash(team.owner, team.channel, "alerts off", channel=team.channel)).wait(15)
        creator = ground.fanvue.world.account(team.handle)
        place = (ground.discord.api_url, str(team.channel.id))
        async with server("prototype_delivery", *place) as port, server("floor_delivery", *place) as floor_port:
            prototype, floor = (Courier(session, f"http://127.0.0.1:{one}{PATH}") for one in (port, floor_port))
            ours = Courier(session, ground.webhook_url)
            numbers = iter(range(10**6))

            async def latencies(courier: Courier) -> list[float]:
                found = []
                for _ in range(EVENTS):
                    happening = Happening.made_up(f"Fan {next(numbers):06}", creator, draw)
                    happening.kind, happening.message.sent_at = "message", datetime.now(UTC)
                    found.append(await _latency(courier, ground.discord, happening))
                    await asyncio.sleep(PAUSE_SECONDS)
                return found

            for courier in (ours, prototype, floor):
                await latencies(courier)
            rounds = [(await latencies(ours), await latencies(prototype), await latencies(floor)) for _ in range(PAIRS)]
    mine, theirs, least = zip(*rounds, strict=True)
    return [
        *_figures("webhook to Discord's request", mine, theirs),
        *_figures("floor of the libraries: webhook to request", least, theirs),
    ]


def _figures(what: str, subject: Sequence[list[float]], baseline: Sequence[list[float]]) -> list[Figure]:
    return [
        paired(
            f"{what}: {name}",
            [percentile(found, share) for found in subject],
            [percentile(found, share) for found in baseline],
            goal,
            is_at_most=True,
            unit=" ms",
        )
        for name, share, goal in (("p50", 0.5, 1.3), ("p99", 0.99, 2.0))
    ]


async def _latency(courier: Courier, discord: StandInDiscord, happening: Happening) -> float:
    """Milliseconds from writing the webhook to the arrival of the message at Discord."""
    first = len(discord.calls)
    delivery = happening.report("creator")
    started = time.monotonic()
    sent = asyncio.create_task(courier.deliver(delivery))
    arrived = await discord.wait_for(lambda: _arrival(discord, first, happening.name), ARRIVAL_SECONDS)
    await sent
    return (arrived - started) * 1000


def _arrival(discord: StandInDiscord, first: int, name: str) -> float:
    for call in discord.calls[first:]:
        if call.method == "POST" and call.path.endswith("/messages") and name in str(call.json):
            return call.arrived_seconds
    return 0.0
