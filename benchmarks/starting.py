"""From the start of the process to IDENTIFY and to ready, and what it holds when idle, against bare discord.py.

Ready means that commands are answered: bare, that READY was sent to a bot whose commands Discord has; ours, that
``/health/ready`` says so. Both run as an operator has them installed.
"""

import asyncio
import time

from benchmarks.bare import bare_bot
from benchmarks.figures import PAIRS, Figure, paired
from benchmarks.processes import resident_mib
from sandbox.discord import StandInDiscord
from sandbox.playground import Playground, playground

IDLE_SECONDS = 0.6
GOAL = 1.5


async def starting() -> list[Figure]:
    """Each start on a database that is up to date and follows a start that came through."""
    async with playground(launcher="benchmarks.as_installed") as ground, StandInDiscord() as other:
        await ground.bot.start()
        await ground.bot.stop()
        bare, ours = [], []
        for _ in range(PAIRS):
            bare.append(await _bare(other))
            ours.append(await _ours(ground))
    goals = (
        ("cold start to IDENTIFY", 1.5, " s"),
        ("cold start to ready", 1.5, " s"),
        ("memory when idle", 1.5, " MiB"),
    )
    return [
        paired(name, [one[at] for one in ours], [one[at] for one in bare], goal, is_at_most=True, unit=unit)
        for at, (name, goal, unit) in enumerate(goals)
    ]


async def _ours(ground: Playground) -> tuple[float, float, float]:
    before, started = ground.discord.identified, time.perf_counter()
    start = asyncio.create_task(ground.bot.start())
    await ground.discord.wait_for(lambda: ground.discord.identified > before, 20)
    identified = time.perf_counter() - started
    await start
    ready = time.perf_counter() - started
    await asyncio.sleep(IDLE_SECONDS)
    held = resident_mib(ground.bot.pid)
    await ground.bot.stop()
    return identified, ready, held


async def _bare(discord: StandInDiscord) -> tuple[float, float, float]:
    before, started = discord.identified, time.perf_counter()
    async with bare_bot(discord) as process:
        await discord.wait_for(lambda: discord.identified > before, 20)
        identified = time.perf_counter() - started
        await discord.wait_for(lambda: discord.connected, 20)
        ready = time.perf_counter() - started
        await asyncio.sleep(IDLE_SECONDS)
        return identified, ready, resident_mib(process.pid)
