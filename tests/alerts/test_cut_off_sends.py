"""A send that is cut off at any moment, as a deadline does, keeps no later card from its place."""

import asyncio
from contextlib import suppress

import pytest
from alert_desk import Desk, deliver_due

from bot.discordkit.client import buckets
from bot.discordkit.membership import RecentMembers
from bot.domain.accounts import GuildId
from bot.domain.errors import DiscordDownError

TURNS = 60
"""Of the event loop: more than a whole send takes from its request on."""


async def cut_off(desk: Desk, turns: int) -> None:
    """Deliver, and cancel so many turns after the first request arrived at Discord."""
    before = len(desk.discord.calls)
    work = asyncio.create_task(deliver_due(desk.worker()))
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


async def test_a_wait_for_discords_global_limit_that_is_cut_off_stops_no_card(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "SHUT_SECONDS", 0.01)
    guild = desk.channel.guild
    assert guild is not None
    desk.discord.fail("GET", "/guilds/*/members/*", status=429, retry_after=60, is_global=True)
    with pytest.raises(DiscordDownError):
        await RecentMembers(desk.client, desk.pacer, desk.clock, 0.05).is_member(GuildId(guild.id), desk.owner)
    await desk.route(desk.place())
    await desk.happen("Anna")
    async with asyncio.timeout(5):
        await desk.deliver()
    assert desk.names() == ["Anna"]
