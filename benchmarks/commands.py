"""/insights earnings against bare discord.py's defer and edit; Fanvue at next to no delay."""

import asyncio
import time
from statistics import median

import aiohttp

from benchmarks.bare import bare_bot
from benchmarks.figures import PAIRS, Figure, paired
from benchmarks.processes import server
from sandbox.discord import StandInDiscord
from sandbox.discord.model import User
from sandbox.playground import playground
from sandbox.story import link_in

ROUNDS = 6
PAUSE_SECONDS = 0.45
"""One person may do twenty things in ten seconds."""
ANSWER_SECONDS = 15


async def commands() -> list[Figure]:
    """From the interaction to the first answer with numbers, one at a time; the chart comes after it."""
    async with (
        server("caching_fanvue", "0") as cache,
        playground(api_url=f"http://127.0.0.1:{cache}") as ground,
        StandInDiscord() as other,
        bare_bot(other),
    ):
        async with aiohttp.ClientSession() as session:
            await session.post(f"http://127.0.0.1:{cache}/upstream", data=ground.fanvue.api_url)
        luna, somebody = ground.discord.add_user("luna"), other.add_user("somebody")
        other.add_guild("Bare", somebody)
        await ground.bot.start()
        await ground.discord.wait_ready()
        await other.wait_ready()
        asked = await (await ground.discord.slash(luna, None, "connect")).wait(ANSWER_SECONDS)
        await ground.browser.connect(link_in(asked), "lunavale")
        await _insight(ground.discord, luna)
        await _later(other, somebody)
        ours, bare = [], []
        for _ in range(PAIRS):
            ours.append(median([await _insight(ground.discord, luna) for _ in range(ROUNDS)]))
            bare.append(median([await _later(other, somebody) for _ in range(ROUNDS)]))
    return [paired("/insights earnings to its numbers: p50", ours, bare, 1.5, is_at_most=True, unit=" ms")]


async def _insight(discord: StandInDiscord, user: User) -> float:
    started = time.perf_counter()
    asked = await (await discord.slash(user, None, "insights earnings", period="today")).wait(ANSWER_SECONDS)
    took = (time.perf_counter() - started) * 1000
    if "$" not in asked.text:
        raise RuntimeError(f"no numbers: {asked.text[:200]}")
    await discord.wait_for(lambda: any(message.attachments for message in asked.messages), ANSWER_SECONDS)
    await asyncio.sleep(PAUSE_SECONDS)
    return took


async def _later(discord: StandInDiscord, user: User) -> float:
    started = time.perf_counter()
    await (await discord.slash(user, None, "later")).wait(ANSWER_SECONDS)
    return (time.perf_counter() - started) * 1000
