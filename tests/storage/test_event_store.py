"""Events are stored once and routed once."""

import asyncio
from datetime import timedelta

from stored_examples import ANNA, LATER, LUNA, NOW, TEAM_CHANNEL, a_route, an_event, dm_of, leased, routed

from bot.domain.events import EventKind
from bot.storage import Stores


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


async def test_waiting_events_come_oldest_first_and_no_more_than_asked(stores: Stores) -> None:
    for key in ("k1", "k2", "k3"):
        await stores.events.add_many([an_event(key)])
    assert [event.key for event in await stores.events.unrouted(2)] == ["k1", "k2"]
    assert await stores.events.waiting() == 3


async def test_routing_makes_the_deliveries_once(stores: Stores) -> None:
    await stores.events.add_many([an_event("k1")])
    (stored,) = await stores.events.unrouted(1)
    routes = [a_route(TEAM_CHANNEL), a_route(dm_of(ANNA), shows_amounts=True)]
    answers = await asyncio.gather(*(stores.events.route(stored.id, routes, NOW) for _ in range(10)))
    assert sorted(answers) == [False] * 9 + [True]
    assert await stores.events.unrouted(1) == []
    assert [(delivery.place, delivery.shows_amounts) for delivery in await leased(stores)] == [
        (TEAM_CHANNEL, False),
        (dm_of(ANNA), True),
    ]


async def test_an_event_with_no_route_is_done_and_keeps_its_key_alone(stores: Stores) -> None:
    await stores.events.add_many([an_event("k1")])
    (stored,) = await stores.events.unrouted(1)
    assert await stores.events.route(stored.id, (), NOW)
    assert await stores.events.waiting() == 0
    assert await leased(stores) == []
    assert await stores.events.by_id(stored.id) is None
    assert await stores.events.add_many([an_event("k1")]) == set()


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
