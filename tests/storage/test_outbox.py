"""The outbox delivers each card once, in order for each place, through crashes and with several workers."""

import asyncio
from datetime import timedelta

import pytest
from stored_examples import (
    ANNA,
    LATER,
    LUNA,
    NOW,
    OTHER_CHANNEL,
    SOON,
    TEAM_CHANNEL,
    a_card,
    dm_of,
    leased,
    note_sent,
    routed,
)

from bot.domain.accounts import MessageId
from bot.storage import Stores
from bot.storage.deliveries.outbox import Delivery, DeliveryStatus, Outcome


async def test_a_routed_event_is_leased_for_each_of_its_places(stores: Stores) -> None:
    event = await routed(stores, "k1", TEAM_CHANNEL, dm_of(ANNA))
    taken = await leased(stores)
    assert [(delivery.event_id, delivery.place) for delivery in taken] == [
        (event.id, TEAM_CHANNEL),
        (event.id, dm_of(ANNA)),
    ]
    assert [(delivery.attempts, delivery.first_tried_at) for delivery in taken] == [(1, NOW), (1, NOW)]


async def test_what_is_leased_is_not_leased_again_until_the_lease_runs_out(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    assert len(await leased(stores)) == 1
    assert await leased(stores, NOW + timedelta(seconds=59), "h2") == []
    again = await leased(stores, NOW + timedelta(seconds=60), "h2")
    assert [(delivery.attempts, delivery.first_tried_at) for delivery in again] == [(2, NOW)]


async def test_a_place_gets_its_cards_one_by_one_in_order(stores: Stores) -> None:
    events = [await routed(stores, f"k{number}", TEAM_CHANNEL) for number in range(3)]
    order = []
    for number in range(3):
        (delivery,) = await leased(stores)
        order.append(delivery.event_id)
        await note_sent(stores, a_card(delivery, number))
    assert order == [event.id for event in events]
    assert await leased(stores) == []


async def test_a_card_put_off_holds_back_later_ones_of_its_place_but_no_other_place(stores: Stores) -> None:
    first = await routed(stores, "k1", TEAM_CHANNEL)
    await routed(stores, "k2", TEAM_CHANNEL)
    other = await routed(stores, "k3", OTHER_CHANNEL)
    blocked = next(delivery for delivery in await leased(stores, limit=1) if delivery.event_id == first.id)
    await stores.outbox.settle([Outcome(blocked.id, due_at=SOON, reason="Discord did not take it")], "h1", NOW)
    assert [delivery.event_id for delivery in await leased(stores)] == [other.id]
    assert [delivery.event_id for delivery in await leased(stores, SOON)] == [first.id, other.id]


async def test_a_dead_card_lets_the_next_one_pass(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    second = await routed(stores, "k2", TEAM_CHANNEL)
    (dead,) = await leased(stores)
    await stores.outbox.settle([Outcome(dead.id, reason="no such channel")], "h1", NOW)
    assert [delivery.event_id for delivery in await leased(stores)] == [second.id]


async def test_a_sent_card_is_stored_with_its_delivery(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    (delivery,) = await leased(stores)
    await note_sent(stores, a_card(delivery, 500), SOON)
    card = await stores.cards.by_message(MessageId(500))
    assert card is not None
    assert (card.delivery, card.channel, card.creator, card.created_at) == (delivery.id, 501, LUNA, SOON)
    settled = await stores.outbox.by_id(delivery.id)
    assert settled is not None
    assert settled.status is DeliveryStatus.DONE


def too_late(delivery: Delivery) -> list[Outcome]:
    """Each way a delivery can be settled, by somebody whose lease it is not."""
    return [
        Outcome(delivery.id, card=a_card(delivery, 600)),
        Outcome(delivery.id, due_at=SOON, reason="too late"),
        Outcome(delivery.id, held_until=SOON, reason="too late"),
        Outcome(delivery.id, reason="too late"),
    ]


async def test_settling_again_changes_nothing(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    (delivery,) = await leased(stores)
    await note_sent(stores, a_card(delivery, 500))
    settled = await stores.outbox.by_id(delivery.id)
    assert settled is not None
    assert settled.status is DeliveryStatus.DONE
    for outcome in too_late(delivery):
        await stores.outbox.settle([outcome], "h1", NOW)
    assert await stores.outbox.by_id(delivery.id) == settled
    assert await stores.cards.by_message(MessageId(600)) is None


async def test_who_lost_the_lease_can_neither_settle_nor_give_back(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL)
    (delivery,) = await leased(stores)
    await leased(stores, LATER, "h2")
    theirs = await stores.outbox.by_id(delivery.id)
    for outcome in too_late(delivery):
        await stores.outbox.settle([outcome], "h1", LATER)
    assert await stores.outbox.by_id(delivery.id) == theirs
    await note_sent(stores, a_card(delivery, 500), LATER, "h2")
    assert await stores.cards.by_message(MessageId(500)) is not None


async def test_the_next_due_instant_is_that_of_the_card_that_can_go_next(stores: Stores) -> None:
    assert await stores.outbox.next_due_at() is None
    await routed(stores, "k1", TEAM_CHANNEL)
    await routed(stores, "k2", TEAM_CHANNEL)
    assert await stores.outbox.next_due_at() == NOW
    (delivery,) = await leased(stores)
    assert await stores.outbox.next_due_at() == NOW + timedelta(seconds=60)
    await stores.outbox.settle([Outcome(delivery.id, due_at=LATER, reason="later")], "h1", NOW)
    assert await stores.outbox.next_due_at() == LATER


@pytest.mark.parametrize("limit", [1, 4])
async def test_workers_that_lease_at_once_never_share_a_card(stores: Stores, limit: int) -> None:
    places = [dm_of(type(ANNA)(number + 1)) for number in range(12)]
    await routed(stores, "k1", *places)
    taken = await asyncio.gather(*(leased(stores, holder=f"h{number}", limit=limit) for number in range(8)))
    ids = [delivery.id for batch in taken for delivery in batch]
    assert len(ids) == len(set(ids)) > 0
    rest = await leased(stores, holder="last", limit=100)
    assert len(ids) + len(rest) == len(places)


async def test_counts_name_every_status(stores: Stores) -> None:
    await routed(stores, "k1", TEAM_CHANNEL, dm_of(ANNA))
    await leased(stores, limit=1)
    assert await stores.outbox.counts() == {
        DeliveryStatus.HELD: 0,
        DeliveryStatus.DUE: 1,
        DeliveryStatus.LEASED: 1,
        DeliveryStatus.DONE: 0,
        DeliveryStatus.DEAD: 0,
    }
    assert (await stores.figures())["fanvue_deliveries"] == {"held": 0, "due": 1, "leased": 1, "done": 0, "dead": 0}
