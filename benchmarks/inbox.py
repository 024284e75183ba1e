"""From a native reply at the gateway to the request at Fanvue, against bare discord.py and httpx doing just that.

In between, ours finds the card, reads the right, writes the reply down and puts its author on the fan.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import aiohttp
from aiohttp import web  # noqa: TID251 - it stands between the bot and the sandbox

from benchmarks.bare import bare_bot
from benchmarks.figures import PAIRS, Figure
from sandbox.discord import StandInDiscord
from sandbox.discord.model import Channel, Message, User
from sandbox.playground import Playground, playground
from sandbox.story import link_in

REPLIES = 20
SETTLE_SECONDS = 10
CREATOR = "lunavale"
BARE_PATH = "/bare"
SKIPPED = {"host", "content-length", "transfer-encoding", "content-encoding", "connection"}


@dataclass(slots=True)
class Watch:
    """Notes when each text arrives; what is meant for the sandbox goes on there."""

    session: aiohttp.ClientSession
    upstream: str = ""
    arrivals: dict[str, float] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_on(self, request: web.Request) -> web.Response:
        """The sandbox's answer, or one for the bare bot."""
        now = time.perf_counter()
        sent: Any = await request.json() if request.can_read_body else {}
        if request.method == "POST" and request.path.endswith(("/message", BARE_PATH)):
            self.arrivals[str(sent.get("text"))] = now
            self.arrived.set()
        if request.path == BARE_PATH:
            return web.json_response({"messageUuid": "1"}, status=201)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in SKIPPED}
        address, body = f"{self.upstream}{request.path_qs}", await request.read()
        async with self.session.request(request.method, address, headers=headers, data=body or None) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in SKIPPED}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def arrival(self, text: str) -> float:
        """When it arrived."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while text not in self.arrivals:
                self.arrived.clear()
                await self.arrived.wait()
        return self.arrivals[text]


@dataclass(frozen=True, slots=True)
class Side:
    """Where somebody replies to a card."""

    discord: StandInDiscord
    person: User
    place: Channel
    card: Message
    watch: Watch

    async def one(self, text: str) -> float:
        """Milliseconds to the request; returns when the reply carries its mark."""
        started = time.perf_counter()
        written = await self.discord.say(self.person, self.place, text, reply_to=self.card)
        took = (await self.watch.arrival(text) - started) * 1000
        await self.discord.wait_for(lambda: bool(written.reactions), SETTLE_SECONDS)
        return took


async def inbox() -> list[Figure]:
    """One reply at a time."""
    async with _sides() as (ours, bare):
        numbers = iter(range(10**6))

        async def half(side: Side) -> float:
            return median([await side.one(f"Reply {next(numbers)}") for _ in range(REPLIES)])

        for side in (ours, bare):
            await half(side)
        pairs = [(await half(ours), await half(bare)) for _ in range(PAIRS)]
    over = [mine - theirs for mine, theirs in pairs]
    note = f"{median(a for a, _ in pairs):.1f} against {median(b for _, b in pairs):.1f} ms, n={PAIRS}"
    return [
        Figure(
            "reply seen to Fanvue's request, over bare: p50", median(over), 15, is_at_most=True, unit=" ms", note=note
        )
    ]


@asynccontextmanager
async def _sides() -> AsyncIterator[tuple[Side, Side]]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        watch, address = await stack.enter_async_context(_watching(Watch(session)))
        ground = await stack.enter_async_context(playground(api_url=f"{address}/api"))
        watch.upstream = ground.fanvue.auth_url
        other = await stack.enter_async_context(StandInDiscord())
        place = other.add_channel(other.add_guild("Bare", somebody := other.add_user("somebody")), "desk")
        await stack.enter_async_context(bare_bot(other, "benchmarks.bare_replies", f"{address}{BARE_PATH}"))
        ours = await _ours(ground, watch)
        asked = await other.wait_for(lambda: other.messages(place), SETTLE_SECONDS)
        yield ours, Side(other, somebody, place, asked[0], watch)


async def _ours(ground: Playground, watch: Watch) -> Side:
    """The bot with a creator, a place for cards, and a card in it."""
    luna = ground.discord.add_user("luna")
    place = ground.discord.add_channel(ground.discord.add_guild("Team", luna), "desk", nsfw=True)
    await ground.bot.start()
    await ground.discord.wait_ready()
    asked = await (await ground.discord.slash(luna, None, "connect")).wait(SETTLE_SECONDS)
    await ground.browser.connect(link_in(asked), CREATOR)
    await (await ground.discord.slash(luna, place, "alerts channel", channel=place)).wait(SETTLE_SECONDS)
    ground.fanvue.rate_limit = 1_000_000
    desk = ground.fanvue.world.desk(ground.fanvue.world.account(CREATOR))
    fan = next(chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable)
    before = ground.discord.messages(place)
    await ground.fanvue.fan_writes(CREATOR, fan, "Are you there?")
    card = await ground.discord.wait_for(lambda: _card(ground.discord, place, before), SETTLE_SECONDS)
    if card is None:
        raise RuntimeError("no card came")
    return Side(ground.discord, luna, place, card, watch)


def _card(discord: StandInDiscord, place: Channel, before: list[Message]) -> Message | None:
    return next((one for one in discord.messages(place) if one.components and one not in before), None)


@asynccontextmanager
async def _watching(watch: Watch) -> AsyncIterator[tuple[Watch, str]]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", watch.pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield watch, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
