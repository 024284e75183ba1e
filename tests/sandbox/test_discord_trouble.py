"""Limits, deadlines and failures on demand."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from sandbox.discord import StandInDiscord
from tests.sandbox import discord_rig
from tests.sandbox.discord_rig import Rig


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with discord_rig.open_rig() as rig:
        yield rig


async def test_a_429_with_its_headers_is_waited_out_and_retried(rig: Rig) -> None:
    fault = rig.discord.fail("POST", "/channels/*/messages", status=429, retry_after=0.01)
    await rig.partial(rig.team).send("at last")
    assert fault.hits == 1
    assert [call.status for call in rig.discord.calls if call.method == "POST"] == [429, 200]
    assert rig.discord.invalid_requests == 1


async def test_a_ban_by_cloudflare_is_not_retried(rig: Rig) -> None:
    rig.discord.fail("POST", "/channels/*/messages", status=429, from_cloudflare=True)
    with pytest.raises(discord.HTTPException) as refused:
        await rig.partial(rig.team).send("never")
    assert refused.value.status == 429
    assert rig.discord.messages(rig.team) == []


async def test_a_refusal_carries_its_code(rig: Rig) -> None:
    fault = rig.discord.fail("POST", "/channels/*/messages", status=403, code=50007, times=None)
    for _ in range(2):
        with pytest.raises(discord.Forbidden) as refused:
            await rig.partial(rig.team).send("never")
        assert (refused.value.code, refused.value.text) == (50007, "Cannot send messages to this user")
    fault.remove()
    await rig.partial(rig.team).send("now")


@pytest.mark.parametrize("is_applied", [True, False])
async def test_a_dropped_connection_may_have_done_its_work(rig: Rig, is_applied: bool) -> None:
    rig.discord.fail("POST", "/channels/*/messages", drop=True, after_applying=is_applied)
    with pytest.raises(aiohttp.ClientError):
        await rig.partial(rig.team).send("perhaps", nonce="n1")
    assert len(rig.discord.messages(rig.team)) == is_applied
    await rig.partial(rig.team).send("perhaps", nonce="n1")
    assert len(rig.discord.messages(rig.team)) == 1
    assert [call.status for call in rig.discord.calls if call.method == "POST"] == [0, 200]


async def test_a_hanging_request_is_held_until_let_go(rig: Rig) -> None:
    fault = rig.discord.fail("POST", "/channels/*/messages", status=403, code=50013, hang=True)
    sending = asyncio.create_task(rig.partial(rig.team).send("slow"))
    await rig.discord.wait_for(lambda: fault.hits)
    assert rig.discord.calls[-1].status is None
    fault.remove()
    with pytest.raises(discord.Forbidden):
        await sending


async def test_the_global_limit_refuses_what_is_too_much() -> None:
    async with StandInDiscord(global_limit_per_second=5) as standin, aiohttp.ClientSession() as http:
        headers = {"Authorization": "Bot t"}
        statuses = []
        for _ in range(12):
            async with http.get(f"{standin.api_url}/users/@me", headers=headers) as answer:
                statuses.append(answer.status)
                if answer.status == 429:
                    body = await answer.json()
                    assert (body["global"], answer.headers["X-RateLimit-Global"]) == (True, "true")
                    assert 0 < body["retry_after"] <= 1
                    assert answer.headers["Via"]
    assert 429 in statuses
    assert 5 <= statuses.count(200) <= 10


async def test_a_channel_bucket_tells_what_is_left() -> None:
    async with StandInDiscord(channel_limit=(2, 60.0)) as standin, aiohttp.ClientSession() as http:
        guild = standin.add_guild("Team", standin.add_user("owner"))
        first, second = standin.add_channel(guild, "first"), standin.add_channel(guild, "second")
        left = []
        for channel in (first, first, first, second):
            url = f"{standin.api_url}/channels/{channel.id}/messages"
            async with http.post(url, json={"content": "x"}, headers={"Authorization": "Bot t"}) as answer:
                left.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
                assert answer.headers["X-RateLimit-Limit"] == "2"
        assert left == [(200, "1"), (200, "0"), (429, "0"), (200, "1")]


async def test_an_unknown_route_is_recorded_loudly(capsys: pytest.CaptureFixture[str]) -> None:
    async with StandInDiscord() as standin, aiohttp.ClientSession() as http:
        async with http.get(f"{standin.api_url}/guilds/1/audit-logs") as answer:
            assert answer.status == 404
        assert standin.unknown_routes == ["GET /guilds/1/audit-logs"]
        assert standin.calls[0].status == 404
    assert "no such route" in capsys.readouterr().err


async def test_a_late_first_answer_is_an_unknown_interaction() -> None:
    async with discord_rig.open_rig(first_answer_seconds=-1) as rig:
        asked = await rig.discord.slash(rig.lead, rig.team, "hello")
        await rig.discord.wait_for(lambda: rig.discord.calls[-1].error_code == 10062)
        assert not asked.acknowledged


async def test_a_second_answer_is_refused_and_a_dead_token_too(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "hello")).wait()
    base = rig.discord.api_url
    follow = f"{base}/webhooks/{rig.discord.bot_user.id}/{asked.token}"
    async with aiohttp.ClientSession() as http:
        answer = await http.post(f"{base}/interactions/{asked.id}/{asked.token}/callback", json={"type": 5})
        assert (answer.status, (await answer.json())["code"]) == (400, 40060)
        rig.discord.interactions.token_seconds = -1
        answer = await http.post(follow, json={"content": "late"})
        assert (answer.status, (await answer.json())["code"]) == (401, 50027)


async def test_an_app_brought_by_a_user_has_five_follow_ups(rig: Rig) -> None:
    elsewhere = rig.discord.add_guild("Elsewhere", rig.lead, is_bot_in=False)
    place = rig.discord.add_channel(elsewhere, "general")
    asked = await (await rig.discord.slash(rig.lead, place, "hello")).wait()
    follow = f"{rig.discord.api_url}/webhooks/{rig.discord.bot_user.id}/{asked.token}"
    async with aiohttp.ClientSession() as http:
        codes = [(await (await http.post(follow, json={"content": "x"})).json()).get("code") for _ in range(6)]
    assert codes == [None, None, None, None, None, 40094]
