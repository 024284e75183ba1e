"""The soak's people: a few creators, each with a DM and a team channel that get their cards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sandbox.discord.model import Channel, User
from sandbox.playground import Playground, playground
from sandbox.story import link_in

HANDLES = ("lunavale", "mikasol", "theodrake")


@dataclass(frozen=True, slots=True)
class Team:
    """A creator at Fanvue, the same person in Discord, and the team's channel."""

    handle: str
    owner: User
    channel: Channel


@asynccontextmanager
async def teams(
    count: int = len(HANDLES), *, database_url: str | None = None
) -> AsyncIterator[tuple[Playground, list[Team]]]:
    """The bot running, with so many creators."""
    async with playground(database_url=database_url) as ground:
        yield ground, await settled(ground, count)


async def settled(ground: Playground, count: int = len(HANDLES)) -> list[Team]:
    """The bot started, so many creators connected, their alerts going to DM and channel."""
    found = [_team(ground, handle) for handle in HANDLES[:count]]
    await ground.bot.start()
    await ground.discord.wait_ready()
    for team in found:
        await _connect(ground, team)
    return found


def _team(ground: Playground, handle: str) -> Team:
    owner = ground.discord.add_user(f"{handle}_owner")
    guild = ground.discord.add_guild(f"Team {handle}", owner)
    return Team(handle, owner, ground.discord.add_channel(guild, "desk", nsfw=True))


async def _connect(ground: Playground, team: Team) -> None:
    asked = await (await ground.discord.slash(team.owner, None, "connect")).wait(15)
    page = await ground.browser.connect(link_in(asked), team.handle)
    if page.status != 200:
        raise RuntimeError(f"connecting {team.handle} ended with {page.status}")
    answer = await (await ground.discord.slash(team.owner, team.channel, "alerts channel", channel=team.channel)).wait(
        15
    )
    if "everything" not in answer.text:
        raise RuntimeError(f"the channel is not set: {answer.text[:200]}")
