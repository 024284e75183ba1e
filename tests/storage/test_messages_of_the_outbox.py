"""What goes into one message is decided with the lease and stays so; outcomes are noted many at once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only
from stored_examples import (
    ANNA,
    FAN,
    LATER,
    LUNA,
    NOW,
    SOON,
    TEAM_CHANNEL,
    a_card,
    a_connection,
    a_route,
    an_event,
    dm_of,
    leased,
    routed,
)

from bot.domain.accounts import ChannelId, FanId, MessageId
from bot.domain.alerts import SET_ASIDE, Dispatch
from bot.domain.parcels import GROWS, OpenCard, Shape
from bot.storage import Stores
from bot.storage.database import Database, _postgres_rows
from bot.storage.deliveries.leasing import HEADS, TAKE, Lease, Parcel
from bot.storage.deliveries.outbox import DeliveryStatus, Outcome
from bot.storage.deliveries.settling import PASSED_AT_MOST


async def take(stores: Stores, holder: str = "h1", at: object = NOW, **more: object) -> list[Parcel]:
    return await stores.outbox.lease(holder, at, 60, 20, **more)  # type: ignore[arg-type]


async def backlog(stores: Stores, count: int) -> None:
    for number in range(count):
        await routed(stores, f"k{number}", TEAM_CHANNEL)


async def statuses(stores: Stores) -> dict[str, int]:
    return {status.value: number for status, number in (await stores.outbox.counts()).items() if number}


async def test_a_backlog_is_leased_ten_cards_a_message(stores: Stores) -> None:
    await backlog(stores, 12)
    (first,) = await take(stores)
    assert [due.event_key for due in first.contents] == [f"k{number}" for number in range(10)]
    assert (first.id, first.shape) == (first.contents[0].delivery.id, Shape.CARDS)
    assert await take(stores, "h2") == []


async def test_taken_over_it_is_the_same_message_though_more_came(stores: Stores) -> None:
    await backlog(stores, 5)
    (first,) = await take(stores)
    await routed(stores, "later", TEAM_CHANNEL)
    (again,) = await take(stores, "h2", LATER)
    assert again.id == first.id
    assert [due.delivery.id for due in again.contents] == [due.delivery.id for due in first.contents]


async def test_outcomes_of_all_kinds_are_noted_at_once(stores: Stores) -> None:
    await backlog(stores, 4)
    (parcel,) = await take(stores)
    sent, dead, put_off, _ = (due.delivery for due in parcel.contents)
    outcomes = [
        Outcome(sent.id, card=a_card(sent, 500)),
        Outcome(dead.id, reason="no such channel"),
        Outcome(put_off.id, due_at=SOON, reason="not now"),
    ]
    await stores.outbox.settle(outcomes, "h1", NOW)
    assert await statuses(stores) == {"done": 1, "dead": 1, "due": 1, "leased": 1}
    card = await stores.cards.by_message(MessageId(500))
    assert card is not None
    assert (card.message, card.fan) == (500, FAN)


async def test_who_lost_the_lease_notes_nothing(stores: Stores) -> None:
    await backlog(stores, 1)
    (parcel,) = await take(stores)
    await take(stores, "h2", LATER)
    delivery = parcel.contents[0].delivery
    await stores.outbox.settle([Outcome(delivery.id, card=a_card(delivery, 500))], "h1", LATER)
    assert await statuses(stores) == {"leased": 1}
    assert await stores.cards.by_message(MessageId(500)) is None


async def test_what_was_refused_together_comes_again_one_by_one(stores: Stores) -> None:
    await backlog(stores, 4)
    (parcel,) = await take(stores)
    assert await stores.outbox.part(parcel.id, NOW) == 4
    for one in parcel.contents:
        (alone,) = await take(stores)
        assert ([due.delivery.id for due in alone.contents], alone.shape) == ([one.delivery.id], Shape.ALONE)
        await stores.outbox.settle([Outcome(one.delivery.id, reason="refused")], "h1", NOW)


async def test_a_lease_brings_all_that_sending_needs(stores: Stores) -> None:
    await stores.connections.replace(a_connection(), "sealed")
    await stores.routes.set(a_route(dm_of(ANNA), shows_amounts=True), NOW)
    await stores.dms.remember(ANNA, ChannelId(77))
    await routed(stores, "k1", dm_of(ANNA))
    (parcel,) = await take(stores)
    (due,) = parcel.contents
    assert parcel.channel == 77
    assert due.account is not None
    assert (due.account.owner, due.handle) == (ANNA, "handle-11")
    assert due.route is not None
    assert (due.route.set_by, due.route.shows_amounts, due.route.is_paused) == (ANNA, True, False)
    assert due.stored is not None
    assert (due.stored.key, due.stored.sealed_body) == ("k1", "sealed-k1")


async def test_what_is_routed_can_be_leased_in_the_same_commit(stores: Stores) -> None:
    await stores.events.add_many([an_event("k1")])
    (stored,) = await stores.events.unrouted(10)
    route = a_route()
    (parcel,) = await stores.outbox.route_and_lease([(stored.id, [route])], Lease("h1", NOW, 60, 10))
    assert [due.event_key for due in parcel.contents] == ["k1"]
    assert await stores.outbox.route_and_lease([(stored.id, [route])], Lease("h2", NOW, 60, 10)) == []
    assert await statuses(stores) == {"leased": 1}


async def test_an_open_card_grows_until_it_is_answered(stores: Stores) -> None:
    fan, first = FanId("anna"), 0
    shapes = {"k1": Shape.CARDS, "k2": Shape.GROWN, "k3": Shape.CARDS}
    for key, shape in shapes.items():
        await stores.events.add_many([an_event(key)])
        (stored,) = await stores.events.unrouted(10)
        dispatch = Dispatch(a_route(), happened_at=NOW, fan=fan)
        await stores.events.route_many([(stored.id, [dispatch])], NOW)
        open_cards = {TEAM_CHANNEL.key: OpenCard(first, LUNA, fan, 1, NOW + GROWS)} if key != "k1" else {}
        (parcel,) = await take(stores, open_cards=open_cards)
        delivery = parcel.contents[0].delivery
        first = first or delivery.id
        assert (parcel.id, parcel.shape) == (first if key == "k2" else delivery.id, shape)
        await stores.outbox.settle([Outcome(delivery.id, card=a_card(delivery, 500))], "h1", NOW)
        if key == "k2":
            assert len(await stores.outbox.contents(first)) == 2
            await stores.cards.mark_answered(first, ANNA, "Anna", NOW)


async def test_what_a_closed_place_refused_can_be_had_after_all(stores: Stores) -> None:
    await backlog(stores, 2)
    (parcel,) = await take(stores)
    await stores.outbox.settle([Outcome(due.delivery.id, reason="closed") for due in parcel.contents], "h1", NOW)
    assert await stores.outbox.revive(LUNA, TEAM_CHANNEL, ["another"], NOW, LATER) == 0
    assert await stores.outbox.revive(LUNA, TEAM_CHANNEL, ["closed"], NOW + timedelta(seconds=1), LATER) == 0
    assert await stores.outbox.revive(LUNA, TEAM_CHANNEL, ["closed"], NOW, LATER) == len(parcel.contents)
    (again,) = await leased(stores, LATER)
    assert (again.attempts, again.first_tried_at) == (1, LATER), "for another day it is tried"


async def test_what_was_given_up_is_told_of_as_long_as_somebody_asks_about_and_what_waits_always(
    stores: Stores,
) -> None:
    await backlog(stores, 2)
    (parcel,) = await take(stores)
    await stores.outbox.settle([Outcome(parcel.contents[0].delivery.id, reason="refused")], "h1", NOW)
    for since, known in ((NOW, [(False, 1), (True, 1)]), (SOON, [(False, 1)])):
        told = await stores.outbox.unsent(LUNA, since)
        assert sorted((one.is_dead, one.count) for one in told) == known


async def test_what_a_closed_place_refused_is_sent_as_what_it_is_by_then(stores: Stores) -> None:
    for number in range(7):
        await did(stores, f"k{number}", "anna")
    (parcel,) = await take(stores)
    await stores.outbox.settle([Outcome(due.delivery.id, reason="closed") for due in parcel.contents], "h1", NOW)
    await stores.outbox.revive(LUNA, TEAM_CHANNEL, ["closed"], NOW, LATER)
    (again,) = await take(stores, at=LATER)
    assert (parcel.shape, again.shape, len(again.contents)) == (Shape.CARDS, Shape.AWAY, 7)


async def test_what_was_tried_in_a_message_goes_with_no_other_that_is_before_it_now(stores: Stores) -> None:
    for key in ("k1", "k2"):
        await did(stores, key, "anna")
        (parcel,) = await take(stores)
        ended = {"reason": "closed"} if key == "k1" else {"due_at": SOON, "reason": "not taken"}
        await stores.outbox.settle([Outcome(parcel.contents[0].delivery.id, **ended)], "h1", NOW)  # type: ignore[arg-type]
    await stores.outbox.revive(LUNA, TEAM_CHANNEL, ["closed"], NOW, SOON)
    (first,) = await take(stores, at=SOON)
    assert [due.event_key for due in first.contents] == ["k1"]


async def test_updates_reach_the_fans_messages_that_came_before_them(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    (delivery,) = await leased(stores)
    await stores.outbox.settle([Outcome(delivery.id, card=a_card(delivery, 500))], "h1", NOW)
    assert [card.delivery for card in await stores.cards.answered_elsewhere(LUNA, FAN, SOON)] == [delivery.id]
    assert await stores.cards.answered_elsewhere(LUNA, FAN, SOON) == []
    assert len(await stores.cards.read(LUNA, FAN, SOON)) == 1
    assert len(touched := await stores.cards.removed(LUNA, "fanvue-message", SOON)) == 1
    assert await stores.cards.parcels_of(touched) == [delivery.id]
    (due,) = await stores.outbox.contents(delivery.id)
    assert due.delivery.status is DeliveryStatus.DONE
    assert due.card is not None
    assert (due.card.elsewhere_at, due.card.read_at, due.card.removed_at) == (SOON, SOON, SOON)


async def did(stores: Stores, key: str, fan: str) -> None:
    await stores.events.add_many([an_event(key)])
    (stored,) = await stores.events.unrouted(10)
    await stores.events.route_many([(stored.id, [Dispatch(a_route(), happened_at=NOW, fan=FanId(fan))])], NOW)


async def test_what_is_passed_is_waited_for_by_its_own_fan_alone(stores: Stores) -> None:
    for key, fan in {"k1": "anna", "k2": "bea", "k3": "anna"}.items():
        await did(stores, key, fan)
    (parcel,) = await take(stores)
    passed = Outcome(parcel.contents[0].delivery.id, due_at=SOON, reason=SET_ASIDE, is_passed=True)
    await stores.outbox.settle([passed], "h1", NOW)
    (next_one,) = await take(stores)
    assert [due.event_key for due in next_one.contents] == ["k2"]
    assert await statuses(stores) == {"held": 2, "leased": 1}
    await stores.outbox.settle([Outcome(next_one.contents[0].delivery.id, reason="over")], "h1", NOW)
    assert await stores.outbox.wake(SOON) == 2
    (again,) = await take(stores, at=SOON)
    assert [due.event_key for due in again.contents] == ["k1"]


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_what_one_worker_leased_is_not_put_aside_by_another_that_looks_at_the_same_time(
    stores: Stores, database: Database
) -> None:
    await did(stores, "k1", "anna")
    ((first,),) = [parcel.contents for parcel in await take(stores)]
    await did(stores, "k2", "anna")
    passed = Outcome(first.delivery.id, due_at=SOON, reason=SET_ASIDE, is_passed=True)

    def take_while_it_is_passed(plain: Connection) -> list[Parcel]:
        run = _postgres_rows(plain)

        def rows(statement: str, values: Mapping[str, object]) -> Sequence[object]:
            if statement.startswith(HEADS):
                await_only(stores.outbox.settle([passed], "h1", NOW))
            return run(statement, values)

        return Lease("h2", NOW, 60, 20, locks_rows=True).take(rows)

    async with database.write() as mine:
        ((second,),) = [parcel.contents for parcel in await mine.run_sync(take_while_it_is_passed)]
        other = asyncio.create_task(take(stores, "h3"))
        async with asyncio.timeout(5):
            while not (await mine.exec_driver_sql("SELECT 1 FROM pg_locks WHERE NOT granted")).all():
                await asyncio.sleep(0.01)
    assert await other == []
    await stores.outbox.settle([Outcome(second.delivery.id, card=a_card(second.delivery, 500))], "h2", NOW)
    assert await statuses(stores) == {"held": 1, "done": 1}


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_what_another_worker_puts_aside_just_then_is_in_no_message(stores: Stores, database: Database) -> None:
    await did(stores, "k0", "anna")
    ((first,),) = [parcel.contents for parcel in await take(stores)]
    for key, fan in {"k1": "bea", "k2": "cleo", "k3": "dora", "k4": "anna"}.items():
        await did(stores, key, fan)
    passed = Outcome(first.delivery.id, due_at=SOON, reason=SET_ASIDE, is_passed=True)

    def take_meanwhile(plain: Connection) -> list[Parcel]:
        run = _postgres_rows(plain)

        def rows(statement: str, values: Mapping[str, object]) -> Sequence[object]:
            if statement.startswith(HEADS):
                await_only(stores.outbox.settle([passed], "h1", NOW))
            elif statement.startswith(TAKE):
                await_only(take(stores, "h3"))
            return run(statement, values)

        return Lease("h2", NOW, 60, 20, locks_rows=True).take(rows)

    async with database.write() as mine:
        (parcel,) = await mine.run_sync(take_meanwhile)
    assert [due.event_key for due in parcel.contents] == ["k1", "k2", "k3"]
    assert await statuses(stores) == {"held": 2, "leased": 3}


async def test_where_several_are_passed_already_nothing_more_is(stores: Stores) -> None:
    for number in range(PASSED_AT_MOST + 2):
        await did(stores, f"k{number}", f"fan-{number}")
        for parcel in await take(stores):
            (due,) = parcel.contents
            passed = Outcome(due.delivery.id, due_at=SOON, reason=SET_ASIDE, is_passed=True)
            await stores.outbox.settle([passed], "h1", NOW)
    assert await statuses(stores) == {"held": PASSED_AT_MOST, "due": 2}
