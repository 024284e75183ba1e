"""After a crash the next process carries on at once where it is alone, and waits for leases where it is not."""

from stored_examples import LATER, NOW, TEAM_CHANNEL, leased, routed

from bot.storage import Stores
from bot.storage.database import Database


async def test_what_a_killed_process_had_leased_is_free_at_once_on_sqlite_alone(
    stores: Stores, database: Database
) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    (before,) = await leased(stores, holder="killed")
    await stores.leases.acquire("refresh", "killed", NOW, 60)
    await stores.take_over()
    assert bool(await leased(stores, holder="next")) is database.is_sqlite
    assert await stores.leases.acquire("refresh", "next", NOW, 60) is database.is_sqlite
    again = await stores.outbox.by_id(before.id)
    assert again is not None
    assert again.first_tried_at == NOW


async def test_nothing_leased_is_lost_when_time_passes(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    await leased(stores, holder="killed")
    assert len(await leased(stores, LATER, holder="next")) == 1
