"""Subscriptions that end are told without webhooks, once, and only when Fanvue says so twice."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from polling_ground import ALL_SCOPES, CREATOR, Ground, Process

from bot.domain.accounts import DiscordUserId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from bot.domain.scopes import Scope
from sandbox.fanvue.webhooks.sender import Delivery

SIX_HOURS = 6 * 3600 + 1
ANNA = DiscordUserId(1)


@pytest.fixture
async def process(ground: Ground) -> AsyncIterator[Process]:
    """A rule asks for endings; two fans have just subscribed, and Fanvue was asked who is subscribed."""
    async with ground.process() as running:
        await ground.connect(running)
        await ask(running, ground)
        for fan in ground.fans[:2]:
            await ground.fanvue.fan_subscribes(CREATOR, fan)
        assert await running.endings.sweep() == 1
        yield running


async def ask(process: Process, ground: Ground, *kinds: EventKind) -> None:
    for kind in kinds or (EventKind.CANCELLATION, EventKind.ENDED):
        route = Route(ground.creator, kind, Place(PlaceKind.DM, ANNA), ANNA, shows_amounts=True)
        await process.stores.routes.set(route, process.time.now())


async def later(process: Process) -> None:
    process.time.pass_by(SIX_HOURS)
    assert await process.endings.sweep() == 1


async def told_of(process: Process, fan: str) -> list[str]:
    return [event.kind.value for event in await process.news() if event.fan and event.fan.handle == fan]


async def test_ending_and_over_are_each_told_once(ground: Ground, process: Process) -> None:
    ending, leaving = ground.fans[:2]
    await ground.fanvue.fan_subscribes(CREATOR, ending, action="cancel")
    await ground.fanvue.fan_subscribes(CREATOR, leaving, action="expire")
    for _ in range(2):
        await later(process)
    assert (await told_of(process, ending), await told_of(process, leaving)) == (["cancellation"], ["ended"])
    await ground.fanvue.fan_subscribes(CREATOR, ending, action="resume")
    await later(process)
    await ground.fanvue.fan_subscribes(CREATOR, ending, action="cancel")
    await later(process)
    assert await told_of(process, ending) == ["cancellation"], "once a period, however often it is switched"
    await ground.fanvue.fan_subscribes(CREATOR, ending, action="expire")
    await later(process)
    assert await told_of(process, ending) == ["cancellation", "ended"]


@pytest.mark.parametrize("is_known", [True, False])
async def test_who_is_not_listed_while_still_subscribed_is_told_of_once_it_is_over(
    ground: Ground, process: Process, is_known: bool
) -> None:
    fan = ground.fans[0]
    _, person = ground.fanvue.world.fan(CREATOR, fan)

    def leave_out(answer: Any) -> None:
        answer["data"] = [row for row in answer["data"] if row["uuid"] != person.user.uuid]

    ground.fanvue.faults.rewrite("listSubscribers", leave_out)
    if not is_known:
        odd = {person.user.uuid: {"error": "It cannot be told now"}}
        ground.fanvue.faults.rewrite("batchFanInsights", lambda answer: answer.update(odd), times=1)
    await later(process)
    assert await told_of(process, fan) == []
    await ground.fanvue.fan_subscribes(CREATOR, fan, action="expire")
    await later(process)
    assert await told_of(process, fan) == ["ended"]


@pytest.mark.parametrize("jump", [86_400, 3600, -3600, -86_400])
async def test_a_clock_that_jumped_and_came_back_holds_no_ending_up(
    ground: Ground, process: Process, jump: int
) -> None:
    ground.time.step_clock(jump)
    await process.endings.sweep()
    await ground.fanvue.fan_subscribes(CREATOR, ground.fan, action="cancel")
    ground.time.step_clock(-jump)
    ground.time.pass_by(SIX_HOURS)
    await process.endings.sweep()
    assert await told_of(process, ground.fan) == ["cancellation"]


async def test_a_list_that_cannot_be_read_under_a_wrong_clock_is_read_once_it_is_right(
    ground: Ground, process: Process
) -> None:
    await ground.fanvue.fan_subscribes(CREATOR, ground.fan, action="cancel")
    ground.fanvue.faults.add("listSubscribers", 503, times=3)
    ground.time.step_clock(86_400)
    assert await process.endings.sweep() == 0
    ground.time.step_clock(-86_400)
    await later(process)
    assert await told_of(process, ground.fan) == ["cancellation"]


async def test_an_ending_is_told_once_though_fanvue_says_nothing_of_it_in_between(
    ground: Ground, process: Process
) -> None:
    def hide(answer: Any) -> None:
        for one in answer.values():
            one["subscription"]["autoRenewalEnabled"] = None

    await ground.fanvue.fan_subscribes(CREATOR, ground.fan, action="cancel")
    await later(process)
    ground.fanvue.faults.rewrite("batchFanInsights", hide)
    await later(process)
    ground.fanvue.faults.clear()
    await later(process)
    assert await told_of(process, ground.fan) == ["cancellation"]


async def test_a_renewal_of_which_fanvue_says_nothing_is_no_ending(ground: Ground, process: Process) -> None:
    def hide(answer: Any) -> None:
        for one in answer.values():
            one["subscription"]["autoRenewalEnabled"] = None

    ground.fanvue.faults.rewrite("batchFanInsights", hide)
    await later(process)
    assert await told_of(process, ground.fan) == []


@pytest.mark.parametrize("is_heard_first", [True, False], ids=["webhook first", "asked first"])
async def test_what_a_webhook_tells_too_is_one_event(ground: Ground, process: Process, is_heard_first: bool) -> None:
    fan, fanvue = ground.fan, ground.fanvue
    known = len(fanvue.deliveries)
    await fanvue.fan_subscribes(CREATOR, fan, action="cancel")
    await fanvue.fan_subscribes(CREATOR, ground.fans[1], action="expire")
    if is_heard_first:
        await process.hear(*fanvue.deliveries[known:])
    await later(process)
    await process.hear(*fanvue.deliveries[known:])
    assert await told_of(process, fan) == ["cancellation"]
    assert await told_of(process, ground.fans[1]) == ["ended"]


def lacking(delivery: Delivery, *names: str) -> Delivery:
    """The same webhook with null in these fields."""
    body = json.loads(delivery.body)
    body["data"] |= dict.fromkeys(names)
    return replace(delivery, body=json.dumps(body).encode())


@pytest.mark.parametrize("names", [("expires_at",), ("expires_at", "current_period_start")], ids=["end", "period"])
@pytest.mark.parametrize("is_heard_first", [True, False], ids=["webhook first", "asked first"])
async def test_a_webhook_that_does_not_say_when_it_ends_tells_the_same_ending(
    ground: Ground, process: Process, is_heard_first: bool, names: tuple[str, ...]
) -> None:
    fan, fanvue = ground.fan, ground.fanvue
    known = len(fanvue.deliveries)
    await fanvue.fan_subscribes(CREATOR, fan, action="cancel")
    await fanvue.fan_subscribes(CREATOR, ground.fans[1], action="expire")
    webhooks = [lacking(delivery, *names) for delivery in fanvue.deliveries[known:]]
    if is_heard_first:
        await process.hear(*webhooks)
    await later(process)
    await process.hear(*webhooks)
    assert await told_of(process, fan) == ["cancellation"]
    assert await told_of(process, ground.fans[1]) == ["ended"]


@pytest.mark.parametrize("names", [(), ("expires_at",)], ids=["said", "not said"])
async def test_what_ends_again_after_a_new_subscription_is_told_again_by_every_route(
    ground: Ground, process: Process, names: tuple[str, ...]
) -> None:
    fan, fanvue = ground.fan, ground.fanvue
    for _ in range(2):
        known = len(fanvue.deliveries)
        await fanvue.fan_subscribes(CREATOR, fan, action="cancel")
        await later(process)
        await fanvue.fan_subscribes(CREATOR, fan, action="expire")
        await later(process)
        await fanvue.fan_subscribes(CREATOR, fan)
        await process.hear(*(lacking(delivery, *names) for delivery in fanvue.deliveries[known:]))
        await later(process)
    told = [kind for kind in await told_of(process, fan) if kind in {"cancellation", "ended"}]
    assert told == ["cancellation", "ended"] * 2


async def test_who_came_and_cancelled_between_two_looks_is_told(ground: Ground, process: Process) -> None:
    fan = ground.fans[2]
    await ground.fanvue.fan_subscribes(CREATOR, fan)
    await ground.fanvue.fan_subscribes(CREATOR, fan, action="cancel")
    await later(process)
    assert await told_of(process, fan) == ["cancellation"]


@pytest.mark.parametrize("said", [{"error": "internal"}, {"status": "subscriber"}], ids=["nothing", "not whether"])
async def test_who_cancels_after_fanvue_did_not_say_at_first_whether_they_stay_is_told_once(
    ground: Ground, process: Process, said: dict[str, str]
) -> None:
    fan = "brand_new"
    await ground.fanvue.fan_follows(CREATOR, fan)
    await ground.fanvue.fan_subscribes(CREATOR, fan)
    _, person = ground.fanvue.world.fan(CREATOR, fan)
    odd = ground.fanvue.faults.rewrite("batchFanInsights", lambda answer: answer.update({person.user.uuid: said}))
    await later(process)
    assert await told_of(process, fan) == []
    ground.fanvue.faults.remove(odd)
    await ground.fanvue.fan_subscribes(CREATOR, fan, action="cancel")
    await later(process)
    await later(process)
    assert await told_of(process, fan) == ["cancellation"]


async def test_what_had_ended_before_the_first_look_is_history(ground: Ground) -> None:
    async with ground.process() as process:
        await ground.connect(process)
        await ask(process, ground)
        await ground.fanvue.fan_subscribes(CREATOR, ground.fan)
        await ground.fanvue.fan_subscribes(CREATOR, ground.fan, action="cancel")
        assert await process.endings.sweep() == 1
        await later(process)
        assert await told_of(process, ground.fan) == []


async def test_who_is_missing_for_another_reason_has_not_left(ground: Ground, process: Process) -> None:
    _, person = ground.fanvue.world.fan(CREATOR, ground.fan)
    person.is_contactable = False
    await later(process)
    assert await told_of(process, ground.fan) == []


@pytest.mark.parametrize("operation", ["listSubscribers", "batchFanInsights"])
@pytest.mark.parametrize("kind", ["503", "403"])
async def test_an_answer_that_fails_tells_nothing_and_loses_nothing(
    ground: Ground, process: Process, operation: str, kind: str
) -> None:
    await ground.fanvue.fan_subscribes(CREATOR, ground.fan, action="expire")
    fault = ground.fanvue.faults.add(operation=operation, kind=kind, times=None)
    process.time.pass_by(SIX_HOURS)
    assert await process.endings.sweep() == 0
    calls = ground.calls()
    assert await process.endings.sweep() == 0
    assert ground.calls() == calls, "it is not asked again at once"
    assert await process.news() == []
    ground.fanvue.faults.remove(fault)
    process.time.pass_by(601)
    assert await process.endings.sweep() == 1
    assert await told_of(process, ground.fan) == ["ended"]


async def test_a_crash_before_the_list_is_kept_tells_nothing_twice(ground: Ground, process: Process) -> None:
    lists = process.stores.subscribers
    before = await lists.sealed(ground.creator)
    assert before is not None
    await ground.fanvue.fan_subscribes(CREATOR, ground.fan, action="cancel")
    await later(process)
    await lists.save(ground.creator, before, process.time.now())
    await later(process)
    assert await told_of(process, ground.fan) == ["cancellation"]


async def test_the_list_goes_with_the_last_rule_that_needs_it(ground: Ground, process: Process) -> None:
    lists, routes = process.stores.subscribers, process.stores.routes
    sealed = await lists.sealed(ground.creator)
    assert sealed is not None
    assert ground.fan not in sealed
    for kind in (EventKind.CANCELLATION, EventKind.ENDED):
        await routes.remove(ground.creator, kind, Place(PlaceKind.DM, ANNA))
    calls = ground.calls()
    assert await process.endings.sweep() == 0
    assert (await lists.sealed(ground.creator), ground.calls()) == (None, calls)


@pytest.mark.parametrize("lacking", [Scope.READ_FAN, Scope.READ_INSIGHTS])
async def test_without_both_permissions_nobody_is_asked(ground: Ground, lacking: Scope) -> None:
    async with ground.process() as process:
        await ground.connect(process, scopes=ALL_SCOPES - {lacking})
        await ask(process, ground)
        assert await process.endings.sweep() == 0
        assert ground.calls() == 0


@pytest.mark.parametrize("operation", ["listSubscribers", "batchFanInsights"])
async def test_a_subscriber_who_cannot_be_read_hides_no_other_and_has_not_left(
    ground: Ground, process: Process, operation: str
) -> None:
    ending, odd = ground.fans[:2]
    _, person = ground.fanvue.world.fan(CREATOR, odd)

    def spoil(answer: Any) -> None:
        if operation == "batchFanInsights":
            answer[person.user.uuid]["spending"] = None
            return
        for row in answer["data"]:
            row["handle"] = [] if row["uuid"] == person.user.uuid else row["handle"]

    ground.fanvue.faults.rewrite(operation, spoil)
    await ground.fanvue.fan_subscribes(CREATOR, ending, action="cancel")
    await later(process)
    await later(process)
    ground.fanvue.faults.clear()
    await later(process)
    assert (await told_of(process, ending), await told_of(process, odd)) == (["cancellation"], [])
    await ground.fanvue.fan_subscribes(CREATOR, odd, action="expire")
    await later(process)
    assert await told_of(process, odd) == ["ended"]
