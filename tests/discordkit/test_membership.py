"""Who is in a server is asked of Discord, and an answer counts for five minutes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.discordkit.membership import RecentMembers
from bot.discordkit.sending.pacer import Pacer
from bot.domain.accounts import DiscordUserId, GuildId
from bot.domain.errors import DiscordDownError
from sandbox.discord import StandInDiscord
from sandbox.discord.launch import pointed_at


class SteppedClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 7, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def standin() -> AsyncIterator[StandInDiscord]:
    async with StandInDiscord() as standin:
        with pointed_at(standin):
            yield standin


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def members(standin: StandInDiscord, clock: SteppedClock) -> AsyncIterator[RecentMembers]:
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login("token")
        yield RecentMembers(client, Pacer(clock, per_second=100_000), clock, patience_seconds=0.3)


def questions(standin: StandInDiscord) -> int:
    return sum("/members/" in call.path for call in standin.calls)


async def test_a_member_is_known_as_one_until_five_minutes_after_they_left(
    standin: StandInDiscord, members: RecentMembers, clock: SteppedClock
) -> None:
    cleo = standin.add_user("cleo")
    guild = standin.add_guild("Team", standin.add_user("luna"))
    standin.add_member(guild, cleo)
    who, where = DiscordUserId(cleo.id), GuildId(guild.id)
    assert await members.is_member(where, who)
    standin.remove_member(guild, cleo)
    clock.at += timedelta(minutes=5)
    assert await members.is_member(where, who)
    assert questions(standin) == 1
    clock.at += timedelta(seconds=1)
    assert not await members.is_member(where, who)
    standin.add_member(guild, cleo)
    clock.at += timedelta(minutes=5, seconds=1)
    assert await members.is_member(where, who)


async def test_a_stranger_and_a_server_without_the_bot_are_no_membership(
    standin: StandInDiscord, members: RecentMembers
) -> None:
    luna, olli = standin.add_user("luna"), standin.add_user("olli")
    guild = standin.add_guild("Team", luna)
    left = standin.add_guild("Left", luna, is_bot_in=False)
    assert not await members.is_member(GuildId(guild.id), DiscordUserId(olli.id))
    assert not await members.is_member(GuildId(left.id), DiscordUserId(luna.id))


async def test_a_discord_that_does_not_answer_is_not_taken_for_a_no_nor_remembered(
    standin: StandInDiscord, members: RecentMembers
) -> None:
    luna = standin.add_user("luna")
    guild = standin.add_guild("Team", luna)
    fault = standin.fail("GET", "/guilds/*/members/*", status=500)
    with pytest.raises(DiscordDownError):
        await members.is_member(GuildId(guild.id), DiscordUserId(luna.id))
    fault.remove()
    assert await members.is_member(GuildId(guild.id), DiscordUserId(luna.id))
