"""A backup restored a week later: every refresh token in it is spent, and Fanvue takes its return for theft."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from examined import installed

from sandbox.discord.model import Message
from sandbox.playground import Playground
from sandbox.process import ROOT
from sandbox.records import rows
from sandbox.soak.world import Team, settled
from sandbox.story import labels
from tests.forked import run

ACTS = 4


async def command(ground: Playground, *arguments: str) -> str:
    """What ``python -m bot`` prints; it has to end well."""
    ended = await run(["bot", *arguments], ROOT, ground.bot._environment())
    assert ended.returncode == 0, ended
    return ended.stdout


async def act(ground: Playground, team: Team) -> str:
    """The owner asks for their earnings, which needs a token that works."""
    asked = await ground.discord.slash(team.owner, team.channel, "insights earnings", period="7d")
    return (await asked.wait(15)).text


def expire(ground: Playground, people: list[Team]) -> None:
    for team in people:
        ground.fanvue.oauth.expire_access(team.handle)


def cards(ground: Playground, team: Team) -> list[Message]:
    """The messages that ask the owner to connect again."""
    channel = ground.discord.dm(team.owner)
    found = ground.discord.messages(channel) if channel else []
    return [one for one in found if "Reconnect" in labels(one)]


@asynccontextmanager
async def restored(database: Path, folder: Path) -> AsyncIterator[tuple[Playground, list[Team], str]]:
    """Three creators; a backup, a week of refreshes, the backup restored, the bot running; and what was said."""
    async with installed(database) as ground:
        people = await settled(ground)
        await command(ground, "backup", str(folder / "old.db"))
        expire(ground, people)
        for team in people:
            assert "$" in await act(ground, team)
        for row in ground.fanvue.oauth._refresh.values():
            if row.used_at is not None:
                row.used_at -= timedelta(days=7)
        expire(ground, people)
        await ground.bot.stop()
        said = await command(ground, "restore", str(folder / "old.db"))
        await ground.bot.start()
        await ground.discord.wait_ready()
        yield ground, people, said


async def test_a_week_old_backup_ends_in_one_reconnect_card_each_and_no_storm(
    empty_database: Path, tmp_path: Path
) -> None:
    async with restored(empty_database, tmp_path) as (ground, people, said):
        assert "one card to connect again" in said
        asked_before = ground.fanvue.oauth.token_requests
        await asyncio.gather(*(act(ground, team) for team in people for _ in range(ACTS)))
        await ground.discord.wait_for(lambda: all(cards(ground, team) for team in people))
        for team in people:
            await act(ground, team)
        assert [len(cards(ground, team)) for team in people] == [1, 1, 1]
        assert ground.fanvue.oauth.token_requests - asked_before <= len(people)
        statuses = await rows(ground.database_url, "SELECT handle, status FROM connections ORDER BY handle")
        assert [status for _, status in statuses] == ["dead", "dead", "dead"]
