"""/insights earnings against bare discord.py's defer and edit.

What is timed ends with the first edit that shows numbers: the whole period's net, gross, sources and best day. What
it is compared with, what was taken back and the picture come by a second edit, which nobody waits for here; each
round begins only when the last one has them. Whoever asks was given the right, so a right is read as well as a
connection. Beside it stands a prototype: the same libraries, and nothing of ours.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from statistics import median

import aiohttp

from benchmarks.bare import bare_bot
from benchmarks.figures import PAIRS, Figure, paired
from benchmarks.processes import resident_mib, server
from bot.storage.database import Database
from bot.storage.schema import creators, rights
from sandbox.discord import StandInDiscord
from sandbox.discord.interactions import Interaction
from sandbox.discord.model import Channel, User
from sandbox.playground import Playground, playground
from sandbox.story import link_in

ROUNDS = 10
MANY = 100
CROWD = 1000
CROWDS = 2
ANSWER_SECONDS = 30
REST_SECONDS = 0.08
OURS, LEAST = "/insights earnings to its numbers", "its libraries and nothing of ours"
FANVUE_SECONDS, DISCORD_SECONDS = 0.08, 0.05
DELAYED_ROUNDS = 3
PAYMENTS, FILE_SECONDS = 100_000, 240


@dataclass(frozen=True, slots=True)
class Side:
    """One bot, on a Discord of its own, and the people who use it, each in turn."""

    discord: StandInDiscord
    place: Channel
    people: Sequence[User]
    ask: Callable[[User], Awaitable[Interaction]]
    is_finished: Callable[[Interaction], bool]
    pid: int = 0

    async def one(self, user: User) -> float:
        """Milliseconds to the first answer of somebody who is alone; returns when all of it is there."""
        started = time.perf_counter()
        asked = await (await self.ask(user)).wait(ANSWER_SECONDS)
        took = (time.perf_counter() - started) * 1000
        await self.discord.wait_for(lambda: self.is_finished(asked), ANSWER_SECONDS)
        return took

    async def many(self, users: Sequence[User]) -> list[float]:
        """Milliseconds to the first answer of each, when all ask at once."""

        async def answered(user: User) -> tuple[Interaction, float]:
            started = time.perf_counter()
            asked = await (await self.ask(user)).wait(ANSWER_SECONDS)
            return asked, (time.perf_counter() - started) * 1000

        found = await asyncio.gather(*(answered(user) for user in users))
        for asked, _ in found:
            await self.discord.wait_for(lambda asked=asked: self.is_finished(asked), ANSWER_SECONDS)
        return [took for _, took in found]


async def insights() -> list[Figure]:
    """One at a time, a hundred at once, a thousand at once, and with slow neighbours."""
    async with server("caching_fanvue", "0") as cache, _sides(cache) as (ours, bare), _least(cache) as least:
        turns = cycle(range(0, CROWD, ROUNDS))
        for side in (ours, least, bare):
            await side.many(side.people[:MANY])
        return [
            await _alone(ours, bare, turns),
            await _alone(least, bare, turns, LEAST),
            await _rested(ours, bare, turns),
            await _rested(least, bare, turns, LEAST),
            await _together(ours, bare),
            await _together(least, bare, LEAST),
            await _crowded(ours),
            await _delayed(ours, bare, turns, cache),
            await _spreadsheet(ours, cache),
        ]


async def _alone(ours: Side, bare: Side, turns: "cycle[int]", whose: str = OURS) -> Figure:
    mine, theirs = [], []
    for _ in range(PAIRS):
        first = next(turns)
        mine.append(median([await ours.one(user) for user in ours.people[first : first + ROUNDS]]))
        theirs.append(median([await bare.one(user) for user in bare.people[first : first + ROUNDS]]))
    return paired(f"{whose}, alone: p50", mine, theirs, 1.5, is_at_most=True, unit=" ms")


async def _rested(ours: Side, bare: Side, turns: "cycle[int]", whose: str = OURS) -> Figure:
    """The same where both have rested before each question, as ours does anyway while the picture is drawn.

    Somebody who is alone meets a process that lay idle: on a busy machine its first milliseconds are twice as long.
    """

    async def asked(side: Side, user: User) -> float:
        await asyncio.sleep(REST_SECONDS)
        return await side.one(user)

    mine, theirs = [], []
    for _ in range(PAIRS):
        first = next(turns)
        mine.append(median([await asked(ours, user) for user in ours.people[first : first + ROUNDS]]))
        theirs.append(median([await asked(bare, user) for user in bare.people[first : first + ROUNDS]]))
    name = f"{whose}, alone, both rested: p50"
    return paired(name, mine, theirs, 1.5, is_at_most=True, unit=" ms")


async def _together(ours: Side, bare: Side, whose: str = OURS) -> Figure:
    mine, theirs = [], []
    for number in range(PAIRS):
        first = number * MANY
        mine.append(median(await ours.many(ours.people[first : first + MANY])))
        theirs.append(median(await bare.many(bare.people[first : first + MANY])))
    name = f"{whose}, {MANY} at once: p50"
    return paired(name, mine, theirs, 1.8, is_at_most=True, unit=" ms")


async def _crowded(ours: Side) -> Figure:
    slowest = []
    for _ in range(CROWDS):
        asked = [await ours.ask(user) for user in ours.people]
        for one in asked:
            await one.wait_acknowledged(ANSWER_SECONDS)
        slowest.append(max((one.acknowledged_seconds or 0) - one.sent_seconds for one in asked))
        for one in asked:
            await ours.discord.wait_for(lambda one=one: ours.is_finished(one), 2 * ANSWER_SECONDS)
    return Figure(
        f"/insights earnings, {CROWD} at once: slowest first reply", max(slowest), 1.5, is_at_most=True, unit=" s",
        note=f"n={CROWDS} times {CROWD}",
    )  # fmt: skip


async def _delayed(ours: Side, bare: Side, turns: "cycle[int]", cache: int) -> Figure:
    """What is added to the longer of the two first waits and the last one, each as it was measured in the same round.

    Bare discord.py's defer and edit are one wait each; Fanvue's is a bare GET.
    """
    ours.discord.slow_down(DISCORD_SECONDS)
    bare.discord.slow_down(DISCORD_SECONDS)
    added, took = [], []
    async with aiohttp.ClientSession() as session:
        await session.post(f"http://127.0.0.1:{cache}/delay", data=str(FANVUE_SECONDS))
        for _ in range(PAIRS):
            people = slice(first := next(turns), first + DELAYED_ROUNDS)
            mine = median([await ours.one(user) for user in ours.people[people]])
            one_wait = median([await bare.one(user) for user in bare.people[people]]) / 2
            fanvue = median([await _summary_milliseconds(session, cache) for _ in range(DELAYED_ROUNDS)])
            added.append(mine - max(one_wait, fanvue) - one_wait)
            took.append(mine)
    return Figure(
        "/insights earnings with slow neighbours, over the least: p50", median(added), 5, is_at_most=True, unit=" ms",
        note=f"{median(took):.0f} ms in all, {min(added):.1f}-{max(added):.1f}, n={PAIRS}",
    )  # fmt: skip


async def _summary_milliseconds(session: aiohttp.ClientSession, cache: int) -> float:
    started = time.perf_counter()
    async with session.get(f"http://127.0.0.1:{cache}/summary") as answer:
        await answer.read()
    return (time.perf_counter() - started) * 1000


async def _spreadsheet(ours: Side, cache: int) -> Figure:
    """What the bot's process holds at most while it makes a file of as many payments as one takes."""
    ours.discord.slow_down(0)
    async with aiohttp.ClientSession() as session:
        await session.post(f"http://127.0.0.1:{cache}/delay", data="0")
        await session.post(f"http://127.0.0.1:{cache}/payments", data=str(PAYMENTS))
    shown = await (await ours.ask(ours.people[0])).wait(ANSWER_SECONDS)
    await ours.discord.wait_for(lambda: ours.is_finished(shown), ANSWER_SECONDS)
    before = most = resident_mib(ours.pid)
    started = time.perf_counter()
    asked = await ours.discord.click(ours.people[0], shown.messages[0], "CSV")
    while not asked.is_answered or "Reading" in asked.text:
        most = max(most, resident_mib(ours.pid))
        if time.perf_counter() - started > FILE_SECONDS:
            raise RuntimeError(f"no file: {asked.text[:200]}")
        await asyncio.sleep(0.05)
    if f"{PAYMENTS:,} rows" not in asked.text or "Cut" in asked.text:
        raise RuntimeError(f"not the whole file: {asked.text[:200]}")
    took = time.perf_counter() - started
    return Figure(
        f"memory for a CSV of {PAYMENTS:,} rows", max(most, resident_mib(ours.pid)) - before, 30, is_at_most=True,
        unit=" MiB", note=f"{took:.0f} s without Fanvue's limit",
    )  # fmt: skip


