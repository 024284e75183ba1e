"""Whatever routes tell a happening, in whatever order, it is one card; two equal ones told by both are two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import accumulate, combinations, permutations
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told_families import ENDS, FAMILIES
from told_routes import (
    LUNA,
    NOON,
    NUMBERS,
    PRICE,
    ROUTES,
    WITH_TAX,
    Happening,
    Route,
    charged,
    checkout,
    earned,
    envelope,
    flat,
    message,
    notified,
    payment,
    period,
    post,
    price,
    reversal,
    spent,
    stamp,
    uuid,
)

from bot.alerts.sealing import seal_event
from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    DiscordUserId,
    FanvueAccount,
)
from bot.domain.events import Event
from bot.domain.pairing import Sighting, is_news, with_report
from bot.domain.scopes import Feature, Scope
from bot.storage import Stores
from bot.storage.database import Database
from bot.vault.keyring import Keyring, new_key

APART = timedelta(seconds=70)
KEYRING = Keyring([new_key()])
BY_LINK = {"first subscription by link", "renewal by link"}
"""Which a fan has once a day at most: until a report says that it is one, it is told from another by minutes."""
PAIRS = [
    pytest.param(happening, one, other, id=f"{happening}: {one}, {other}")
    for happening, routes in ROUTES.items()
    for one, other in combinations(routes, 2)
]


@pytest.fixture(scope="module")
def connected_database(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """One in which luna is connected, to be copied."""
    path = tmp_path_factory.mktemp("connected") / "fanvue.db"
    copy(empty_database, path)
    asyncio.run(connect(path))
    return path


@pytest.fixture
async def stores(tmp_path: Path, connected_database: Path) -> AsyncIterator[Stores]:
    path = tmp_path / "fanvue.db"
    copy(connected_database, path)
    async with opened(path) as found:
        yield found


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Stores]:
    async with Database.open(f"sqlite+aiosqlite:///{path}") as database:
        yield Stores(database)


async def connect(path: Path) -> None:
    """Luna, in the database at this path."""
    account = FanvueAccount(LUNA, "luna", "Luna", is_creator=True)
    connection = Connection(
        id=ConnectionId("c"),
        owner=DiscordUserId(1),
        account=account,
        features=frozenset(Feature),
        scopes=frozenset(Scope),
        status=ConnectionStatus.ACTIVE,
        connected_at=NOON,
        access_expires_at=NOON,
        refreshed_at=NOON,
    )
    async with opened(path) as stores:
        await stores.connections.replace(connection, "sealed")


async def cards(stores: Stores, *reports: Event) -> list[Event]:
    """Those that were news, each stored by itself in this order."""
    return [event for event in reports if await at_once(stores, event)]


async def at_once(stores: Stores, *reports: Event) -> int:
    """How many of them were news, stored together in this order."""
    kept = await stores.arrivals.keep([seal_event(KEYRING, event, NOON) for event in reports])
    return len(kept.news) + sum(one.adds_to is None for one in kept.more)


def two(fan: int, **values: Any) -> tuple[Happening, Happening]:
    """Two equal ones of a fan, a minute apart."""
    first, second = next(NUMBERS), next(NUMBERS)
    return Happening(first, fan, NOON, **values), Happening(second, fan, NOON + APART, **values)


@pytest.mark.parametrize(("happening", "one", "other"), PAIRS)
async def test_what_two_routes_tell_is_one_card_and_two_equal_happenings_are_two(
    stores: Stores, happening: str, one: str, other: str
) -> None:
    routes = (ROUTES[happening][one], ROUTES[happening][other])
    for fan, order in enumerate((routes, routes[::-1])):
        single = Happening(next(NUMBERS), fan, NOON)
        assert len(await cards(stores, *(route(single) for route in order * 2))) == 1
    for fan, turns in enumerate(permutations(range(4)), start=2):
        told = [route(one) for one in two(fan) for route in routes]
        assert await at_once(stores, *(told[turn] for turn in turns)) == 2, turns


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[Event]]:
    """True happenings of one fan, each told by the same routes, in any order, some more than once."""
    kind = draw(st.sampled_from(sorted(ROUTES)))
    routes = draw(st.lists(st.sampled_from(sorted(ROUTES[kind])), min_size=1, max_size=4, unique=True))
    between = [90_000] if kind in BY_LINK else [45, 70, 200, 400, 2000, 90_000]
    gaps = draw(st.lists(st.sampled_from(between), min_size=1, max_size=4))
    ages = (timedelta(seconds=gap) for gap in accumulate(gaps))
    true = [Happening(next(NUMBERS), 1, NOON + age, price=draw(st.sampled_from([PRICE, 1100, 1500]))) for age in ages]
    reports = [ROUTES[kind][route](one) for one in true for route in routes]
    return len(true), draw(st.permutations(reports + draw(st.lists(st.sampled_from(reports), max_size=3))))


@st.composite
def minutes(draw: st.DrawFn) -> tuple[int, list[Event]]:
    """What one fan did within minutes, subscribing once at most, told by whole families in any order."""
    whole = draw(st.sampled_from(["creator", "earnings"]))
    families = {whole, *draw(st.lists(st.sampled_from(sorted(FAMILIES))))}
    subscribed = draw(st.sampled_from([[], ["subscription"], ["subscription by link"]]))
    bought = draw(
        st.lists(st.sampled_from(["purchase by link", "bundle", "tip", "tip for one message"]), min_size=1, max_size=3)
    )
    done = draw(st.permutations(subscribed + bought))
    ages = (timedelta(seconds=gap) for gap in accumulate(draw(st.sampled_from([45, 70, 200])) for _ in done))
    true = [(what, Happening(next(NUMBERS), 1, NOON + age)) for what, age in zip(done, ages, strict=True)]
    reports = [route(one) for what, one in true for family in families for route in FAMILIES[family].get(what, ())]
    return len(true), draw(st.permutations(reports))


@settings(max_examples=300, deadline=None)
@given(st.one_of(histories(), minutes()))
def test_what_the_same_routes_tell_in_any_order_is_as_many_cards_as_it_was(history: tuple[int, list[Event]]) -> None:
    count, reports = history
    known: list[Sighting] = []
    news = 0
    for report in map(Sighting.of, reports):
        news += is_news(known, report)
        others, own = with_report(known, report)
        known = [*others, own]
    assert news == count


@pytest.mark.parametrize("happening", ROUTES)
async def test_what_every_route_tells_is_one_card(stores: Stores, happening: str) -> None:
    for fan in range(8):
        single = Happening(next(NUMBERS), fan, NOON)
        reports = [route(single) for route in ROUTES[happening].values()]
        turned = reports[fan:] + reports[:fan]
        assert len(await cards(stores, *turned, *turned[::-1])) == 1


ENDINGS = [
    pytest.param(routes[one], routes[other], id=f"{kind}: {one}, {other}")
    for kind, routes in ENDS.items()
    for one, other in combinations(routes, 2)
]


@pytest.mark.parametrize(("one", "other"), ENDINGS)
async def test_an_ending_is_one_card_whatever_tells_it(stores: Stores, one: Route, other: Route) -> None:
    for fan, order in enumerate(((one, other), (other, one))):
        single = Happening(next(NUMBERS), fan, NOON)
        assert len(await cards(stores, *(route(single) for route in order * 2))) == 1


TAXED = {
    "charged, row with the price": (payment("tip", gross=charged), earned("tip", number="row_number")),
    "price, row with what was charged": (payment("tip"), earned("tip", number="row_number", gross=charged)),
    "flat, row with what was charged": (
        flat("tip.new", context=lambda _: "post", postUuid=post),
        earned("tip", gross=charged),
    ),
    "refund, row with the price": (reversal("creator.refund.created", amount=charged), spent("refund")),
    "dispute, row with the price": (reversal("creator.dispute.created", amount=charged), spent("chargeback")),
    "price, row with both": (payment("tip"), earned("tip", number="row_number", total=charged)),
    "charged, row with both": (payment("tip", gross=charged), earned("tip", number="row_number", total=charged)),
    "flat of a post, charged": (
        flat("tip.new", context=lambda _: "post", postUuid=post),
        payment("tip", post_uuid=post, gross=charged),
    ),
    "flat of a message, charged": (
        flat("tip.new", context=lambda _: "message", messageUuid=message),
        payment("tip", message_uuid=message, gross=charged),
    ),
    "flat, row with both": (flat("tip.new", context=lambda _: "post", postUuid=post), earned("tip", total=charged)),
}


@pytest.mark.parametrize("routes", TAXED.values(), ids=TAXED)
async def test_a_sale_with_tax_is_one_card_whichever_amount_a_route_tells(
    stores: Stores, routes: tuple[Route, Route]
) -> None:
    for fan, turns in enumerate(permutations(range(4))):
        told = [route(one) for one in two(fan, charged=WITH_TAX) for route in routes]
        assert len(await cards(stores, *(told[turn] for turn in turns))) == 2, turns


async def test_a_sale_no_webhook_told_is_a_card_with_its_own_amount_beside_one_nearly_as_large(stores: Stores) -> None:
    (first, _), row = two(1), earned("tip", number="row_number")
    missed = Happening(next(NUMBERS), 1, NOON + timedelta(seconds=45), price=1100)
    found = await cards(stores, payment("tip")(first), row(missed), row(first))
    assert [event.amount.minor for event in found if event.amount] == [PRICE, 1100]


async def test_what_turns_out_to_be_no_subscription_is_a_card_beside_the_subscription(stores: Stores) -> None:
    for fan, bought in enumerate((checkout("one_time"), earned("mediaLink"))):
        subscribed, other = two(fan)
        assert len(await cards(stores, period("creator.subscription.activated")(subscribed))) == 1
        assert len(await cards(stores, payment("checkoutLink")(other), bought(other), bought(other))) == 1


LATE = {
    "paid days after the period began": {"current_period_start": lambda one: stamp(one.at - timedelta(days=3))},
    "of a subscription begun long ago": {"current_period_start": lambda _: None},
}


@pytest.mark.parametrize("how", LATE)
@pytest.mark.parametrize("other", ["payment", "earnings with own numbers"])
@pytest.mark.parametrize(
    ("happening", "type_"),
    [
        ("first subscription", "creator.subscription.activated"),
        ("first subscription", "checkout_link.subscription.activated"),
        ("renewal", "creator.subscription.renewed"),
        ("renewal", "checkout_link.subscription.renewed"),
    ],
)
async def test_a_period_is_one_card_with_its_payment_however_old_it_is(
    stores: Stores, happening: str, type_: str, other: str, how: str
) -> None:
    routes = [envelope(type_, created_at=lambda _: stamp(NOON - timedelta(days=300)), **LATE[how])]
    routes.append(ROUTES[happening][other])
    for fan, order in enumerate((routes, routes[::-1])):
        first = Happening(next(NUMBERS), fan, NOON - timedelta(days=60))
        again = Happening(next(NUMBERS), fan, NOON)
        assert len(await cards(stores, *(route(one) for one in (first, again) for route in order))) == 2


@pytest.mark.parametrize("second", [PRICE, 600], ids=["equal", "different"])
@pytest.mark.parametrize(
    "row", ["earnings", "earnings with Fanvue's number", "earnings with the number of what is taken back", "spending"]
)
async def test_each_part_of_a_payment_that_is_paid_back_is_a_card(stores: Stores, second: int, row: str) -> None:
    routes = (ROUTES["refund"]["creator"], ROUTES["refund"][row])
    for fan, turns in enumerate(permutations(range(4))):
        paid = next(NUMBERS)
        parts = (
            Happening(next(NUMBERS), fan, NOON, paid),
            Happening(next(NUMBERS), fan, NOON + timedelta(hours=3), paid, price=second),
        )
        told = [route(part) for part in parts for route in routes]
        found = await cards(stores, *(told[turn] for turn in turns))
        assert sorted(event.amount.minor for event in found if event.amount) == sorted((PRICE, second)), turns


async def test_two_equal_parts_paid_back_on_two_days_are_two_cards(stores: Stores) -> None:
    heard, row, listed = (ROUTES["refund"][one] for one in ("creator", "earnings", "spending"))
    paid = next(NUMBERS)
    first, other = (Happening(next(NUMBERS), 1, NOON + timedelta(days=days), paid) for days in (0, 1))
    told = [heard(other), row(first), listed(other), listed(first), heard(first), row(other)]
    assert len(await cards(stores, *told)) == 2


async def test_a_part_paid_back_much_later_is_a_card_though_it_is_nearly_as_large(stores: Stores) -> None:
    paid = next(NUMBERS)
    told = Happening(next(NUMBERS), 1, NOON, paid)
    later = Happening(next(NUMBERS), 1, NOON + timedelta(hours=3), paid, price=900)
    routes = (ROUTES["refund"]["creator"], ROUTES["refund"]["earnings"])
    assert len(await cards(stores, routes[0](told), routes[1](later))) == 2


POST_BOUGHT = flat("purchase.new", postUuid=post)


@pytest.mark.parametrize(
    "routes",
    [
        (POST_BOUGHT,),
        (payment("post", post_uuid=post), earned("post", postUuid=post)),
        (POST_BOUGHT, earned("post", postUuid=post)),
        (POST_BOUGHT, earned("post", number="row_number")),
        (POST_BOUGHT, notified(9, price=price, postUuid=post)),
    ],
    ids=["flat alone", "payment, earnings", "flat, earnings", "flat, earnings of no post", "flat, notification"],
)
async def test_a_post_bought_again_after_it_was_paid_back_is_a_second_card(
    stores: Stores, routes: tuple[Route, ...]
) -> None:
    for fan, order in enumerate((routes, routes[::-1])):
        first, again = Happening(next(NUMBERS), fan, NOON), Happening(next(NUMBERS), fan, NOON + timedelta(days=1))
        told = [*(route(first) for route in order), spent("refund")(first), *(route(again) for route in order)]
        assert len(await cards(stores, *told, *told)) == 3
    for fan, turns in enumerate(permutations(range(2 * len(routes))), start=2):
        first, again = Happening(next(NUMBERS), fan, NOON), Happening(next(NUMBERS), fan, NOON + timedelta(days=1))
        told = [route(one) for one in (first, again) for route in routes]
        assert len(await cards(stores, *(told[turn] for turn in turns * 2))) == 2, turns


async def test_two_subscriptions_by_link_within_hours_are_two_cards(stores: Stores) -> None:
    row, began, noted = (ROUTES["first subscription by link"][one] for one in ("earnings", "activated", "notification"))
    first, again = (Happening(next(NUMBERS), 1, NOON + timedelta(hours=hours)) for hours in (0, 3))
    told = [row(first), began(first), noted(again), noted(first), row(again), began(again)]
    assert len(await cards(stores, *told)) == 2


async def test_a_spree_of_tips_is_as_many_cards_though_the_list_tells_the_newest_first(stores: Stores) -> None:
    tips = [Happening(next(NUMBERS), 1, NOON + timedelta(seconds=5 * number)) for number in range(30)]
    heard, row = (ROUTES["tip on a post"][one] for one in ("flat", "earnings with own numbers"))
    assert await at_once(stores, *map(heard, tips)) + await at_once(stores, *map(row, tips[::-1])) == 30


def tipped(one: Happening) -> str:
    """The same message of a fan each time."""
    return uuid("ae", one.fan_number)


TIPPED = flat("tip.new", context=lambda _: "message", messageUuid=tipped)
TIP_PAID = payment("tip", message_uuid=tipped)
BOUGHT_PAID = payment("message", message_uuid=tipped)


@pytest.mark.parametrize(
    "routes",
    [
        (TIP_PAID, TIPPED),
        (TIP_PAID, earned("tip")),
        (TIP_PAID, earned("tip", number="row_number")),
        (TIP_PAID, earned("tip", messageUuid=tipped)),
        (TIPPED,),
        (TIPPED, earned("tip", number="row_number")),
        (TIPPED, notified(11, price=price)),
        (BOUGHT_PAID, earned("message", messageUuid=tipped)),
        (BOUGHT_PAID, earned("message", number="row_number", messageUuid=tipped)),
        (BOUGHT_PAID, earned("message", number="row_order", messageUuid=tipped)),
        (BOUGHT_PAID, flat("purchase.new", routeUuid=tipped)),
    ],
)
async def test_two_payments_for_one_message_are_two_cards(stores: Stores, routes: tuple[Route, ...]) -> None:
    for fan, turns in enumerate(permutations(range(2 * len(routes)))):
        told = [route(one) for one in two(fan) for route in routes]
        assert len(await cards(stores, *(told[turn] for turn in turns * 2))) == 2, turns


async def test_a_purchase_is_one_card_where_its_row_has_another_number_that_looks_like_the_payments(
    stores: Stores,
) -> None:
    row = earned("message", number="row_order", messageUuid=message)
    routes = [ROUTES["paid message"]["flat"], ROUTES["paid message"]["payment"], row]
    for fan, turned in enumerate(permutations(routes)):
        bought = Happening(next(NUMBERS), fan, NOON)
        assert len(await cards(stores, *(route(bought) for route in turned * 2))) == 1


async def test_a_purchase_the_flat_family_tells_again_after_it_was_paid_back_is_no_second_card(stores: Stores) -> None:
    bought = Happening(next(NUMBERS), 1, NOON)
    assert len(await cards(stores, POST_BOUGHT(bought), spent("refund")(bought), POST_BOUGHT(bought))) == 2
