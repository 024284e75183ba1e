"""Events are stored once and routed once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from stored_examples import (
    ANNA,
    CHATTER,
    LATER,
    LUNA,
    MIRA,
    NOW,
    TEAM_CHANNEL,
    a_connection,
    a_route,
    an_event,
    dm_of,
    leased,
    routed,
)

from bot.domain.alerts import Dispatch
from bot.domain.errors import StorageBusyError
from bot.domain.events import EventKind
from bot.storage import Stores
from bot.storage.database import Database


async def test_a_batch_returns_the_keys_that_are_new(stores: Stores) -> None:
    assert await stores.events.add_many([an_event("k1"), an_event("k2")]) == {"k1", "k2"}
    assert await stores.events.add_many([an_event("k2"), an_event("k3")]) == {"k3"}
    assert await stores.events.add_many([]) == set()


async def test_the_same_key_twice_in_a_batch_is_one_event(stores: Stores) -> None:
    assert await stores.events.add_many([an_event("k1"), an_event("k1")]) == {"k1"}
    assert len(await stores.events.unrouted(10)) == 1


async def test_a_batch_larger_than_the_databases_parameter_limit_is_stored_whole(stores: Stores) -> None:
    keys = {f"k{number}" for number in range(6000)}
    assert await stores.events.add_many([an_event(key) for key in sorted(keys)]) == keys


async def test_one_event_reported_twenty_times_at_once_is_new_once(stores: Stores) -> None:
    answers = await asyncio.gather(*(stores.events.add_many([an_event("k1")]) for _ in range(20)))
    assert sorted(map(len, answers)) == [0] * 19 + [1]


async def test_an_event_comes_back_as_it_went_in(stores: Stores) -> None:
    await stores.events.add_many([an_event("k1")])
    (stored,) = await stores.events.unrouted(10)
    assert (stored.key, stored.kind, stored.creator) == ("k1", EventKind.MESSAGE, LUNA)
    assert (stored.sealed_body, stored.topic, stored.received_at) == ("sealed-k1", "message.received", NOW)
    assert await stores.events.by_id(stored.id) == stored


@pytest.mark.parametrize("is_connected", [True, False])
async def test_what_goes_nowhere_leaves_its_key_and_of_whom_nobody_has_connected_any_more_nothing(
    stores: Stores, is_connected: bool
) -> None:
    if is_connected:
        await stores.connections.replace(a_connection(), "sealed")
    await stores.events.add_many([an_event("k1")])
    (stored,) = await stores.events.unrouted(10)
    await stores.events.route_many([(stored.id, [])], NOW)
    found = await stores.events.any_by_id(stored.id)
    assert (found is not None) is is_connected
    assert found is None or not found.sealed_body


async def test_the_cards_of_one_event_are_taken_over_by_another_where_it_goes_too(stores: Stores) -> None:
    first = await routed(stores, "k1", TEAM_CHANNEL, dm_of(ANNA))
    await stores.events.add_many([an_event("k2")])
    (second,) = await stores.events.unrouted(10)
    places = (TEAM_CHANNEL, dm_of(CHATTER))
    dispatches = [Dispatch(a_route(place), instead_of=first.id) for place in places]
    await stores.events.route_many([(second.id, dispatches)], NOW)
    found = {(one.place.key, one.event_id) for one in await leased(stores)}
    assert found == {(TEAM_CHANNEL.key, second.id), (dm_of(ANNA).key, first.id), (dm_of(CHATTER).key, second.id)}


async def test_waiting_events_come_oldest_first_and_no_more_than_asked(stores: Stores) -> None:
    for key in ("k1", "k2", "k3"):
        await stores.events.add_many([an_event(key)])
    assert [event.key for event in await stores.events.unrouted(2)] == ["k1", "k2"]
    assert await stores.events.waiting() == 3


async def test_routing_makes_the_deliveries_once(stores: Stores) -> None:
    await stores.events.add_many([an_event("k1")])
    (stored,) = await stores.events.unrouted(1)
    routes = [a_route(TEAM_CHANNEL), a_route(dm_of(ANNA), shows_amounts=True)]
    answers = await asyncio.gather(*(stores.events.route_many([(stored.id, routes)], NOW) for _ in range(10)))
    assert sorted(map(len, answers)) == [0] * 9 + [1]
    assert await stores.events.unrouted(1) == []
    assert [(delivery.place, delivery.shows_amounts) for delivery in await leased(stores)] == [
        (TEAM_CHANNEL, False),
        (dm_of(ANNA), True),
    ]


async def test_an_event_with_no_route_is_done(stores: Stores) -> None:
    await stores.connections.replace(a_connection(), "sealed")
    await stores.events.add_many([an_event("k1")])
    (stored,) = await stores.events.unrouted(1)
    assert await stores.events.route_many([(stored.id, ())], NOW)
    assert await stores.events.waiting() == 0
    assert await leased(stores) == []
    assert await stores.events.add_many([an_event("k1")]) == set()


async def test_an_unwanted_event_of_an_account_nobody_has_connected_is_forgotten(stores: Stores) -> None:
    await stores.events.add_many([an_event("k1", MIRA)])
    (stored,) = await stores.events.unrouted(1)
    assert await stores.events.route_many([(stored.id, ())], NOW)
    assert await stores.events.by_id(stored.id) is None
    assert await stores.events.purge_bodies(LATER) == 0


async def test_a_batch_is_routed_in_one_go_and_only_what_nobody_had_routed(stores: Stores) -> None:
    await stores.events.add_many([an_event(key) for key in ("k1", "k2", "k3")])
    first, second, third = await stores.events.unrouted(10)
    await stores.events.route_many([(first.id, [a_route()])], NOW)
    batch = [(event.id, [a_route(dm_of(ANNA))]) for event in (first, second, third)]
    assert await stores.events.route_many(batch, NOW) == {second.id, third.id}
    assert [(delivery.event_id, delivery.place) for delivery in await leased(stores)] == [
        (first.id, TEAM_CHANNEL),
        (second.id, dm_of(ANNA)),
    ]


async def test_storing_events_cancelled_at_any_moment_does_not_harm_later_ones(stores: Stores) -> None:
    for steps in range(12):
        task = asyncio.create_task(stores.events.add_many([an_event(f"cancelled-{steps}")]))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await stores.events.add_many([an_event("k1")]) == {"k1"}
    assert "k1" in [event.key for event in await stores.events.unrouted(100)]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_events_that_do_not_fit_on_the_disk_are_refused_whole(stores: Stores, database: Database) -> None:
    async with database.write() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count={pages + 2}"))
    with pytest.raises(StorageBusyError):
        await stores.events.add_many([an_event(f"k{number}", sealed_body="x" * 5000) for number in range(20)])
    assert await stores.events.waiting() == 0
    assert await stores.events.add_many([an_event("small")]) == {"small"}


async def test_a_purged_event_keeps_its_key_and_loses_its_body(stores: Stores) -> None:
    old = await routed(stores, "k1", TEAM_CHANNEL)
    await stores.events.add_many([an_event("k2"), an_event("k3", received_at=LATER)])
    assert await stores.events.purge_bodies(NOW + timedelta(seconds=1)) == 1
    assert await stores.events.by_id(old.id) is None
    assert await stores.events.add_many([an_event("k1")]) == set()
    assert [event.key for event in await stores.events.unrouted(10)] == ["k2", "k3"]


async def test_an_event_shows_no_body_when_printed(stores: Stores) -> None:
    new = an_event("k1", sealed_body="canary")
    await stores.events.add_many([new])
    assert "canary" not in repr(new) + repr(await stores.events.unrouted(1))