@asynccontextmanager
async def _sides(cache: int) -> AsyncIterator[tuple[Side, Side]]:
    """Both bots, ready, each with a crowd in a server."""
    async with playground(api_url=f"http://127.0.0.1:{cache}") as ground, StandInDiscord() as other, bare_bot(other):
        async with aiohttp.ClientSession() as session:
            await session.post(f"http://127.0.0.1:{cache}/upstream", data=ground.fanvue.api_url)
        mine, theirs = _crowd(ground.discord), _crowd(other)
        await ground.bot.start()
        await ground.discord.wait_ready()
        await other.wait_ready()
        luna, (place, people) = ground.discord.add_user("luna"), mine
        asked = await (await ground.discord.slash(luna, None, "connect")).wait(ANSWER_SECONDS)
        await ground.browser.connect(link_in(asked), "lunavale")
        await _give_rights(ground, place, luna, people)

        async def earnings(user: User) -> Interaction:
            return await ground.discord.slash(user, place, "insights earnings", period="today")

        async def later(user: User) -> Interaction:
            return await other.slash(user, theirs[0], "later")

        yield (
            Side(ground.discord, place, people, earnings, _is_whole, ground.bot.pid),
            Side(other, *theirs, later, lambda asked: asked.is_answered),
        )


@asynccontextmanager
async def _least(cache: int) -> AsyncIterator[Side]:
    """The prototype: what an answer costs with these libraries before a line of ours."""
    address = f"http://127.0.0.1:{cache}/summary"
    async with StandInDiscord() as discord, bare_bot(discord, "benchmarks.prototype_insights", address):
        people = _crowd(discord)
        await discord.wait_ready()

        async def later(user: User) -> Interaction:
            return await discord.slash(user, people[0], "later")

        yield Side(discord, *people, later, lambda asked: asked.is_answered)


def _is_whole(asked: Interaction) -> bool:
    """Whether nothing is on its way any more; RuntimeError when it is no answer with numbers."""
    if asked.is_answered and "$" not in asked.text:
        raise RuntimeError(f"no numbers: {asked.text[:200]}")
    return asked.is_answered and "on their way" not in asked.text


def _crowd(discord: StandInDiscord) -> tuple[Channel, list[User]]:
    guild = discord.add_guild("Team", discord.add_user("lead"))
    people = [discord.add_user(f"person {number}") for number in range(CROWD)]
    for user in people:
        discord.add_member(guild, user)
    return discord.add_channel(guild, "team"), people


async def _give_rights(ground: Playground, place: Channel, luna: User, people: Sequence[User]) -> None:
    """What /team grant writes, a thousand times."""
    if place.guild is None:
        raise RuntimeError("no server")
    async with Database.open(ground.database_url) as database, database.write() as connection:
        creator = (await connection.execute(creators.select())).one().creator_id
        given = {"creator_id": creator, "capability": "insights", "granted_by": luna.id, "may_pass_on": False}
        given |= {"granted_at": datetime.now(UTC), "guild": place.guild.id}
        await connection.execute(rights.insert(), [given | {"person": user.id} for user in people])
