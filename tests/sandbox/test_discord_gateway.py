"""The gateway: sessions that break, go on or start anew."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.discord import StandInDiscord
from tests.sandbox import discord_rig
from tests.sandbox.discord_rig import Rig


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with discord_rig.open_rig() as rig:
        yield rig


@pytest.fixture
async def standin() -> AsyncIterator[StandInDiscord]:
    async with StandInDiscord() as standin:
        yield standin


async def identified(
    http: aiohttp.ClientSession, standin: StandInDiscord, **extra: object
) -> aiohttp.ClientWebSocketResponse:
    """A raw client's socket after HELLO, IDENTIFY and READY."""
    socket = await http.ws_connect(standin.gateway_url)
    assert (await socket.receive_json())["op"] == 10
    await socket.send_json({"op": 2, "d": {"token": "t", "intents": 1, **extra}})
    return socket


async def test_a_cut_connection_is_resumed_without_losing_events(rig: Rig) -> None:
    await rig.discord.drop_gateway()
    missed = await rig.discord.say(rig.lead, None, "while you were away")
    assert (await rig.heard(missed.id)).content == "while you were away"
    assert (rig.discord.identified, rig.discord.resumed) == (1, 1)
    await rig.discord.wait_for(lambda: rig.bot.resumes == 1)


@pytest.mark.parametrize("order", ["reconnect", "close 4000", "resumable invalidation"])
async def test_a_session_survives_being_told_to_reconnect(rig: Rig, order: str) -> None:
    if order == "reconnect":
        rig.discord.ask_to_reconnect()
    elif order == "close 4000":
        await rig.discord.drop_gateway(4000)
    else:
        rig.discord.invalidate_sessions(is_resumable=True)
    await rig.discord.wait_for(lambda: rig.discord.resumed == 1)
    assert (await (await rig.discord.slash(rig.lead, rig.team, "hello")).wait()).text == "hello lead"
    assert rig.discord.identified == 1


async def test_an_invalidated_session_identifies_anew(rig: Rig) -> None:
    rig.discord.invalidate_sessions(is_resumable=False)
    await rig.discord.wait_for(lambda: rig.discord.identified == 2)
    assert (await (await rig.discord.slash(rig.lead, rig.team, "hello")).wait()).text == "hello lead"
    assert rig.discord.resumed == 0


async def test_an_outage_cuts_everything_and_ends(rig: Rig) -> None:
    outage = await rig.discord.begin_outage()
    with pytest.raises(aiohttp.ClientError):
        await rig.partial(rig.team).send("lost")
    assert not rig.discord.connected
    rig.discord.end_outage(outage)
    await rig.partial(rig.team).send("found")
    assert [message.content for message in rig.discord.messages(rig.team)] == ["found"]


async def test_a_bot_that_left_is_not_connected() -> None:
    async with discord_rig.open_rig() as rig:
        await rig.bot.close()
        await rig.discord.wait_for(lambda: not rig.discord.connected)


async def test_joining_and_leaving_servers_is_told(rig: Rig) -> None:
    other = rig.discord.add_guild("Other", rig.lead)
    await rig.discord.wait_for(lambda: rig.bot.get_guild(other.id))
    rig.discord.remove_member(other, rig.discord.bot_user)
    await rig.discord.wait_for(lambda: rig.bot.get_guild(other.id) is None)


async def test_shards_hear_of_their_own_servers(standin: StandInDiscord) -> None:
    owner = standin.add_user("owner")
    guild = standin.add_guild("Team", owner)
    own_shard = (guild.id >> 22) % 2
    async with aiohttp.ClientSession() as http:
        ready = {}
        for shard in (0, 1):
            socket = await identified(http, standin, shard=[shard, 2])
            ready[shard] = await socket.receive_json()
        assert [entry["id"] for entry in ready[own_shard]["d"]["guilds"]] == [str(guild.id)]
        assert ready[1 - own_shard]["d"]["guilds"] == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"op": 99}', 4001),
        ("no json", 4002),
        ('{"op": 2, "d": {}}', 4004),
        ('{"op":2,"d":{"token":"t","shard":[3,2]}}', 4010),
    ],
)
async def test_bad_frames_are_closed_with_their_code(standin: StandInDiscord, frame: str, code: int) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(standin.gateway_url) as socket:
        await socket.receive()
        await socket.send_str(frame)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == code


async def test_more_than_120_frames_a_minute_are_too_many(standin: StandInDiscord) -> None:
    async with aiohttp.ClientSession() as http:
        socket = await identified(http, standin)
        for _ in range(120):
            await socket.send_json({"op": 1, "d": None})
        async for _ in socket:
            pass
        assert socket.close_code == 4008


async def test_a_wrong_token_is_turned_away() -> None:
    async with StandInDiscord(bot_token="right") as standin, aiohttp.ClientSession() as http:
        socket = await identified(http, standin)
        await socket.receive()
        assert socket.close_code == 4004
        for token, status in (("wrong", 401), ("right", 200)):
            async with http.get(f"{standin.api_url}/users/@me", headers={"Authorization": f"Bot {token}"}) as answer:
                assert answer.status == status
