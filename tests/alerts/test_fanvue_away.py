"""Fanvue goes away and comes back, and clocks jump meanwhile: all that happened comes exactly once."""

from collections import Counter

import pytest
from polling_ground import CREATOR, Ground, Process

HOURS = [1, 2, 3]
KINDS = ["comment", "follower", "like", "message", "message", "purchase", "renewal", "subscriber", "tip"]
"""Of one hour."""


async def one_hour(ground: Ground, number: int, family: str) -> None:
    """Something of each kind, over most of an hour."""
    fanvue, fans = ground.fanvue, ground.fans
    told = {"family": family}
    for minutes, happening in enumerate(
        (
            fanvue.fan_writes(CREATOR, fans[0], f"one of hour {number}", **told),
            fanvue.fan_writes(CREATOR, fans[0], f"two of hour {number}", **told),
            fanvue.fan_tips(CREATOR, fans[1], 500 + number, **told),
            fanvue.fan_buys(CREATOR, fans[10 + number], **told),
            fanvue.fan_subscribes(CREATOR, fans[2 + number], **told),
            fanvue.fan_subscribes(CREATOR, fans[6 + number], action="renew", **told),
            fanvue.fan_follows(CREATOR, f"follower{number}", **told),
            fanvue.fan_likes(CREATOR, fans[0]),
            fanvue.fan_comments(CREATOR, fans[0], f"comment {number}"),
        )
    ):
        await happening
        ground.time.pass_by(60 * minutes)


async def looks(process: Process, count: int, after: float = 300) -> None:
    for _ in range(count):
        await process.catch_up.keep()
        await process.look(after=after)


def expected(hours: list[int]) -> dict[str, int]:
    return dict(Counter(KINDS * len(hours)))


@pytest.mark.parametrize("family", ["flat", "creator", "both"])
@pytest.mark.parametrize("kind", [503, "reset", "garbage", 429])
async def test_what_happened_while_fanvue_was_down_at_a_start_comes_once_when_it_is_back(
    ground: Ground, kind: str | int, family: str
) -> None:
    async with ground.process() as before:
        await ground.connect(before)
        await before.settle_in()
    ground.fanvue.faults.add("*", kind, retry_after=60)
    ground.fanvue.faults.add("token", "5xx")
    ground.fanvue.oauth.expire_access(CREATOR)
    await one_hour(ground, 1, family)
    async with ground.process() as process:
        await looks(process, 3)
        await one_hour(ground, 2, family)
        await process.hear(*ground.fanvue.deliveries[::2])
        await looks(process, 3)
        assert process.catch_up.count == 1
        ground.fanvue.faults.clear()
        await one_hour(ground, 3, family)
        await looks(process, 15)
        await process.hear(*ground.fanvue.deliveries)
        await looks(process, 3)
        assert dict(Counter(await process.told())) == expected(HOURS)
        cursors = (await process.polling(ground.creator)).cursors
        assert [source for source, cursor in cursors.items() if cursor.trouble] == []


async def test_when_fanvue_answers_again_after_hours_everybody_is_caught_up_with_in_minutes(
    ground: Ground, process: Process
) -> None:
    ground.fanvue.world.add_creator("amy")
    ground.fanvue.world.add_fan("amy", "bob")
    await ground.connect(process, "amy")
    await process.settle_in()
    await ground.fanvue.fan_tips("amy", "bob", 500)
    await process.hear(*ground.fanvue.deliveries)
    fault = ground.fanvue.faults.add("*", 503)
    await looks(process, 9, after=4000)
    hits = fault.hits
    await looks(process, 5, after=400)
    assert fault.hits - hits < 40, "each list is left alone for an hour by now, but for one that is asked for"
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "for one")
    await ground.fanvue.fan_writes("amy", "bob", "for another")
    ground.fanvue.faults.clear()
    await looks(process, 10, after=60)
    assert sorted(filter(None, await process.texts())) == ["for another", "for one"]


HOUR, DAY = 3600, 86_400
JUMPS = [[-HOUR, 0, 0], [DAY, 0, 0], [DAY, -DAY, 0], [-HOUR, HOUR, 0], [-HOUR, -HOUR, 2 * HOUR], [0, 3 * DAY, 0]]


@pytest.mark.parametrize("family", ["flat", "creator"])
@pytest.mark.parametrize("jumps", JUMPS, ids=str)
async def test_a_clock_that_jumps_between_rounds_neither_loses_nor_doubles(
    ground: Ground, process: Process, jumps: list[int], family: str
) -> None:
    for hour, jump in zip(HOURS, jumps, strict=True):
        ground.time.step_clock(jump)
        await looks(process, 2)
        await one_hour(ground, hour, family)
        await process.hear(*ground.fanvue.deliveries[::3])
        await looks(process, 3, after=1000)
    await process.hear(*ground.fanvue.deliveries)
    await looks(process, 3, after=1000)
    assert dict(Counter(await process.told())) == expected(HOURS)


@pytest.mark.parametrize("jump", [-86_400, -3600, 3600, 86_400])
async def test_a_clock_that_jumps_while_the_bot_is_down_neither_loses_nor_doubles(ground: Ground, jump: int) -> None:
    async with ground.process() as before:
        await ground.connect(before)
        await before.settle_in()
        await one_hour(ground, 1, "creator")
        await looks(before, 2)
    ground.time.step_clock(jump)
    await one_hour(ground, 2, "creator")
    async with ground.process() as after:
        await looks(after, 4)
        ground.time.step_clock(-jump)
        await one_hour(ground, 3, "creator")
        await looks(after, 4, after=1000)
        assert dict(Counter(await after.told())) == expected(HOURS)


@pytest.mark.parametrize("jump", [-86_400, -3600, 3600, 86_400])
async def test_two_processes_share_the_creators_whatever_the_clock_does(ground: Ground, jump: int) -> None:
    async with ground.process() as first, ground.process() as second:
        for name in ("amy", "bea", "cat", "dot"):
            ground.fanvue.world.add_creator(name)
            await ground.connect(first, name)
        for step in (0, jump, 0, -jump, 0):
            ground.time.step_clock(step)
            for _ in range(2):
                await first.catch_up.keep()
                await second.catch_up.keep()
            assert first.catch_up.count + second.catch_up.count == 4
            before = ground.calls("listChats")
            await first.look(after=70)
            await second.look()
            assert ground.calls("listChats") - before == 4
