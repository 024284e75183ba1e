"""The whole bot in this process, on the stand-in Discord and the sandbox's Fanvue, for tests of stumbling."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.app import App, Role, open_app
from bot.charts.studio import ChartStudio
from bot.discordkit.client.reconnect import keep_running
from bot.settings import Settings, load
from sandbox.discord import Channel, Message, StandInDiscord, User
from sandbox.discord.interactions import Interaction
from sandbox.discord.launch import pointed_at
from sandbox.fanvue import SandboxFanvue
from sandbox.story import labels, link_in
from sandbox.visitor import Visitor
from sandbox.world import free_port, settings_for

CREATOR = "lunavale"
GOODBYE_SECONDS = 1


@dataclass
class Wired:
    """Luna, connected as lunavale, in her team's channel, where cards come to."""

    app: App
    discord: StandInDiscord
    fanvue: SandboxFanvue
    luna: User
    channel: Channel
    running: asyncio.Task[None]
    database: Path
    begin: Callable[[], Awaitable[tuple[App, asyncio.Task[None]]]]

    @property
    def fan(self) -> str:
        """The handle of a fan with a chat, who can be written to."""
        desk = self.fanvue.world.desk(self.fanvue.world.account(CREATOR))
        return next(chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable)

    def sent(self, words: str) -> int:
        """How often the fan got this."""
        return sum(message.text == words for message in self.fanvue.messages(CREATOR, self.fan))

    def said(self) -> str:
        """Everything Luna sees in the channel, what is for her alone included."""
        return "\n".join(one.text for one in self.discord.messages(self.channel, seen_by=self.luna))

    def dms(self) -> list[Message]:
        """Her direct messages."""
        dm = self.discord.dm(self.luna)
        return self.discord.messages(dm) if dm else []

    async def slash(self, command: str, **options: object) -> Interaction:
        return await self.discord.slash(self.luna, self.channel, command, **options)

    async def card(self, words: str = "Are you there?") -> Message:
        """The fan writes; the card in the channel."""
        await (await self.slash("alerts channel", channel=self.channel)).wait()
        await self.fanvue.fan_writes(CREATOR, self.fan, words)
        return await self.discord.wait_for(lambda: next(iter(self.cards()), None))

    def cards(self) -> list[Message]:
        return [one for one in self.discord.messages(self.channel) if "Reply" in labels(one)]

    async def box(self, card: Message) -> Interaction:
        """The form behind the card's Reply button."""
        pressed = await self.discord.click(self.luna, card, "Reply")
        return await pressed.wait()

    async def stop(self) -> None:
        """As SIGTERM does."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def start(self) -> None:
        """Anew, after a stop, as another process."""
        self.app, self.running = await self.begin()
        await self.discord.wait_for(self.app.client.is_ready)


@asynccontextmanager
async def wired(folder: Path, template: Path, studio: ChartStudio) -> AsyncIterator[Wired]:
    """Everything runs; ``template`` is a migrated database to begin with."""
    shutil.copy(template, folder / "fanvue.db")
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(StandInDiscord())
        stack.enter_context(pointed_at(discord))
        port = free_port()
        fanvue = await stack.enter_async_context(SandboxFanvue.facing(f"http://127.0.0.1:{port}"))
        values = settings_for(folder, web_port=port, metrics_port=free_port(), fanvue_origin=fanvue.auth_url)

        async def begin() -> tuple[App, asyncio.Task[None]]:
            made: asyncio.Future[App] = asyncio.get_running_loop().create_future()
            running = asyncio.create_task(_run(load(**values), studio, made))
            return await made, running

        app, running = await begin()
        luna = discord.add_user("luna")
        channel = discord.add_channel(discord.add_guild("Team", luna), "desk", nsfw=True)
        world = Wired(app, discord, fanvue, luna, channel, running, folder / "fanvue.db", begin)
        stack.push_async_callback(world.stop)
        await discord.wait_ready()
        browser = await stack.enter_async_context(Visitor())
        asked = await (await discord.slash(luna, None, "connect")).wait()
        assert (await browser.connect(link_in(asked), CREATOR)).status == 200
        await app.client.wait_until_ready()
        yield world


async def _run(settings: Settings, studio: ChartStudio, made: asyncio.Future[App]) -> None:
    """As ``python -m bot run`` does, from the first to the last."""
    async with open_app(settings, studio=studio) as app:
        made.set_result(app)
        await app.serve(Role.ALL, partial(keep_running, goodbye_seconds=GOODBYE_SECONDS))
