"""What is held for somebody off shift: in place or given up its message, told of, and looked at anew in time."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from stored_examples import (
    ANNA,
    BORIS,
    CHATTER,
    LATER,
    LUNA,
    NOW,
    SOON,
    TEAM_CHANNEL,
    a_connection,
    a_route,
    an_event,
    dm_of,
    leased,
)
from stored_examples import routed as routed_to

from bot.domain.access import Capability, Right
from bot.domain.accounts import DiscordUserId
from bot.domain.alerts import OFF_SHIFT, Dispatch
from bot.domain.rules import Bundle
from bot.domain.shifts import Shift
from bot.storage import Stores
from bot.storage.deliveries.outbox import Delivery, DeliveryStatus
from bot.storage.deliveries.settling import Outcome

WEEK = (Shift(frozenset(range(7)), time(13), time(17), ZoneInfo("UTC")),)
TOMORROW = NOW + timedelta(days=1)


async def held_for(stores: Stores, person: DiscordUserId) -> int:
    """A delivery to the person that rests until tomorrow."""
    await routed_to(stores, f"k{person}", dm_of(person))
    (delivery,) = await leased(stores)
    await stores.outbox.settle([Outcome(delivery.id, held_until=TOMORROW, reason=OFF_SHIFT)], "h1", NOW)
    return delivery.id


async def look(stores: Stores, number: int) -> Delivery:
    found = await stores.outbox.by_id(number)
    assert found is not None
    return found


@pytest.fixture
async def held(stores: Stores) -> int:
    """What rests for the chatter, who may hear of luna and has shifts."""
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.rights.give(Right(LUNA, CHATTER, Capability.ALERTS, ANNA, NOW))
    await stores.shifts.set(LUNA, CHATTER, WEEK, NOW)
    return await held_for(stores, CHATTER)


async def test_it_rests_as_if_never_tried_and_comes_as_one_bundle(stores: Stores, held: int) -> None:
    found = await look(stores, held)
    assert (found.status, found.due_at, found.attempts, found.bundle) == (
        DeliveryStatus.HELD,
        TOMORROW,
        0,
        Bundle.SHIFT,
    )
    assert (found.first_tried_at, found.parcel, found.shape) == (None, None, None)
    assert await leased(stores, LATER) == []
    assert await stores.outbox.wake(TOMORROW - timedelta(microseconds=1)) == 0
    assert await stores.outbox.wake(TOMORROW) == 1
    (again,) = await leased(stores, TOMORROW)
    assert (again.id, again.attempts, again.first_tried_at) == (held, 1, TOMORROW)


async def test_what_waited_for_quiet_hours_before_stays_of_their_bundle(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.events.add_many([an_event()])
    (event,) = await stores.events.unrouted(10)
    quiet = Dispatch(a_route(dm_of(CHATTER)), held_until=SOON, bundle=Bundle.QUIET)
    await stores.events.route_many([(event.id, [quiet])], NOW)
    await stores.outbox.wake(SOON)
    (delivery,) = await leased(stores, SOON)
    await stores.outbox.settle([Outcome(delivery.id, held_until=TOMORROW, reason=OFF_SHIFT)], "h1", SOON)
    found = await look(stores, delivery.id)
    assert (found.status, found.due_at, found.bundle) == (DeliveryStatus.HELD, TOMORROW, Bundle.QUIET)


async def test_nothing_behind_it_waits_for_it(stores: Stores, held: int) -> None:
    behind = await routed_to(stores, "behind", dm_of(CHATTER))
    assert [delivery.event_id for delivery in await leased(stores)] == [behind.id]


async def test_what_may_have_been_sent_keeps_its_message_and_its_tries(stores: Stores, held: int) -> None:
    await stores.outbox.wake(TOMORROW)
    await leased(stores, TOMORROW)
    later = TOMORROW + timedelta(seconds=60)
    (second,) = await leased(stores, later, "h2")
    again = Outcome(second.id, held_until=later + timedelta(days=1), reason=OFF_SHIFT)
    await stores.outbox.settle([again], "h2", later)
    found = await look(stores, held)
    assert (found.status, found.attempts, found.first_tried_at) == (DeliveryStatus.HELD, 2, TOMORROW)
    assert found.parcel == second.parcel is not None


async def test_only_whoever_has_the_lease_can_put_it_to_rest(stores: Stores, held: int) -> None:
    await stores.outbox.wake(TOMORROW)
    await leased(stores, TOMORROW)
    await stores.outbox.settle([Outcome(held, held_until=LATER, reason=OFF_SHIFT)], "a stranger", NOW)
    assert (await look(stores, held)).status is DeliveryStatus.LEASED


async def test_it_is_told_of_as_waiting_with_its_reason(stores: Stores, held: int) -> None:
    (unsent,) = await stores.outbox.unsent(LUNA, NOW)
    assert (unsent.place, unsent.is_dead, unsent.reason, unsent.count) == (dm_of(CHATTER), False, OFF_SHIFT, 1)


@pytest.mark.parametrize("what", ["shifts lifted", "right taken", "handed over"])
async def test_it_is_looked_at_anew_at_once(stores: Stores, held: int, what: str) -> None:
    await stores.rights.give(Right(LUNA, BORIS, Capability.ALERTS, ANNA, NOW))
    of_another = await held_for(stores, DiscordUserId(BORIS + 9))
    assert await stores.outbox.wake(SOON) == 0
    if what == "shifts lifted":
        await stores.shifts.set(LUNA, CHATTER, (), SOON)
    elif what == "right taken":
        assert await stores.rights.take(LUNA, CHATTER, Capability.ALERTS, SOON)
    else:
        await stores.rights.hand_over(LUNA, CHATTER, BORIS, SOON)
    assert await stores.outbox.wake(SOON) == 1
    assert [delivery.id for delivery in await leased(stores, SOON)] == [held]
    assert (await look(stores, of_another)).due_at == TOMORROW


async def test_other_things_that_wait_are_left_to_wait(stores: Stores, held: int) -> None:
    await routed_to(stores, "channel", TEAM_CHANNEL)
    (delivery,) = await leased(stores)
    await stores.outbox.settle([Outcome(delivery.id, held_until=LATER, reason="quiet")], "h1", NOW)
    await stores.rights.give(Right(LUNA, BORIS, Capability.ALERTS, ANNA, NOW))
    await stores.shifts.set(LUNA, BORIS, WEEK, SOON)
    assert await stores.outbox.wake(SOON) == 0
