"""Slash commands while webhooks come as fast as the bot takes them, against the same bot with nothing to do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median
from urllib.parse import urlsplit

from benchmarks.figures import PAIRS, Figure, percentile
from benchmarks.processes import report
from sandbox.discord.model import User
from sandbox.playground import Playground
from sandbox.soak.world import Team, teams

COMMANDS = 100
PAUSE_SECONDS = 0.01
CONNECTIONS = 128
LONG_ENOUGH_SECONDS = 6
WARM_SECONDS = 1
ANSWER_SECONDS = 15


async def flood() -> list[Figure]:
    """Milliseconds to a command's first reply: the 99th of a hundred in the flood, less the 99th of those before it."""
    added, rates = [], []
    async with teams(1) as (ground, (team,)):
        # No place: each event is stored, routed and done with, and Discord's own limit slows nothing down.
        await (await ground.discord.slash(team.owner, team.channel, "alerts off", channel=team.channel)).wait(15)
        people = [ground.discord.add_user(f"person {number}") for number in range(COMMANDS)]
        await _slowest(ground, people)
        for _ in range(PAIRS):
            idle = await _slowest(ground, people)
            async with _flooded(ground, team) as load:
                added.append(await _slowest(ground, people) - idle)
            rates.append((await load)["rate"])
    note = f"{median(rates):.0f} webhooks/s, {min(added):.1f} to {max(added):.1f} ms, n={PAIRS}"
    name = "A command's first reply in a flood, over idle: p99"
    return [Figure(name, median(added), 10, is_at_most=True, unit=" ms", note=note)]


@asynccontextmanager
async def _flooded(ground: Playground, team: Team) -> AsyncIterator["asyncio.Task[dict[str, float]]"]:
    """Webhooks of the team's creator over many connections at once; the task tells how fast they were taken."""
    port, creator = str(urlsplit(ground.webhook_url).port), ground.fanvue.world.account(team.handle).uuid
    load = asyncio.create_task(report("load", port, str(CONNECTIONS), str(LONG_ENOUGH_SECONDS), creator))
    await asyncio.sleep(WARM_SECONDS)
    yield load
    if load.done():
        raise RuntimeError("the flood was over before the commands were")
    if (await load)["bad"]:
        raise RuntimeError("not every webhook was accepted")


async def _slowest(ground: Playground, people: Sequence[User]) -> float:
    """The 99th of a hundred: each of these asks once, one after the other."""
    took = []
    for person in people:
        asked = await ground.discord.slash(person, None, "help")
        await asked.wait_acknowledged(ANSWER_SECONDS)
        took.append(((asked.acknowledged_seconds or 0) - asked.sent_seconds) * 1000)
        await asyncio.sleep(PAUSE_SECONDS)
    return percentile(took, 0.99)
