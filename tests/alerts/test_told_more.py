"""What a later report of a happening tells beside the first shows on the card that is there."""

from datetime import timedelta

import pytest
from alert_desk import LUNA, Desk
from told_routes import NOON, NUMBERS, Happening, Route, checkout, earned, flat, payment, period, reversal

from bot.domain.alerts import Route as Rule
from bot.domain.events import EventKind
from bot.domain.rules import Digest, Wishes

SUBSCRIBED = period("creator.subscription.activated")
BY_LINK = payment("checkoutLink")
KINDS = (EventKind.SUBSCRIBER, EventKind.RENEWAL, EventKind.PURCHASE, EventKind.REFUND)


async def tell(desk: Desk, *reports: Route, one: Happening) -> None:
    """Each is told, and shown, before the next."""
    for report in reports:
        await desk.store(report(one))
        await desk.router().route_waiting()
        await desk.deliver()
        await desk.board.draw_changed()


def happening() -> Happening:
    return Happening(next(NUMBERS), 1, NOON)


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        (SUBSCRIBED, payment("subscription"), "subscribed"),
        (SUBSCRIBED, flat("subscription.new"), "subscribed"),
        (SUBSCRIBED, BY_LINK, "subscribed"),
        (BY_LINK, SUBSCRIBED, "subscribed"),
        (BY_LINK, checkout("subscription_initial"), "subscribed"),
        (BY_LINK, checkout("subscription_renewal"), "renewed"),
        (reversal("creator.refund.created", amount=lambda _: None), reversal("creator.refund.created"), "refund"),
    ],
)
async def test_one_card_shows_what_both_reports_tell(desk: Desk, first: Route, second: Route, shown: str) -> None:
    await desk.route(desk.place(), *KINDS, amounts=True)
    await tell(desk, first, second, first, second, one=happening())
    (message,) = desk.cards()
    assert "$10.00" in message.text
    assert shown in message.text.lower()
    assert len(desk.posts()) == 1


@pytest.mark.parametrize(
    "first",
    [
        (BY_LINK, SUBSCRIBED),
        (earned("checkoutLink"), flat("subscription.new")),
        (flat("subscription.new"), checkout(None)),
        (earned("checkoutLink", number="row_number"), checkout(None)),
    ],
)
async def test_a_subscription_that_its_payment_tells_last_is_the_card_that_is_there(
    desk: Desk, first: tuple[Route, ...]
) -> None:
    await desk.route(desk.place(), *KINDS, amounts=True)
    await tell(desk, *first, checkout("subscription_initial"), one=happening())
    (message,) = desk.cards()
    assert "subscribed" in message.text
    assert "$10.00" in message.text


async def test_two_subscriptions_whose_payments_are_told_crosswise_are_two_cards(desk: Desk) -> None:
    await desk.route(desk.place(), *KINDS, amounts=True)
    first, second = happening(), Happening(next(NUMBERS), 1, NOON + timedelta(minutes=1))
    for report, one in ((SUBSCRIBED, second), (BY_LINK, first), (BY_LINK, second), (SUBSCRIBED, first)):
        await tell(desk, report, one=one)
    assert len(desk.cards()) == 2


@pytest.mark.parametrize("second", [SUBSCRIBED, checkout("subscription_initial")], ids=["activated", "checkout"])
async def test_a_subscription_told_as_a_purchase_first_comes_to_those_who_ask_for_subscriptions_alone(
    desk: Desk, second: Route
) -> None:
    await desk.route(desk.place(), EventKind.SUBSCRIBER)
    await tell(desk, BY_LINK, second, BY_LINK, second, one=happening())
    (message,) = desk.cards()
    assert "subscribed" in message.text


async def test_each_place_has_one_card_of_what_is_told_as_a_purchase_and_as_a_subscription(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.PURCHASE)
    await desk.route(desk.dm(), EventKind.SUBSCRIBER)
    await tell(desk, BY_LINK, SUBSCRIBED, one=happening())
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert ["bought" in message.text for message in desk.cards()] == [True]
    assert ["subscribed" in message.text for message in desk.cards(dm)] == [True]


async def test_a_subscription_comes_at_once_though_purchases_wait_for_a_summary(desk: Desk) -> None:
    rule = Rule(LUNA, EventKind.PURCHASE, desk.place(), desk.owner, wishes=Wishes(digest=Digest.DAILY))
    await desk.stores.routes.set(rule, desk.clock.now())
    await desk.route(desk.place(), EventKind.SUBSCRIBER)
    await tell(desk, BY_LINK, SUBSCRIBED, one=happening())
    assert ["subscribed" in message.text for message in desk.cards()] == [True]


async def test_what_two_reports_of_one_moment_tell_is_one_card_with_all_of_it(desk: Desk) -> None:
    await desk.route(desk.place(), *KINDS, amounts=True)
    one = happening()
    for report in (BY_LINK, SUBSCRIBED):
        await desk.store(report(one))
    await desk.router().route_waiting()
    await desk.deliver()
    (message,) = desk.cards()
    assert "subscribed" in message.text
    assert "$10.00" in message.text
    assert desk.edits() == []


async def test_what_is_told_while_a_card_is_being_sent_shows_once_it_is_there(desk: Desk) -> None:
    await desk.route(desk.place(), *KINDS, amounts=True)
    one, worker = happening(), desk.worker()
    await desk.store(SUBSCRIBED(one))
    await desk.router().route_waiting()
    leased = await desk.stores.outbox.lease(worker._holder, desk.clock.now(), 60, 1)
    await desk.store(payment("subscription")(one))
    await desk.router().route_waiting()
    await desk.board.draw_changed()
    worker.start(leased)
    await desk.deliver(worker)
    await desk.board.draw_changed()
    (message,) = desk.cards()
    assert "$10.00" in message.text


async def test_an_amount_told_later_holds_back_no_card(desk: Desk) -> None:
    route = Rule(LUNA, EventKind.SUBSCRIBER, desk.place(), desk.owner, wishes=Wishes(minimum=5000))
    await desk.stores.routes.set(route, desk.clock.now())
    await tell(desk, SUBSCRIBED, payment("subscription"), one=happening())
    assert len(desk.cards()) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (earned("tip", number="row_number"), payment("tip")),
        (BY_LINK, SUBSCRIBED),
    ],
)
async def test_what_is_told_once_more_after_the_first_words_were_erased_is_no_second_card(
    desk: Desk, first: Route, second: Route
) -> None:
    await desk.route(desk.place(), EventKind.TIP, *KINDS, amounts=True)
    one = happening()
    await tell(desk, first, one=one)
    desk.clock.step(days=1)
    await desk.stores.events.purge_bodies(desk.clock.now())
    await tell(desk, second, first, second, one=one)
    assert len(desk.cards()) == 1
    assert len(desk.posts()) == 1
