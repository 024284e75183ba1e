"""Whoever waits for the bell can always be sent home."""

import asyncio

import pytest

from bot.alerts.bell import Bell


async def test_a_ring_at_the_moment_of_the_cancellation_does_not_undo_it() -> None:
    bell = Bell()

    async def part() -> None:
        while True:
            await bell.wait(60)

    task = asyncio.create_task(part())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(30):
            await task


async def test_a_ring_before_anybody_waits_is_heard() -> None:
    bell = Bell()
    bell.ring()
    async with asyncio.timeout(30):
        await bell.wait(60)
