"""All requests to Discord together stay below its limit, and nobody waits without need."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.discordkit.sending.pacer import PER_SECOND, Pacer
from bot.domain.clock import SystemClock


class SetClock:
    """Says what it is told to say."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 7, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


def goes_out_at_once(pacer: Pacer) -> None:
    with pytest.raises(StopIteration):
        pacer.slot().send(None)


def test_the_first_request_after_a_pause_goes_out_at_once() -> None:
    goes_out_at_once(Pacer(SystemClock()))


async def test_requests_that_come_together_are_spread_in_their_order() -> None:
    clock = SystemClock()
    pacer, passed = Pacer(clock, per_second=400), list[tuple[int, datetime]]()

    async def one(number: int) -> None:
        await pacer.slot()
        passed.append((number, clock.now()))

    started = clock.now()
    await asyncio.gather(*(one(number) for number in range(21)))
    assert [number for number, _ in passed] == list(range(21))
    assert all(at >= started + timedelta(seconds=number / 400 - 0.002) for number, at in passed)


async def test_a_pause_saves_up_no_burst() -> None:
    clock = SystemClock()
    pacer = Pacer(clock, per_second=100)
    await pacer.slot()
    await asyncio.sleep(0.04)
    started = clock.now()
    for _ in range(3):
        await pacer.slot()
    assert clock.now() >= started + timedelta(seconds=0.02 - 0.002)


async def test_a_clock_set_back_or_forward_by_hours_holds_nobody_up() -> None:
    clock = SetClock()
    pacer = Pacer(clock)
    async with asyncio.timeout(30):
        for hours in (0, -5, 12, -1):
            clock.moment += timedelta(hours=hours)
            await pacer.slot()


def test_the_rate_is_below_the_fifty_requests_discord_allows() -> None:
    assert PER_SECOND < 50
