"""Where an event goes, and when: the whole truth table against a plain reading of the rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from alert_desk import LUNA, NOW, Desk

from bot.alerts.routing import Decision, Why, decide
from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.domain.rules import Bundle, Digest, Mute, MuteScope, MuteSubject, Pause, QuietHours, Spender, Wishes

CREATORS = (LUNA, LUNA, LUNA, CreatorId("another"))
KINDS = (*[EventKind.MESSAGE] * 3, EventKind.TIP, EventKind.REFUND, EventKind.MESSAGE_READ)
PEOPLE = (DiscordUserId(1), DiscordUserId(2))
PLACES = (Place(PlaceKind.DM, 1), Place(PlaceKind.DM, 2), Place(PlaceKind.CHANNEL, 1), Place(PlaceKind.FORUM, 2))
FANS = (FanId("sarah"), FanId("tom"))
NIGHT = QuietHours(11 * 60, 13 * 60)
"""NOW is in the middle of it."""
DAY = QuietHours(13 * 60, 14 * 60)
QUIET = (None, None, DAY, NIGHT, QuietHours(11 * 60, 13 * 60, lets_urgent=False))
REST = Pause("the channel does not exist any more", NOW)
AMOUNTS = (None, Money(499), Money(500), Money(-1200), Money(499, "JPY"))
SAMPLES = (*[None] * 6, "dm:1", "channel:1", "forum:2")
SUBJECTS = (
    *((MuteSubject.FAN, fan) for fan in FANS),
    *((MuteSubject.KIND, kind) for kind in ("message", "tip", "refund")),
    *((MuteSubject.PLACE, place.key) for place in PLACES),
)
ENDS = (None, NOW, NOW + timedelta(seconds=1))


@dataclass(frozen=True)
class Case:
    event: Event
    routes: list[Route]
    mutes: list[Mute]
    spent: dict[FanId, Spender]


def cases(count: int) -> Iterator[Case]:
    """So many of all there could be, chosen so that each of the rules decides in some of them; always the same."""
    chance = Random(7)
    pick = chance.choice
    for _ in range(count):
        fan, amount = pick((None, *map(Fan, FANS))), pick(AMOUNTS)
        event = Event("key", pick(KINDS), pick(CREATORS), NOW, fan=fan, amount=amount, sample_for=pick(SAMPLES))
        mutes = [
            Mute("m", pick(CREATORS), pick([*MuteScope]), pick(PEOPLE), *pick(SUBJECTS), pick(ENDS), NOW)
            for _ in range(chance.randrange(3))
        ]
        spent = {one: Spender(pick((0, 500, 2000)), is_top=pick((True, False))) for one in FANS if pick((True, False))}
        yield Case(event, [a_route(pick) for _ in range(chance.randrange(6))], mutes, spent)


def a_route(pick: Callable[[Sequence[Any]], Any]) -> Route:
    wishes = Wishes(
        minimum=pick((None, None, 500, 1000)),
        spent=pick((None, None, 500, 1000)),
        top_only=pick((False, False, True)),
        quiet=pick(QUIET),
        digest=pick((None, None, *Digest)),
    )
    return Route(
        pick(CREATORS), pick(KINDS), pick(PLACES), pick(PEOPLE), wishes=wishes, pause=pick((None, None, None, REST))
    )


def oracle(event: Event, route: Route, mutes: list[Mute], spent: dict[FanId, Spender]) -> Why:  # noqa: C901, PLR0912 - it is the table
    """The rules, written out one after the other as a person would read them."""
    if event.sample_for is not None:
        return Why.SAMPLE if f"{route.place.kind}:{route.place.target}" == event.sample_for else Why.NOT_TESTED
    if route.pause is not None:
        return Why.PAUSED
    for mute in mutes:
        if mute.creator != event.creator or (mute.until is not None and mute.until <= NOW):
            continue
        is_mine = route.place.kind is PlaceKind.DM and route.place.target == mute.person
        if mute.scope is MuteScope.ME and not is_mine:
            continue
        if mute.subject is MuteSubject.FAN and event.fan is not None and mute.value == event.fan.id:
            return Why.MUTED
        if mute.subject is MuteSubject.KIND and mute.value == event.kind:
            return Why.MUTED
        if mute.subject is MuteSubject.PLACE and mute.value == f"{route.place.kind}:{route.place.target}":
            return Why.MUTED
    wishes = route.wishes
    dollars = event.amount if event.amount and event.amount.currency == "USD" else None
    if wishes.minimum and dollars and abs(dollars.minor) < wishes.minimum:
        return Why.TOO_SMALL
    if wishes.spent and event.fan and event.fan.id in spent and spent[event.fan.id].spent < wishes.spent:
        return Why.NO_TOP_SPENDER
    if wishes.top_only and event.fan and event.fan.id in spent and not spent[event.fan.id].is_top:
        return Why.NO_TOP_SPENDER
    if wishes.digest:
        return Why.DIGEST
    is_quiet = wishes.quiet is not None and wishes.quiet.start == NIGHT.start
    if is_quiet and not (event.kind is EventKind.REFUND and wishes.quiet and wishes.quiet.lets_urgent):
        return Why.QUIET
    return Why.WANTED


def first_of_each_place(event: Event, routes: list[Route]) -> dict[str, Route]:
    found: dict[str, Route] = {}
    for route in routes:
        if event.kind is not EventKind.MESSAGE_READ and (route.creator, route.kind) == (event.creator, event.kind):
            found.setdefault(route.place.key, route)
    return found


def test_every_place_is_decided_once_as_its_first_rule_and_the_mutes_say() -> None:
    for case in cases(4000):
        decided = decide(case.event, case.routes, NOW, mutes=case.mutes, spent=case.spent)
        wanted = first_of_each_place(case.event, case.routes)
        assert [decision.route for decision in decided] == list(wanted.values()), case
        for decision in decided:
            assert decision.why is oracle(case.event, decision.route, case.mutes, case.spent), case


def test_what_is_decided_is_sent_held_until_later_or_not_delivered_at_all() -> None:
    for case in cases(1000):
        for decision in decide(case.event, case.routes, NOW, mutes=case.mutes, spent=case.spent):
            dispatch = decision.dispatch
            match decision.why:
                case Why.WANTED | Why.SAMPLE:
                    assert dispatch is not None
                    assert dispatch.held_until is None
                case Why.QUIET | Why.DIGEST:
                    assert dispatch is not None
                    assert dispatch.held_until is not None
                    assert dispatch.held_until > NOW
                    assert decision.route.wishes.quiet_until(dispatch.held_until, case.event.kind) is None
                case _:
                    assert dispatch is None


def alone(event: Event, wishes: Wishes) -> Decision:
    (decision,) = decide(event, [Route(LUNA, event.kind, Place(PlaceKind.DM, 1), DiscordUserId(1), wishes=wishes)], NOW)
    return decision


def test_a_digest_that_would_come_at_night_waits_for_the_morning() -> None:
    decision = alone(
        Event("k", EventKind.TIP, LUNA, NOW), Wishes(quiet=QuietHours(12 * 60 + 30, 15 * 60), digest=Digest.HOURLY)
    )
    assert decision.held_until == NOW.replace(hour=15, minute=0)
    assert decision.bundle is Bundle.HOURLY


def test_an_amount_or_spending_nobody_knows_is_filtered_nowhere() -> None:
    wishes = Wishes(minimum=10_000, spent=10_000, top_only=True)
    assert alone(Event("k", EventKind.TIP, LUNA, NOW, fan=Fan(FanId("sarah"))), wishes).why is Why.WANTED


def test_a_smallest_amount_holds_back_nothing_in_another_currency() -> None:
    wishes = Wishes(minimum=500)
    told = [Money(499), Money(500), Money(90, "JPY"), Money(499, "EUR")]
    decisions = [alone(Event("k", EventKind.TIP, LUNA, NOW, amount=one), wishes).why for one in told]
    assert decisions == [Why.TOO_SMALL, Why.WANTED, Why.WANTED, Why.WANTED]


async def test_each_event_becomes_a_delivery_for_each_of_its_places(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.MESSAGE, EventKind.TIP)
    await desk.route(desk.dm(), EventKind.MESSAGE)
    for kind in (EventKind.MESSAGE, EventKind.TIP, EventKind.FOLLOWER, EventKind.MESSAGE_READ):
        await desk.store(desk.event(kind=kind))
    assert await desk.router().route_waiting() == 4
    assert await desk.router().route_waiting() == 0
    assert sum((await desk.stores.outbox.counts()).values()) == 3


async def test_an_event_that_cannot_be_opened_holds_up_none_behind_it(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.store(desk.event("Poison"))
    (stored,) = await desk.stores.events.unrouted(1)
    assert await desk.stores.sealed.set("events", str(stored.id), expected=stored.sealed_body, sealed="damaged")
    await desk.happen("Sarah")
    await desk.deliver()
    assert desk.names() == ["Sarah"]


async def test_what_was_stored_before_a_restart_is_routed_after_it(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.store(desk.event("Sarah"))
    await desk.stores.take_over()
    await desk.router().route_waiting()
    await desk.deliver()
    assert desk.names() == ["Sarah"]
