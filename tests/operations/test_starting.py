"""A start that follows a good one calls Discord at once; one that fails again and again does not."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from examined import installed

from sandbox.discord.model import Channel, User
from sandbox.playground import Playground
from sandbox.process import BotProcess
from tests.forked import Command, ForkedBot

OTHER_KEY = "b2" * 21 + "A="
HANGS_SECONDS = 60
"""No bound for a start: whatever is not there by then never comes, however busy the machine is."""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(empty_database: Path) -> AsyncIterator[Playground]:
    """Shared; each test leaves its bot running."""
    async with installed(empty_database) as made:
        made.discord.interactions.first_answer_seconds = HANGS_SECONDS
        await made.bot.start()
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def ground(installation: Playground) -> Playground:
    """An installation whose last start came through; a second bot on it takes the mark of that away."""
    if not mark(installation).exists():
        await installation.bot.stop()
        await installation.bot.start()
        await marked(installation)
    return installation


async def marked(ground: Playground) -> None:
    """Returns once the start has put its mark, just after it is ready."""
    async with asyncio.timeout(HANGS_SECONDS):
        while not mark(ground).exists():
            await asyncio.sleep(0.01)


def mark(ground: Playground) -> Path:
    return ground.folder / "fanvue.db.started"


def another(ground: Playground, process: type[BotProcess] = ForkedBot, **changes: object) -> BotProcess:
    """A second process on the same installation."""
    discord = ground.discord
    values = ground.bot._values | changes
    return process(values, rest=discord.api_url, gateway=discord.gateway_url, log=ground.folder / "other.log")


def loading(ground: Playground, **changes: object) -> BotProcess:
    """One that has everything to load still."""
    return another(ground, BotProcess, **changes)


def has_child(process: Command) -> bool:
    return any(path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/children"))


def place(ground: Playground) -> tuple[User, Channel]:
    owner = ground.discord.add_user("luna")
    return owner, ground.discord.add_channel(ground.discord.add_guild("Team", owner), "desk")


async def test_a_start_that_came_through_leaves_its_mark_for_the_next(ground: Playground) -> None:
    assert mark(ground).stat().st_mode & 0o777 == 0o600
    await ground.bot.stop()
    assert mark(ground).exists()
    await ground.bot.start()


async def test_a_command_that_comes_before_everything_is_loaded_is_answered(ground: Playground) -> None:
    await ground.bot.stop()
    before = ground.discord.identified
    owner, desk = place(ground)
    anew = loading(ground)
    start = asyncio.create_task(anew.start())
    try:
        discord = ground.discord
        await discord.wait_for(lambda: discord.identified > before and discord.connected, HANGS_SECONDS)
        asked = await discord.slash(owner, desk, "help")
        assert (await asked.wait(HANGS_SECONDS)).text
        await start
    finally:
        await anew.stop()
    await ground.bot.start()


async def test_a_start_that_fails_again_and_again_logs_in_once_at_most(ground: Playground) -> None:
    await ground.bot.stop()
    before = ground.discord.identified
    for _ in range(3):
        with pytest.raises(RuntimeError, match="lacks the key"):
            await loading(ground, token_keys=OTHER_KEY).start()
    assert ground.discord.identified - before <= 1
    assert not mark(ground).exists()
    await ground.bot.start()
    await marked(ground)


async def test_a_stop_in_order_says_so(ground: Playground) -> None:
    await ground.bot.stop()
    talkative = another(ground, log_level="INFO")
    await talkative.start()
    assert await talkative.stop() == 0
    assert "event=stopped" in talkative.last_lines()
    await ground.bot.start()


async def test_asked_again_and_again_to_stop_it_still_stops_in_order(ground: Playground) -> None:
    await ground.bot.stop()
    talkative = another(ground, log_level="INFO")
    await talkative.start()
    stop = asyncio.create_task(talkative.stop())
    while not stop.done():
        with suppress(LookupError, ProcessLookupError):
            os.kill(talkative.pid, signal.SIGTERM)
        await asyncio.sleep(0.001)
    assert await stop == 0
    assert "event=stopped" in talkative.last_lines()
    await ground.bot.start()


async def test_a_second_bot_on_the_file_ends_and_the_first_goes_on_answering(ground: Playground) -> None:
    second = another(ground, public_url="http://127.0.0.1:9")
    with pytest.raises(RuntimeError, match="already runs"):
        await second.start()
    owner, desk = place(ground)
    assert (await (await ground.discord.slash(owner, desk, "help")).wait(HANGS_SECONDS)).text


async def test_it_is_ready_only_while_discord_is_there(ground: Playground) -> None:
    async def becomes(status: int) -> None:
        async with aiohttp.ClientSession() as session, asyncio.timeout(HANGS_SECONDS):
            while (await session.get(f"{ground.bot.origin}/health/ready")).status != status:
                await asyncio.sleep(0.02)

    await becomes(200)
    outage = await ground.discord.begin_outage()
    await becomes(503)
    ground.discord.end_outage(outage)
    await becomes(200)


async def test_a_command_that_is_stopped_does_not_end_as_if_it_were_done(ground: Playground) -> None:
    """A migration whose child waits for its turn."""
    folder = ground.folder / "another"
    folder.mkdir()
    values = ground.bot._environment() | {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/fanvue.db"}
    with closing(sqlite3.connect(folder / "fanvue.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        command = Command(["bot", "migrate"], folder, values)
        async with asyncio.timeout(HANGS_SECONDS):
            while not has_child(command):
                await asyncio.sleep(0.001)
            command.send_signal(signal.SIGTERM)
            ended = await command.ended()
    assert (ended.returncode, ended.stderr.strip()) == (1, "It was stopped before its end: run it again.")
