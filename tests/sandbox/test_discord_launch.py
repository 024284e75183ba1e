"""A bot in a process of its own, pointed at the stand-in from outside and killed without warning."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.discord import StandInDiscord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BOT = """
import sys
import discord

class Echo(discord.Client):
    async def on_ready(self):
        print("ready", __name__, sys.argv[1:], flush=True)

    async def on_message(self, message):
        if message.author != self.user:
            await message.channel.send(f"heard {message.content}", nonce=str(message.id))

if __name__ == "__main__":
    Echo(intents=discord.Intents(guilds=True, dm_messages=True), guild_ready_timeout=0).run("t", log_handler=None)
"""
REPOSITORY = Path(__file__).parents[2]


@asynccontextmanager
async def launched(standin: StandInDiscord, folder: Path, *, by_environment: bool) -> "AsyncIterator[Process]":
    """The echo bot as `python -m echo_bot one two` would run it."""
    addresses = ["--rest", standin.api_url, "--gateway", standin.gateway_url]
    variables = {"SANDBOX_DISCORD_REST": standin.api_url, "SANDBOX_DISCORD_GATEWAY": standin.gateway_url}
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)} | (variables if by_environment else {})
    arguments = [
        "-m",
        "sandbox.discord.launch",
        *([] if by_environment else addresses),
        "--",
        "echo_bot",
        "one",
        "--two",
    ]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=folder, env=environment, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_killed_bot_starts_again_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "echo_bot.py").write_text(BOT)
    async with StandInDiscord() as standin:
        fan = standin.add_user("fan")
        standin.add_guild("Team", fan)
        for run, by_environment in enumerate((False, True), start=1):
            async with launched(standin, tmp_path, by_environment=by_environment) as process:
                await standin.wait_ready()
                assert process.stdout is not None
                assert await process.stdout.readline() == b"ready __main__ ['one', '--two']\n"
                await standin.say(fan, None, f"{run}")
                place = standin.dm(fan)
                assert place is not None
                await standin.wait_for(lambda: len(standin.messages(place)) == 2 * run)  # noqa: B023 - used at once
                process.send_signal(signal.SIGKILL)
                await standin.wait_for(lambda: not standin.connected)
        assert [message.content for message in standin.messages(place)] == ["1", "heard 1", "2", "heard 2"]
        assert standin.identified == 2
        assert standin.unknown_routes == []


async def test_missing_addresses_are_named(tmp_path: Path) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SANDBOX_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.discord.launch", "--", "this", cwd=REPOSITORY, env=clean, stderr=PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode == 2
    assert b"SANDBOX_DISCORD_REST" in complaint
