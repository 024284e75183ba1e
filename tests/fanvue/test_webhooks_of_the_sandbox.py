"""What the sandbox sends when fans act: it verifies, and both families tell the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.events import Event, EventKind
from bot.domain.pairing import Sighting, happenings, with_report
from bot.fanvue.webhooks import keyed, parse, verify
from sandbox.fanvue import SandboxFanvue
from tests.fanvue.scripted_server import ScriptedServer, Seen

CREATOR = "lunavale"


@pytest.fixture
async def hooked(fanvue: SandboxFanvue, server: ScriptedServer) -> SandboxFanvue:
    """A sandbox that delivers to the scripted server."""
    server.say(204, b"")
    fanvue.webhook_url = f"{server.url}/webhooks/fanvue"
    return fanvue


def partner(fanvue: SandboxFanvue) -> str:
    desk = fanvue.world.desk(fanvue.world.account(CREATOR))
    return next(
        chat.fan.user.handle
        for chat in desk.chats.values()
        if chat.fan.is_contactable and chat.fan.subscription is not None and chat.fan.subscription.renews
    )


def understood(fanvue: SandboxFanvue, request: Seen) -> Event:
    now = datetime.now(UTC)
    assert verify(keyed([fanvue.webhook_secret]), request.headers["x-fanvue-signature"], request.body, now)
    assert not verify(keyed(["another"]), request.headers["x-fanvue-signature"], request.body, now)
    return parse(request.body, request.headers.get("x-fanvue-topic"), None, now)


def sightings_of(events: list[Event]) -> list[Sighting]:
    """Those that share an identity joined."""
    known: list[Sighting] = []
    for event in events:
        others, own = with_report(known, Sighting.of(event))
        known = [*others, own]
    return known


async def told(fanvue: SandboxFanvue, server: ScriptedServer) -> list[Event]:
    await fanvue.settled()
    return [understood(fanvue, request) for request in server.seen]


async def test_a_message_told_by_both_families_is_one(hooked: SandboxFanvue, server: ScriptedServer) -> None:
    fan = partner(hooked)
    uuid = await hooked.fan_writes(CREATOR, fan, "good morning", family="both")
    events = await told(hooked, server)
    assert [event.kind for event in events] == [EventKind.MESSAGE] * 2
    assert {event.key for event in events} == {f"message:{hooked.world.account(CREATOR).uuid}:{uuid}"}
    assert {event.text for event in events} == {"good morning"}
    assert {event.fan.handle for event in events if event.fan} == {fan}


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda fanvue, fan: fanvue.fan_tips(CREATOR, fan, 700, family="both"), EventKind.TIP),
        (lambda fanvue, fan: fanvue.fan_buys(CREATOR, fan, family="both"), EventKind.PURCHASE),
        (lambda fanvue, _: fanvue.fan_follows(CREATOR, "brand_new_fan", family="both"), EventKind.FOLLOWER),
        (lambda fanvue, fan: fanvue.fan_subscribes(CREATOR, fan, family="both"), EventKind.SUBSCRIBER),
        (lambda fanvue, fan: fanvue.fan_subscribes(CREATOR, fan, action="renew", family="both"), EventKind.RENEWAL),
        (lambda fanvue, fan: fanvue.fan_subscribes(CREATOR, fan, action="cancel"), EventKind.CANCELLATION),
    ],
    ids=["tip", "purchase", "follower", "subscriber", "renewal", "cancellation"],
)
async def test_each_act_is_one_happening_however_often_it_is_told(
    hooked: SandboxFanvue, server: ScriptedServer, act: Any, kind: EventKind
) -> None:
    await act(hooked, partner(hooked))
    events = [event for event in await told(hooked, server) if event.kind is kind]
    assert events
    assert happenings(sightings_of(events)) == 1


async def test_a_refund_names_its_amount(hooked: SandboxFanvue, server: ScriptedServer) -> None:
    order = await hooked.fan_tips(CREATOR, partner(hooked), 700)
    await hooked.fan_reverses(CREATOR, order)
    refund = (await told(hooked, server))[-1]
    assert refund.kind is EventKind.REFUND
    assert refund.amount is not None
    assert abs(refund.amount.minor) == 700


async def test_a_redelivery_is_the_same_happening(hooked: SandboxFanvue, server: ScriptedServer) -> None:
    await hooked.fan_writes(CREATOR, partner(hooked), "once")
    await hooked.settled()
    assert await hooked.redeliver(hooked.deliveries[-1].id) == 204
    first, second = await told(hooked, server)
    assert first.key == second.key
