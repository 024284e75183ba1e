"""What a fan does goes out signed, in both families, and again when nobody took it."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import pytest
from fanvue_app import App, MovingClock, Receiver

from sandbox.fanvue import SandboxFanvue, sign

SECRET = "whsec_sandbox_0123456789abcdef"
VECTOR_SECRET = "whsec_test_0123456789abcdef"
VECTOR_1 = (
    b'{"id":"evt-0001","type":"creator.message.received","timestamp":"2026-09-10T10:00:00.000Z",'
    b'"data":{"uuid":"a1b2c3d4-5e6f-4a8b-9c0d-e1f2a3b4c5d6"}}'
)
VECTOR_2 = (
    '{"price":1299,"recipientUuid":"f4b2a184-2b4a-4a04-9b70-3c0e0a1caa12","sender":{"avatarUrl":null,'
    '"displayName":"Tëst","handle":"test-user","uuid":"5939ae62-3eb5-4433-954f-f78c7b4282f3"},'
    '"timestamp":"2025-11-06T10:32:50.529Z"}'
).encode()


@pytest.fixture
def fan(fanvue: SandboxFanvue) -> str:
    desk = fanvue.world.desk(fanvue.world.account("lunavale"))
    return next(
        chat.fan.user.handle for chat in desk.chats.values() if chat.fan.status(fanvue.world.now()) == "follower"
    )


@pytest.mark.parametrize(
    ("body", "at", "expected"),
    [
        (VECTOR_1, 1789034400, "b3af163be07062953220111986fd772fae9076525b7299c2d540968c93e9383c"),
        (VECTOR_2, 1762425170, "ace036f14e15702b9bdf39eb8b81b16f386ea87a4c34cfa1553feb6ae14a5d0f"),
    ],
)
def test_the_signature_is_that_of_the_documented_vectors(body: bytes, at: int, expected: str) -> None:
    assert sign(VECTOR_SECRET, body, at) == f"t={at},v0={expected}"


async def test_a_message_goes_out_signed_in_the_current_family(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str, clock: MovingClock
) -> None:
    uuid = await fanvue.fan_writes("lunavale", fan, "Hello <b>Luna</b>")
    await fanvue.settled()
    ((path, body, headers),) = receiver.received
    at = int(clock().timestamp())
    digest = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    event = json.loads(body)
    assert headers["X-Fanvue-Signature"] == f"t={at},v0={digest}"
    assert (path, headers["x-fanvue-topic"]) == ("/hooks", "creator.message.received")
    assert (event["type"], event["id"]) == ("creator.message.received", headers["x-fanvue-event-id"])
    assert (event["data"]["uuid"], event["data"]["text"]) == (uuid, "Hello <b>Luna</b>")
    assert event["data"]["creator"]["uuid"] == fanvue.world.account("lunavale").uuid
    assert event["data"]["fan"]["handle"] == fan


async def test_the_old_family_is_flat_and_can_go_to_an_address_per_event(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str
) -> None:
    fanvue.per_event = True
    uuid = await fanvue.fan_writes("lunavale", fan, media=2, family="flat")
    await fanvue.settled()
    ((path, body, headers),) = receiver.received
    event = json.loads(body)
    assert (path, headers["x-fanvue-topic"]) == ("/hooks/message.received", "message.received")
    assert "type" not in event
    assert (event["messageUuid"], event["message"]["text"], len(event["message"]["mediaUuids"])) == (uuid, None, 2)
    assert event["recipientUuid"] == fanvue.world.account("lunavale").uuid


async def test_both_families_tell_the_same_event(fanvue: SandboxFanvue, receiver: Receiver, fan: str) -> None:
    uuid = await fanvue.fan_writes("lunavale", fan, "hi", family="both")
    await fanvue.settled()
    bodies = [json.loads(body) for _, body, _ in receiver.received]
    assert {body.get("messageUuid") or body["data"]["uuid"] for body in bodies} == {uuid}
    assert len(bodies) == 2


@pytest.mark.parametrize(
    ("act", "more", "topics"),
    [
        ("fan_tips", {"amount": 700}, {"tip.new", "creator.payment.succeeded"}),
        (
            "fan_subscribes",
            {},
            {"subscription.new", "creator.subscription.activated", "creator.payment.succeeded"},
        ),
        ("fan_subscribes", {"action": "renew"}, {"creator.subscription.renewed", "creator.payment.succeeded"}),
        ("fan_buys", {}, {"purchase.new", "creator.payment.succeeded"}),
        ("fan_follows", {}, {"follow.new", "creator.follow.created"}),
    ],
)
async def test_an_act_goes_out_under_its_topics(
    act: str, more: dict[str, Any], topics: set[str], fanvue: SandboxFanvue, receiver: Receiver, fan: str
) -> None:
    await getattr(fanvue, act)("lunavale", fan, family="both", **more)
    await fanvue.settled()
    assert {headers["x-fanvue-topic"] for _, _, headers in receiver.received} == topics


async def test_money_a_fan_spends_becomes_a_row_of_the_earnings(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str, app: App, clock: MovingClock
) -> None:
    luna = app.acts_for("lunavale")
    clock.pass_seconds(1)
    order = await fanvue.fan_tips("lunavale", fan, 1234)
    await fanvue.settled()
    row = (await luna.get("/insights/earnings?size=1")).body["data"][0]
    assert (row["transactionOrderId"], row["gross"], row["source"], row["user"]["handle"]) == (order, 1234, "tip", fan)
    assert json.loads(receiver.received[0][1])["data"]["id"] == order
    notice = (await luna.get("/notifications?size=1")).body["data"][0]
    assert (notice["eventType"], notice["data"]["price"]) == (11, 1234)


async def test_a_refund_is_a_negative_row_and_an_event(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str, app: App
) -> None:
    order = await fanvue.fan_tips("lunavale", fan, 1000)
    reversal = await fanvue.fan_reverses("lunavale", order)
    await fanvue.settled()
    event = json.loads(receiver.received[-1][1])
    row = (await app.acts_for("lunavale").get("/insights/spending?size=1")).body["data"][0]
    assert (event["type"], event["data"]["id"], event["data"]["amount"]) == ("creator.refund.created", reversal, 1000)
    assert (row["gross"], row["source"]) == (-1000, "refund")


async def test_a_cancelled_subscription_lasts_until_it_runs_out(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str
) -> None:
    await fanvue.fan_subscribes("lunavale", fan)
    await fanvue.fan_subscribes("lunavale", fan, action="cancel")
    _, person = fanvue.world.fan("lunavale", fan)
    assert person.status(fanvue.world.now()) == "subscriber"
    await fanvue.fan_subscribes("lunavale", fan, action="expire")
    assert person.status(fanvue.world.now()) == "expired"
    with pytest.raises(ValueError, match="no subscription"):
        await fanvue.fan_subscribes("lunavale", fan, action="cancel")


async def test_what_is_done_by_api_is_echoed(fanvue: SandboxFanvue, receiver: Receiver, fan: str, app: App) -> None:
    _, person = fanvue.world.fan("lunavale", fan)
    await fanvue.fan_writes("lunavale", fan, "hi")
    luna = app.acts_for("lunavale")
    path = f"/chats/{person.user.uuid}"
    sent = await luna.call("POST", f"{path}/message", json={"text": "hello"})
    await luna.call("PATCH", path, json={"isRead": True})
    await luna.call("DELETE", f"{path}/messages/{sent.body['messageUuid']}")
    await fanvue.settled()
    topics = {headers["x-fanvue-topic"] for _, _, headers in receiver.received[1:]}
    assert topics == {"creator.message.sent", "creator.message.read", "creator.message.deleted"}


async def test_what_was_not_acknowledged_is_sent_again_unchanged(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str
) -> None:
    receiver.statuses = [503, 500]
    await fanvue.fan_writes("lunavale", fan, "hi")
    await fanvue.settled()
    assert len({body for _, body, _ in receiver.received}) == 1
    (delivery,) = fanvue.deliveries
    assert (delivery.attempts, delivery.status, delivery.outcome) == (3, 204, "delivered")


async def test_a_delivery_that_waits_for_its_next_try_holds_up_nobody(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str
) -> None:
    fanvue.retry_backoff_seconds = (3600,)
    receiver.statuses = [503] * 6
    for number in range(7):
        await fanvue.fan_writes("lunavale", fan, f"message {number}")
    async with asyncio.timeout(30):
        await receiver.wait_for(7)
    assert len({body for _, body, _ in receiver.received}) == 7


async def test_tries_are_bounded(fanvue: SandboxFanvue, receiver: Receiver, fan: str) -> None:
    receiver.statuses = [503] * 9
    await fanvue.fan_writes("lunavale", fan, "hi")
    await fanvue.settled()
    (delivery,) = fanvue.deliveries
    assert (delivery.attempts, delivery.outcome) == (3, "failed")


async def test_a_redelivery_is_the_same_body_signed_afresh(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str, clock: MovingClock
) -> None:
    await fanvue.fan_writes("lunavale", fan, "hi")
    await fanvue.settled()
    clock.pass_seconds(500)
    assert await fanvue.redeliver(fanvue.deliveries[0].id) == 204
    (_, first, before), (_, second, after) = receiver.received
    assert first == second
    assert before["X-Fanvue-Signature"] != after["X-Fanvue-Signature"]


async def test_deliveries_can_be_held_back(fanvue: SandboxFanvue, receiver: Receiver, fan: str) -> None:
    fanvue.deliver = False
    await fanvue.fan_writes("lunavale", fan, "hi")
    await fanvue.settled()
    assert (receiver.received, fanvue.deliveries[0].outcome) == ([], "held")
    assert await fanvue.redeliver(fanvue.deliveries[0].id) == 204


async def test_events_can_depend_on_the_creators_consent(fanvue: SandboxFanvue, receiver: Receiver, fan: str) -> None:
    fanvue.needs_consent = True
    await fanvue.fan_writes("lunavale", fan, "nobody listens")
    fanvue.oauth.grant("lunavale", ("read:chat",))
    await fanvue.fan_writes("lunavale", fan, "somebody listens")
    fanvue.oauth.withdraw("lunavale")
    await fanvue.fan_writes("lunavale", fan, "nobody again")
    await fanvue.settled()
    assert [json.loads(body)["data"]["text"] for _, body, _ in receiver.received] == ["somebody listens"]


async def test_a_subscription_made_by_api_gets_its_events_under_its_own_secret(
    fanvue: SandboxFanvue, receiver: Receiver, fan: str, app: App
) -> None:
    luna = app.acts_for("lunavale")
    fanvue.webhook_url = None
    body = {"url": receiver.url, "events": ["creator.message.received"]}
    made = (await luna.call("POST", "/webhooks/subscriptions", json=body)).body
    await fanvue.fan_writes("lunavale", fan, "hi")
    await fanvue.fan_follows("lunavale", fan)
    await fanvue.settled()
    ((_, sent, headers),) = receiver.received
    at = int(headers["X-Fanvue-Signature"].split(",")[0][2:])
    assert headers["X-Fanvue-Signature"] == sign(made["signingSecret"], sent, at)
    assert "signingSecret" not in (await luna.get("/webhooks/subscriptions")).body["data"][0]
    assert (await luna.call("DELETE", f"/webhooks/subscriptions/{made['id']}")).status == 204
    refused = await luna.call("POST", "/webhooks/subscriptions", json=body | {"url": "http://example.com/hook"})
    assert refused.status == 400


async def test_an_unknown_person_is_a_mistake_with_a_name(fanvue: SandboxFanvue) -> None:
    with pytest.raises(LookupError, match="nobody"):
        await fanvue.fan_writes("lunavale", "nobody", "hi")
