"""The real bot as a process, a stand-in Discord, the sandbox's Fanvue and a browser: the ground of story and soak."""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.discord import StandInDiscord
from sandbox.fanvue import SandboxFanvue
from sandbox.process import BotProcess, BotTeam
from sandbox.visitor import Visitor
from sandbox.world import free_port, settings_for

DISCORD_REQUESTS_PER_SECOND = 50


@dataclass(frozen=True, slots=True)
class Playground:
    """Everything made and listening; the bot is not started yet, and is killed at the end."""

    folder: Path
    database_url: str
    discord: StandInDiscord
    fanvue: SandboxFanvue
    bot: BotProcess | BotTeam
    browser: Visitor

    @property
    def webhook_url(self) -> str:
        """Where the bot takes deliveries."""
        return f"{self.bot.origin}/webhooks/fanvue"


@asynccontextmanager
async def playground(
    *,
    database_url: str | None = None,
    api_path: str = "/api",
    api_url: str | None = None,
    roles: Sequence[str] = ("all",),
    launcher: str = "sandbox.discord.launch",
    process: type[BotProcess] = BotProcess,
) -> AsyncIterator[Playground]:
    """A ground of its own in a folder that goes with it; on SQLite and the unversioned API unless told otherwise."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fanvue-play-")))
        discord = await stack.enter_async_context(StandInDiscord(global_limit_per_second=DISCORD_REQUESTS_PER_SECOND))
        port = free_port()
        fanvue = await stack.enter_async_context(SandboxFanvue.facing(f"http://127.0.0.1:{port}"))
        values = settings_for(folder, web_port=port, metrics_port=free_port(), fanvue_origin=fanvue.auth_url)
        values["fanvue_api_url"] = api_url or f"{fanvue.auth_url}{api_path}"
        if database_url is not None:
            values["database_url"] = database_url
        bots = [
            process(
                values | {"metrics_port": free_port()},
                rest=discord.api_url,
                gateway=discord.gateway_url,
                log=folder / "bot.log",
                role=role,
                launcher=launcher,
            )
            for role in roles
        ]
        bot = bots[0] if len(bots) == 1 else BotTeam(bots)
        browser = await stack.enter_async_context(Visitor())
        stack.push_async_callback(bot.kill)
        yield Playground(folder, str(values["database_url"]), discord, fanvue, bot, browser)
