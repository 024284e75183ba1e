"""Erasing does not wait for Discord, and Discord's late answer brings nothing back."""

import asyncio

from tests.alerts.alert_desk import Desk

POSTS = "/channels/*/messages"


async def test_what_is_being_sent_while_its_owner_erases_everything_leaves_no_row(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.happen("Anna", "Bea")
    hanging = desk.discord.fail("POST", POSTS, hang=True, times=2)
    working = asyncio.create_task(desk.worker().run())
    await desk.discord.wait_for(lambda: len(desk.posts()) == 2)
    await desk.stores.forget(desk.owner)
    hanging.remove()
    async with asyncio.timeout(30):
        while len(desk.cards()) < 1:
            await asyncio.sleep(0.02)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert await desk.ledger() == []
    database = desk.stores.events._database
    for table in ("events", "deliveries", "cards", "routes", "connections", "creators"):
        assert await database.execute_alone(f"SELECT * FROM {table}", ()) == [], table
    assert desk.names() == ["Anna"], "what had not been asked of Discord yet must not be"
