"""From the start of the process to its IDENTIFY, and what it holds when idle, against bare discord.py."""

import asyncio
import time

from benchmarks.bare import bare_bot
from benchmarks.figures import PAIRS, Figure, paired
from benchmarks.processes import resident_mib
from sandbox.discord import StandInDiscord
from sandbox.playground import Playground, playground

IDLE_SECONDS = 1.0


async def starting() -> list[Figure]:
    """Each start on a database that is up to date and follows a start that came through."""
    async with playground() as ground, StandInDiscord() as other:
        await ground.bot.start()
        await ground.bot.stop()
        ours, bare = [], []
        for _ in range(PAIRS):
            bare.append(await _bare(other))
            ours.append(await _ours(ground))
    return [
        paired("cold start to IDENTIFY", [a for a, _ in ours], [a for a, _ in bare], 1.5, is_at_most=True, unit=" s"),
        paired("memory when idle", [b for _, b in ours], [b for _, b in bare], 1.4, is_at_most=True, unit=" MiB"),
    ]


async def _ours(ground: Playground) -> tuple[float, float]:
    before, started = ground.discord.identified, time.perf_counter()
    start = asyncio.create_task(ground.bot.start())
    await ground.discord.wait_for(lambda: ground.discord.identified > before, 20)
    took = time.perf_counter() - started
    await start
    await asyncio.sleep(IDLE_SECONDS)
    held = resident_mib(ground.bot.pid)
    await ground.bot.stop()
    return took, held


async def _bare(discord: StandInDiscord) -> tuple[float, float]:
    before, started = discord.identified, time.perf_counter()
    async with bare_bot(discord) as process:
        await discord.wait_for(lambda: discord.identified > before, 20)
        took = time.perf_counter() - started
        await asyncio.sleep(IDLE_SECONDS)
        return took, resident_mib(process.pid)
