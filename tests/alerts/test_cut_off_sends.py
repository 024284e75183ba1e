"""A send that is cut off at any moment, as a deadline does, keeps no later card from its place."""

import asyncio
from contextlib import suppress

import pytest
from alert_desk import Desk

TURNS = 60
"""Of the event loop: more than a whole send takes from its request on."""


async def cut_off(desk: Desk, turns: int) -> None:
    """Deliver, and cancel so many turns after the first request arrived at Discord."""
    before = len(desk.discord.calls)
    work = asyncio.create_task(desk.worker().deliver_due())
    async with asyncio.timeout(5):
        while len(desk.discord.calls) == before and not work.done():
            await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


@pytest.mark.parametrize("turns", range(0, TURNS, 2))
async def test_whenever_a_send_is_cut_off_the_next_one_goes_at_once(desk: Desk, turns: int) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen("Anna")
    await cut_off(desk, turns)
    desk.clock.step(minutes=2)
    async with asyncio.timeout(5):
        while not await desk.is_done():
            await desk.deliver()
            desk.clock.step(minutes=2)
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert desk.names() == desk.names(dm) == ["Anna"]
