"""One happening is news once, whatever routes tell it, in whatever order and how often."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from stored_examples import LUNA, a_connection

from bot.alerts.sealing import open_event, seal_event
from bot.domain import identity
from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.storage import Stores
from bot.vault.keyring import Keyring, new_key

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
KEYRING = Keyring([new_key()])
STRANGER = CreatorId("stranger")


def report(kind: EventKind, identities: Sequence[str], at: datetime, **known: Any) -> Event:
    values = {"fan": Fan(FanId("fan-1")), "amount": Money(500)} | known
    return Event(identities[0], kind, LUNA, at, aliases=tuple(identities[1:]), **values)


def post_tip(at: datetime, **known: Any) -> Event:
    """As the flat family tells it."""
    fan = known.get("fan", Fan(FanId("fan-1")))
    return report(EventKind.TIP, identity.of_post_tip(LUNA, "post-1", fan.id, at.isoformat()), at, **known)


def paid(kind: EventKind, order: str, at: datetime, **known: Any) -> Event:
    """As ``creator.payment.succeeded`` and the earnings tell it."""
    message = known.pop("message", "")
    return report(kind, identity.of_sale(kind, LUNA, order=order, fan="fan-1", message=message), at, **known)


def flat(kind: EventKind, at: datetime, **known: Any) -> Event:
    """As the flat family tells what was paid for one message; without its instant where ``is_dated`` says so."""
    told_at = at.isoformat() if known.pop("is_dated", True) else ""
    return report(kind, identity.of_sale(kind, LUNA, told_at=told_at, fan="fan-1", message="m-1"), at, **known)


async def told(stores: Stores, events: Iterable[Event], *, at_once: int = 1) -> list[Event]:
    """Those that were news, taken in this order in batches of this size."""
    rest, news = list(events), []
    while rest:
        batch, rest = rest[:at_once], rest[at_once:]
        arrived = await stores.arrivals.keep([seal_event(KEYRING, event, NOON) for event in batch])
        left = dict(arrived.news)
        news += [event for event in batch if left.pop(event.key, None) is not None]
    return news


@pytest.fixture
async def luna(stores: Stores) -> Stores:
    await stores.connections.replace(a_connection(DiscordUserId(1), LUNA), "sealed")
    return stores


async def test_a_flat_post_tip_and_its_payment_are_one_whichever_comes_first(luna: Stores) -> None:
    flat, payment = post_tip(NOON), paid(EventKind.TIP, "FV-1", NOON + timedelta(seconds=3))
    assert await told(luna, [flat, payment, flat, payment]) == [flat]
    later = NOON + timedelta(hours=2)
    flat, payment = post_tip(later), paid(EventKind.TIP, "FV-2", later)
    assert await told(luna, [payment, flat, payment]) == [payment]


async def test_two_equal_tips_stay_two(luna: Stores) -> None:
    first, second = NOON, NOON + timedelta(seconds=20)
    events = [
        post_tip(first),
        paid(EventKind.TIP, "FV-2", second),
        paid(EventKind.TIP, "FV-1", first),
        post_tip(second),
    ]
    assert len(await told(luna, events)) == 2


async def test_two_different_tips_for_one_message_are_news_with_their_own_amounts(luna: Stores) -> None:
    later, dearer = NOON + timedelta(minutes=1), {"amount": Money(1000)}
    events = [
        flat(EventKind.TIP, NOON),
        paid(EventKind.TIP, "FV-2", later, message="m-1", **dearer),
        paid(EventKind.TIP, "FV-1", NOON, message="m-1"),
        flat(EventKind.TIP, later, **dearer),
    ]
    assert await told(luna, events) == events[:2]


async def test_a_second_tip_for_one_message_that_is_booked_late_leaves_the_first_its_news(luna: Stores) -> None:
    again, booked = (NOON + timedelta(minutes=minutes) for minutes in (59, 62))
    events = [
        flat(EventKind.TIP, again),
        paid(EventKind.TIP, "0", booked),
        paid(EventKind.TIP, "FV-1", NOON, message="m-1"),
    ]
    assert await told(luna, events) == [events[0], events[2]]


@pytest.mark.parametrize("turn", [1, -1])
async def test_what_the_flat_family_dates_not_at_all_or_anew_is_the_same(luna: Stores, turn: int) -> None:
    late = NOON + timedelta(days=1)
    tip = [flat(EventKind.TIP, late, is_dated=False), paid(EventKind.TIP, "FV-1", NOON, message="m-1")]
    bought = [flat(EventKind.PURCHASE, NOON), flat(EventKind.PURCHASE, NOON + timedelta(minutes=10))]
    for reports in (tip[::turn], bought[::turn]):
        assert await told(luna, reports) == reports[:1]


async def test_two_payments_without_anything_flat_are_two(luna: Stores) -> None:
    assert len(await told(luna, [paid(EventKind.TIP, "FV-1", NOON), paid(EventKind.TIP, "FV-2", NOON)])) == 2


@pytest.mark.parametrize(
    "other",
    [
        post_tip(NOON, fan=Fan(FanId("fan-2"))),
        post_tip(NOON, amount=Money(501)),
        post_tip(NOON + timedelta(minutes=6)),
        paid(EventKind.PURCHASE, "FV-9", NOON, message="m-1"),
    ],
    ids=["another fan", "another amount", "later", "another kind"],
)
async def test_what_differs_is_never_paired(luna: Stores, other: Event) -> None:
    assert len(await told(luna, [paid(EventKind.TIP, "FV-1", NOON), other])) == 2


async def test_equal_tips_of_one_fan_to_two_creators_are_two_though_each_is_told_by_another_route(luna: Stores) -> None:
    mira = CreatorId("mira")
    await luna.connections.replace(a_connection(DiscordUserId(2), mira), "sealed")
    other = replace(paid(EventKind.TIP, "FV-1", NOON), creator=mira, key=f"sale:{mira}:FV-1")
    assert len(await told(luna, [post_tip(NOON), other])) == 2


async def test_tips_on_two_posts_are_two_though_each_is_told_by_another_route(luna: Stores) -> None:
    events = [post_tip(NOON, post_uuid="post-1"), paid(EventKind.TIP, "FV-1", NOON, post_uuid="post-2")]
    assert await told(luna, events) == events


async def test_an_amount_in_another_currency_does_not_keep_them_apart(luna: Stores) -> None:
    payment = paid(EventKind.TIP, "FV-1", NOON, amount=Money(460, "EUR"))
    assert len(await told(luna, [post_tip(NOON), payment])) == 1


async def test_the_payment_ties_what_flat_and_earnings_told_apart(luna: Stores) -> None:
    late = NOON + timedelta(minutes=30)
    flat = report(EventKind.TIP, identity.of_sale(EventKind.TIP, LUNA, message="m-1"), NOON)
    both = paid(EventKind.TIP, "FV-1", NOON, message="m-1")
    row = paid(EventKind.TIP, "FV-1", late)
    assert await told(luna, [flat, both, row]) == [flat]


async def test_a_day_later_it_is_still_the_same(luna: Stores) -> None:
    await told(luna, [post_tip(NOON), paid(EventKind.TIP, "FV-1", NOON)])
    await luna.events.purge_bodies(NOON + timedelta(days=40))
    assert await told(luna, [post_tip(NOON), paid(EventKind.TIP, "FV-1", NOON)]) == []


async def test_a_report_that_repeats_leaves_a_key_and_no_words(luna: Stores) -> None:
    await told(luna, [post_tip(NOON), paid(EventKind.TIP, "FV-1", NOON)])
    assert await luna.events.waiting() == 1
    (waiting,) = await luna.events.unrouted(10)
    assert waiting.key.startswith("tip:")


async def test_reports_that_come_at_the_same_time_are_one(luna: Stores) -> None:
    events = [post_tip(NOON), *(paid(EventKind.TIP, "FV-1", NOON) for _ in range(5))]
    found = await asyncio.gather(*(told(luna, [event]) for event in events))
    assert sum(map(len, found)) == 1


async def test_what_belongs_to_nobody_is_not_kept(luna: Stores) -> None:
    events = [
        Event(f"message:{STRANGER}:1", EventKind.MESSAGE, STRANGER, NOON),
        Event(f"tip:{STRANGER}:1", EventKind.TIP, STRANGER, NOON, amount=Money(1)),
    ]
    arrived = await luna.arrivals.keep([seal_event(KEYRING, event, NOON) for event in events])
    assert (arrived.news, arrived.strangers) == ({}, {STRANGER})
    assert await luna.events.waiting() == 0


async def test_what_a_known_number_tells_more_is_no_news_and_kept_once_to_be_added(luna: Stores) -> None:
    whole = paid(EventKind.TIP, "FV-1", NOON)
    told_in_turn = [replace(whole, amount=None), whole, whole, replace(whole, amount=None)]
    kept = [await luna.arrivals.keep([seal_event(KEYRING, event, NOON)]) for event in told_in_turn]
    assert [(len(one.news), len(one.more)) for one in kept] == [(1, 0), (0, 1), (0, 0), (0, 0)]
    _, stored = await luna.events.unrouted(10)
    assert [stored] == kept[1].more
    assert stored.adds_to in kept[0].news.values()
    assert open_event(KEYRING, stored).amount == whole.amount


async def test_two_reports_of_one_number_that_come_at_once_tell_what_either_tells(luna: Stores) -> None:
    whole = paid(EventKind.TIP, "FV-1", NOON)
    batch = [replace(whole, amount=None), whole, whole]
    arrived = await luna.arrivals.keep([seal_event(KEYRING, event, NOON) for event in batch])
    (more,) = arrived.more
    assert [more.adds_to] == list(arrived.news.values())
    assert open_event(KEYRING, more).amount == whole.amount


@pytest.mark.parametrize("seed", range(6))
async def test_a_history_told_by_all_routes_in_any_order_is_the_true_set(luna: Stores, seed: int) -> None:
    draw = Random(seed)
    reports = [one for number in range(12) for one in all_routes(draw, number)]
    reports += draw.choices(reports, k=len(reports) // 2)
    draw.shuffle(reports)
    news = await told(luna, reports, at_once=draw.choice([1, 3, 50]))
    assert len(news) == 12


def all_routes(draw: Random, number: int) -> list[Event]:
    """One sale as every route tells it, a few seconds apart."""
    at = NOON + timedelta(seconds=draw.randrange(900))
    fan = Fan(FanId(f"fan-{draw.randrange(2)}"))
    amount = Money(draw.choice([500, 1000]))
    moments = [at + timedelta(seconds=draw.randrange(30)) for _ in range(3)]
    known: dict[str, Any] = {"fan": fan, "amount": amount}
    order = f"FV-{number}"
    if draw.random() < 0.5:
        flat = post_tip(moments[0], **known)
        payment = paid(EventKind.TIP, order, moments[1], **known)
    else:
        message = f"m-{number}"
        flat = report(EventKind.TIP, identity.of_sale(EventKind.TIP, LUNA, message=message), moments[0], **known)
        payment = paid(EventKind.TIP, order, moments[1], message=draw.choice(["", message]), **known)
    return [flat, payment, paid(EventKind.TIP, order, moments[2], **known)]
