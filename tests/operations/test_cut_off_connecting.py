"""Killed while somebody comes back from Fanvue: what they allowed there is nobody's here, and they are told so."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from examined import installed

from sandbox.discord.model import Message, User
from sandbox.fanvue import walk_consent
from sandbox.playground import Playground
from sandbox.records import rows
from sandbox.story import CREATOR, labels, link_in

UNTOLD = "SELECT owner FROM link_attempts WHERE sealed_verifier IS NOT NULL"


@pytest.fixture
async def ground(empty_database: Path) -> AsyncIterator[Playground]:
    async with installed(empty_database) as made:
        await made.bot.start()
        yield made


async def asked_for_a_link(ground: Playground, owner: User) -> str:
    desk = ground.discord.add_channel(ground.discord.add_guild("Team", owner), "desk")
    return link_in(await (await ground.discord.slash(owner, desk, "connect")).wait(15))


async def killed_on_the_way_back(ground: Playground, link: str) -> None:
    """Fanvue has given its tokens, and is being asked whose they are."""
    fault = ground.fanvue.faults.add("getCurrentUser", "hang")
    back = await walk_consent(await ground.browser.leave(link), CREATOR)
    visit = asyncio.create_task(ground.browser.get(back))
    await asyncio.wait_for(fault.struck.wait(), 15)
    await ground.bot.kill()
    ground.fanvue.faults.clear()
    with pytest.raises(aiohttp.ClientError):
        await visit


def some_minutes_pass(ground: Playground) -> None:
    with closing(sqlite3.connect(ground.folder / "fanvue.db", isolation_level=None)) as database:
        earlier = "strftime('%Y-%m-%d %H:%M:%f000', returned_at, '-3 minutes')"
        database.execute(f"UPDATE link_attempts SET returned_at = {earlier}")


def told(ground: Playground, owner: User) -> list[Message]:
    channel = ground.discord.dm(owner)
    found = ground.discord.messages(channel) if channel else []
    return [one for one in found if "cut off" in one.embeds[0]["title"]]


async def test_a_kill_between_the_tokens_and_their_keeping_is_told_once(ground: Playground) -> None:
    owner = ground.discord.add_user("luna")
    await killed_on_the_way_back(ground, await asked_for_a_link(ground, owner))
    assert ground.fanvue.oauth.live_grants(CREATOR) == 1
    some_minutes_pass(ground)
    for _ in range(2):
        await ground.bot.start()
        await ground.discord.wait_for(lambda: told(ground, owner), 15)
        while await rows(ground.database_url, UNTOLD):
            await asyncio.sleep(0.02)
        await ground.bot.stop()
    (message,) = told(ground, owner)
    assert "may still be listed at Fanvue" in message.embeds[0]["description"]
    assert labels(message) == ["Connect again"]
