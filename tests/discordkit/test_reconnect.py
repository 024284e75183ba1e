"""A bot that Discord turns away, at its start or later, is there again once Discord is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.discordkit.client import Cog, DiscordClient, reconnect
from bot.discordkit.client.reconnect import TokenRefusedError, keep_running, stay_logged_in
from bot.discordkit.throttle import Throttle
from sandbox.discord import StandInDiscord
from sandbox.discord.launch import pointed_at

TOKEN = "bot-token"


class Greeting(Cog):
    """One command."""

    @app_commands.command(description="Says hello.")
    async def hello(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Hello")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnect, "FIRST_SECONDS", 0.01)


@pytest.fixture
async def standin() -> AsyncIterator[StandInDiscord]:
    async with StandInDiscord(bot_token=TOKEN) as standin:
        with pointed_at(standin):
            yield standin


@asynccontextmanager
async def kept(task: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def answers(standin: StandInDiscord) -> str:
    """What somebody reads who asks now."""
    lead = standin.add_user("lead")
    channel = standin.add_channel(standin.add_guild("Team", lead), "team")
    asked = await standin.slash(lead, channel, "hello")
    return str((await asked.wait()).text)


@pytest.fixture
def client() -> DiscordClient:
    client = DiscordClient()
    nothing: Any = None
    client.equip(nothing, nothing, Throttle())
    client.load([Greeting()])
    return client


async def test_a_bot_that_starts_while_discord_is_away_comes_once_it_is_back(
    standin: StandInDiscord, client: DiscordClient
) -> None:
    outage = await standin.begin_outage()
    async with kept(asyncio.create_task(keep_running(client, TOKEN))):
        await standin.wait_for(lambda: len([call for call in standin.calls if call.path.endswith("/@me")]) > 1)
        standin.end_outage(outage)
        await standin.wait_for(lambda: standin.connected)
        assert await answers(standin) == "Hello"


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_first_connection_that_breaks_is_made_anew(
    standin: StandInDiscord, client: DiscordClient, times: int
) -> None:
    standin._gateway.is_refusing = True
    async with kept(asyncio.create_task(keep_running(client, TOKEN))):
        await standin.wait_for(lambda: len([call for call in standin.calls if call.path == "/users/@me"]) > times)
        standin._gateway.is_refusing = False
        await standin.wait_for(lambda: standin.connected)
        assert await answers(standin) == "Hello"


@pytest.mark.parametrize("code", [4000, 4004, 4010, 4013, 1000, None])
async def test_however_discord_closes_a_connection_the_bot_comes_back(
    standin: StandInDiscord, client: DiscordClient, code: int | None
) -> None:
    async with kept(asyncio.create_task(keep_running(client, TOKEN))):
        await standin.wait_for(lambda: standin.connected)
        before = standin.identified + standin.resumed
        await standin.drop_gateway(code)
        await standin.wait_for(lambda: standin.identified + standin.resumed > before and standin.connected)
        assert await answers(standin) == "Hello"


async def test_a_process_that_only_sends_logs_in_once_discord_is_back(
    standin: StandInDiscord, client: DiscordClient
) -> None:
    luna = standin.add_user("luna")
    channel = standin.add_channel(standin.add_guild("Team", luna), "team")
    outage = await standin.begin_outage()
    async with kept(asyncio.create_task(stay_logged_in(client, TOKEN))):
        await standin.wait_for(lambda: len(standin.calls) > 1)
        standin.end_outage(outage)
        await standin.wait_for(lambda: client.user is not None)
        await client.get_partial_messageable(channel.id).send("Hello")
    assert [message.content for message in standin.messages(channel)] == ["Hello"]


async def test_a_process_that_only_sends_ends_once_its_token_is_not_valid_any_more(
    standin: StandInDiscord, client: DiscordClient
) -> None:
    sending = asyncio.create_task(stay_logged_in(client, TOKEN))
    async with kept(sending):
        await standin.wait_for(lambda: client.user is not None)
        standin.fail("*", "*", status=401, times=None)
        for _ in range(50):
            with suppress(discord.HTTPException):
                await client.fetch_channel(1)
        with pytest.raises(TokenRefusedError):
            await asyncio.wait_for(sending, 5)
        assert standin.invalid_requests < 10


async def test_a_process_that_only_sends_outlives_a_refusal_that_was_none(
    standin: StandInDiscord, client: DiscordClient
) -> None:
    luna = standin.add_user("luna")
    channel = standin.add_channel(standin.add_guild("Team", luna), "team")
    async with kept(asyncio.create_task(stay_logged_in(client, TOKEN))):
        await standin.wait_for(lambda: client.user is not None)
        standin.fail("POST", "/channels/*/messages", status=401)
        logins = len([call for call in standin.calls if call.path == "/users/@me"])
        with pytest.raises(discord.HTTPException):
            await client.get_partial_messageable(channel.id).send("Hello")
        await standin.wait_for(lambda: len([call for call in standin.calls if call.path == "/users/@me"]) > logins)
        await standin.wait_for(lambda: client.user is not None and not client.is_closed())
        await client.get_partial_messageable(channel.id).send("Hello")
    assert [message.content for message in standin.messages(channel)] == ["Hello"]


@pytest.mark.parametrize("start", [keep_running, stay_logged_in])
async def test_a_token_that_discord_refuses_ends_it(
    standin: StandInDiscord, client: DiscordClient, start: type[object]
) -> None:
    with pytest.raises(TokenRefusedError):
        await start(client, "another")  # type: ignore[misc,call-arg]
