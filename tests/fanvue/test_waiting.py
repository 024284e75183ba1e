"""Waiting for Fanvue's limits and for connections: bounded, people first, a write never twice."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.fanvue import chats, users
from bot.fanvue.client import FanvueClient
from bot.fanvue.errors import AnswerLostError, RateLimitedError, UnreachableError
from bot.fanvue.limits import Priority
from bot.fanvue.wire import Call
from tests.fanvue.scripted_server import TOKEN, HandClock, Reply, ScriptedServer

ME = b'{"uuid":"u-1","handle":"luna","displayName":"Luna","isCreator":true}'
SAFE = users.current_user()
WRITE = chats.send_message("fan-1", "a private text")
SENT = b'{"messageUuid":"m-1"}'


async def send(client: FanvueClient, call: Call[Any] = SAFE) -> Any:
    return await client.send(call, TOKEN, bucket="b", deadline_seconds=5)


async def test_too_many_requests_names_the_instant(
    client: FanvueClient, server: ScriptedServer, clock: HandClock
) -> None:
    server.say(429, headers={"Retry-After": "7"})
    for call in (SAFE, WRITE):
        with pytest.raises(RateLimitedError) as caught:
            await send(client, call)
        assert caught.value.until == clock.now() + timedelta(seconds=7)
    assert len(server.seen) == 1


async def test_a_key_that_must_wait_sends_nothing(
    client: FanvueClient, server: ScriptedServer, clock: HandClock
) -> None:
    server.say(body=ME, headers={"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"})
    await send(client)
    with pytest.raises(RateLimitedError) as caught:
        await send(client)
    assert caught.value.until == clock.now() + timedelta(seconds=30)
    assert len(server.seen) == 1
    clock.advance(30)
    await send(client)
    assert len(server.seen) == 2


class LoopClock(HandClock):
    """Goes as the event loop does."""

    def now(self) -> Any:
        return self.at + timedelta(seconds=asyncio.get_running_loop().time())


async def test_a_read_waits_out_a_short_limit_within_its_deadline(server: ScriptedServer) -> None:
    server.say(429, headers={"Retry-After": "0.02"})
    server.say(body=ME)
    async with FanvueClient(server.url, clock=LoopClock()) as client:
        assert (await send(client)).handle == "luna"
    assert len(server.seen) == 2


async def test_a_write_that_a_limit_refused_goes_out_once_more_after_as_long_as_it_was_told_to_wait(
    server: ScriptedServer,
) -> None:
    server.say(429, headers={"Retry-After": "0.02"})
    server.say(201, SENT)
    async with FanvueClient(server.url, clock=LoopClock()) as client:
        began = asyncio.get_running_loop().time()
        assert (await send(client, WRITE)).message_uuid == "m-1"
        assert asyncio.get_running_loop().time() - began >= 0.02
    assert [request.body for request in server.seen] == [b'{"text":"a private text"}'] * 2


async def test_a_write_that_would_have_to_wait_past_its_deadline_says_until_when_and_is_not_repeated(
    server: ScriptedServer,
) -> None:
    clock = LoopClock()
    server.say(429, headers={"Retry-After": "7"})
    async with FanvueClient(server.url, clock=clock) as client:
        refused_at = clock.now()
        with pytest.raises(RateLimitedError) as caught:
            await send(client, WRITE)
    assert timedelta(seconds=6.9) < caught.value.until - refused_at < timedelta(seconds=8)
    assert len(server.seen) == 1


@pytest.mark.parametrize("call", [SAFE, WRITE], ids=["read", "write"])
async def test_limits_that_follow_each_other_are_not_waited_out_for_ever(
    server: ScriptedServer, call: Call[Any]
) -> None:
    server.say(429, headers={"Retry-After": "0.01"})
    async with FanvueClient(server.url, clock=LoopClock()) as client:
        with pytest.raises(RateLimitedError):
            await send(client, call)
    assert len(server.seen) == 3


async def test_after_a_limit_a_write_whose_answer_is_lost_is_not_sent_again(server: ScriptedServer) -> None:
    server.say(429, headers={"Retry-After": "0.01"})
    server.do("reset")
    async with FanvueClient(server.url, clock=LoopClock()) as client:
        with pytest.raises(AnswerLostError):
            await send(client, WRITE)
    assert len(server.seen) == 2


async def test_people_get_through_while_background_work_hangs_on_every_connection_it_may_have(
    server: ScriptedServer, clock: HandClock
) -> None:
    server.script.extend([Reply(then="hang")] * 3)
    server.say(body=ME)
    async with FanvueClient(server.url, clock=clock, max_connections=4) as client:
        machines = [
            asyncio.ensure_future(client.send(WRITE, TOKEN, bucket="b", priority=Priority.BACKGROUND))
            for _ in range(20)
        ]
        while len(server.seen) < 3:
            await asyncio.sleep(0.001)
        assert (await send(client)).handle == "luna"
        assert [request.method for request in server.seen] == ["POST"] * 3 + ["GET"]
        for machine in machines:
            machine.cancel()
        await asyncio.gather(*machines, return_exceptions=True)


async def test_background_work_that_gets_no_connection_in_time_was_never_sent(
    server: ScriptedServer, clock: HandClock
) -> None:
    server.do("hang")
    async with FanvueClient(server.url, clock=clock, max_connections=1) as client:
        first = asyncio.ensure_future(client.send(WRITE, TOKEN, bucket="b", priority=Priority.BACKGROUND))
        await server.arrived.wait()
        with pytest.raises(UnreachableError):
            await client.send(WRITE, TOKEN, bucket="b", priority=Priority.BACKGROUND, deadline_seconds=0.03)
        assert len(server.seen) == 1
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_background_work_leaves_room_for_people(client: FanvueClient, server: ScriptedServer) -> None:
    server.say(body=ME, headers={"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "50", "X-RateLimit-Reset": "30"})
    for _ in range(25):
        await client.send(SAFE, TOKEN, bucket="b", priority=Priority.BACKGROUND)
        server.script[0].data = server.script[0].data.replace(b"Remaining: 50", b"Remaining: 40")
        if len(server.seen) == 20:
            break
    with pytest.raises(RateLimitedError):
        await client.send(SAFE, TOKEN, bucket="b", priority=Priority.BACKGROUND)
    await send(client)
