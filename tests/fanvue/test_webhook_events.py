import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.events import Event, EventKind
from bot.domain.money import Money
from bot.domain.pairing import Sighting, happenings
from bot.fanvue import plain_message
from bot.fanvue.envelope import event as from_envelope
from bot.fanvue.errors import UnexpectedAnswerError
from bot.fanvue.payload import Payload
from bot.fanvue.webhooks import parse

NOW = datetime(2026, 9, 10, 10, 0, 5, tzinfo=UTC)
CREATOR = "f4b2a184-2b4a-4a04-9b70-3c0e0a1caa12"
FAN = "5939ae62-3eb5-4433-954f-f78c7b4282f3"
MESSAGE = "a1b2c3d4-5e6f-4a8b-9c0d-e1f2a3b4c5d6"
POST = "217d5dc9-cae0-4c09-b643-2e3aa498587a"
AT = "2026-09-10T10:00:00.000Z"
PERSON = {"uuid": FAN, "handle": "sam", "display_name": "Sam", "email": "sam@example.com", "avatar_url": None}
CONTRACT = json.loads((Path(__file__).parents[1] / "contract" / "fanvue-openapi.json").read_text())


def parsed(body: object, topic: str | None = None, event: str | None = None) -> Event:
    return parse(json.dumps(body).encode(), topic, event, NOW)


def flat(**fields: Any) -> dict[str, Any]:
    sender = {"uuid": FAN, "handle": "sam", "displayName": "Sam", "avatarUrl": None}
    return {"recipientUuid": CREATOR, "sender": sender, "timestamp": AT, **fields}


def envelope(type_: str, envelope_id: str = "evt-1", **data: Any) -> dict[str, Any]:
    return {"id": envelope_id, "type": type_, "timestamp": AT, "data": {"creator": {"uuid": CREATOR}, **data}}


def flat_message(text: str | None = "hello") -> dict[str, Any]:
    message = {"uuid": MESSAGE, "text": text, "hasMedia": False, "mediaUuids": [], "price": None, "createdAt": AT}
    return flat(messageUuid=MESSAGE, message=message, isMuted=False)


def creator_message(**more: Any) -> dict[str, Any]:
    data = {"uuid": MESSAGE, "sender": "fan", "created_at": AT, "text": "hello", "fan": PERSON, **more}
    return envelope("creator.message.received", **data)


def payment(source: str, **more: Any) -> dict[str, Any]:
    data = {"id": "FV-1", "source": source, "gross": 1999, "net": 1599, "currency": "USD", "paid_at": AT}
    return envelope("creator.payment.succeeded", **{**data, "purchaser": PERSON, **more})


KINDS_OF_THE_CONTRACT = {
    "legacy.message.received": EventKind.MESSAGE,
    "legacy.follow.new": EventKind.FOLLOWER,
    "legacy.subscription.new": EventKind.SUBSCRIBER,
    "legacy.purchase.new": EventKind.PURCHASE,
    "legacy.tip.new": EventKind.TIP,
    "legacy.message.read": EventKind.MESSAGE_READ,
    "creator.message.received": EventKind.MESSAGE,
    "creator.message.sent": EventKind.MESSAGE_SENT,
    "creator.message.deleted": EventKind.MESSAGE_DELETED,
    "creator.message.read": EventKind.MESSAGE_READ,
    "creator.message.reaction": EventKind.REACTION,
    "creator.follow.created": EventKind.FOLLOWER,
    "creator.subscription.activated": EventKind.SUBSCRIBER,
    "creator.subscription.renewed": EventKind.RENEWAL,
    "creator.subscription.deactivated": EventKind.ENDED,
    "creator.subscription.cancel_at_period_end_changed": EventKind.OTHER,
    "creator.payment.succeeded": EventKind.PURCHASE,
    "creator.refund.created": EventKind.REFUND,
    "creator.dispute.created": EventKind.DISPUTE,
    "creator.fan.presence_changed": EventKind.OTHER,
    "creator.fan.status_changed": EventKind.OTHER,
}


@pytest.mark.parametrize("name", sorted(CONTRACT["webhooks"]))
def test_every_example_of_the_contract_is_read_without_help_of_the_header(name: str) -> None:
    content = CONTRACT["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
    event = parsed(content["example"])
    expected = KINDS_OF_THE_CONTRACT.get(name, EventKind.OTHER)
    assert event.kind is expected
    assert event.creator
    word, creator, rest = event.key.split(":", 2)
    assert word.partition(".")[0] in {expected.value, "sale"}
    assert (creator, bool(rest)) == (event.creator, True)


def test_a_message_is_the_same_through_both_families() -> None:
    flat_event, event = parsed(flat_message()), parsed(creator_message())
    assert flat_event.key == event.key == f"message:{CREATOR}:{MESSAGE}"
    for found in (flat_event, event):
        assert found.text == "hello"
        assert found.message_uuid == MESSAGE
        assert found.fan is not None
        assert (found.fan.id, found.fan.handle, found.fan.display_name) == (FAN, "sam", "Sam")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (flat(price=1999, postUuid=POST), payment("post", post_uuid=POST)),
        (flat(price=1999, routeUuid=MESSAGE), payment("message", message_uuid=MESSAGE)),
        (flat(price=1999, context="message", messageUuid=MESSAGE), payment("tip", message_uuid=MESSAGE)),
        (payment("checkoutLink"), envelope("checkout_link.payment.succeeded", "evt-2", id="FV-1", purchaser=PERSON)),
        (
            envelope("creator.refund.created", id="FVC-1", payment_id="FV-1"),
            envelope("checkout_link.refund.created", "evt-2", id="FVC-2", payment={"id": "FV-1"}),
        ),
        (
            envelope("checkout_link.dispute.flagged", id="FVC-1"),
            envelope("creator.dispute.created", "evt-2", id="FVC-1"),
        ),
    ],
    ids=["post", "paid-message", "tip", "checkout", "refund", "dispute"],
)
def test_a_happening_told_in_two_ways_shares_an_identity(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = parsed(one), parsed(other)
    assert first.kind is second.kind
    assert set(first.identities) & set(second.identities)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (flat(), envelope("creator.follow.created", follower=PERSON, created_at=AT)),
        (flat(price=1999), payment("subscription")),
        (payment("subscription"), envelope("creator.subscription.activated", "evt-2", purchaser=PERSON, id=None)),
        (payment("renewal"), envelope("creator.subscription.renewed", "evt-2", purchaser=PERSON, id="s")),
        (flat(price=1999, context="post", postUuid=POST), payment("tip", post_uuid=POST)),
        (flat(price=1999, context="post", postUuid=POST), payment("tip")),
    ],
    ids=["follower", "subscriber", "subscriber-twice-told", "renewal", "post-tip", "post-tip-without-post"],
)
def test_a_happening_told_in_two_ways_without_a_common_id_is_paired(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = Sighting.of(parsed(one)), Sighting.of(parsed(other))
    assert first.may_be(second)
    assert happenings([first, second]) == 1


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("checkout_link.payment.pending", EventKind.OTHER),
        ("checkout_link.payment.failed", EventKind.OTHER),
        ("checkout_link.payment.succeeded", EventKind.PURCHASE),
        ("checkout_link.refund.created", EventKind.REFUND),
        ("checkout_link.dispute.flagged", EventKind.DISPUTE),
        ("checkout_link.subscription.activated", EventKind.SUBSCRIBER),
        ("checkout_link.subscription.deactivated", EventKind.ENDED),
        ("payout.paid", EventKind.OTHER),
        ("app.payment.succeeded", EventKind.PURCHASE),
        ("app.payment.refunded", EventKind.REFUND),
    ],
)
def test_checkout_and_app_events_are_of_our_kinds(type_: str, kind: EventKind) -> None:
    assert parsed(envelope(type_, id="FV-7", purchaser=PERSON)).kind is kind


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("one_time", EventKind.PURCHASE),
        ("subscription_initial", EventKind.SUBSCRIBER),
        ("subscription_renewal", EventKind.RENEWAL),
        (None, EventKind.PURCHASE),
    ],
)
def test_a_checkout_payment_is_what_its_billing_reason_says(reason: str | None, kind: EventKind) -> None:
    body = envelope("checkout_link.payment.succeeded", id="FV-7", gross=900, billing_reason=reason, purchaser=PERSON)
    assert (parsed(body).kind, parsed(body).amount) == (kind, Money(900))


def test_a_subscription_is_ending_once_a_period_and_then_over_once() -> None:
    more = {"purchaser": PERSON, "expires_at": "2026-10-10T10:00:00.000Z"}
    switched = "creator.subscription.cancel_at_period_end_changed"
    off = parsed(envelope(switched, cancel_at_period_end=True, **more))
    off_again = parsed(envelope(switched, "evt-3", cancel_at_period_end=True, **more))
    end = parsed(envelope("creator.subscription.deactivated", "evt-2", cancel_at_period_end=True, **more))
    assert (off.kind, end.kind) == (EventKind.CANCELLATION, EventKind.ENDED)
    assert off.key == off_again.key != end.key


def test_a_reaction_and_a_deleted_message_name_their_message() -> None:
    reaction = parsed(envelope("creator.message.reaction", emoji="❤️", message_uuid=MESSAGE, actor={"uuid": FAN}))
    deleted = parsed(envelope("creator.message.deleted", uuid=MESSAGE, sender="fan", fan=PERSON, deleted_at=AT))
    assert (reaction.kind, reaction.message_uuid, reaction.text) == (EventKind.REACTION, MESSAGE, "❤️")
    assert (deleted.kind, deleted.message_uuid) == (EventKind.MESSAGE_DELETED, MESSAGE)
    assert not reaction.kind.has_card
    assert not deleted.kind.has_card


def test_turning_renewal_on_again_is_no_cancellation() -> None:
    body = envelope("creator.subscription.cancel_at_period_end_changed", cancel_at_period_end=False, purchaser=PERSON)
    assert parsed(body).kind is EventKind.OTHER


@pytest.mark.parametrize(
    ("body", "kind", "amount"),
    [
        (payment("tip"), EventKind.TIP, Money(1999)),
        (payment("subscription"), EventKind.SUBSCRIBER, Money(1999)),
        (payment("renewal"), EventKind.RENEWAL, Money(1999)),
        (payment("message"), EventKind.PURCHASE, Money(1999)),
        (payment("post", currency="eur"), EventKind.PURCHASE, Money(1999, "EUR")),
        (payment("post", currency=None), EventKind.PURCHASE, Money(1999, "USD")),
        (payment("post", currency="🪙"), EventKind.PURCHASE, Money(1999, "USD")),
        (payment("lottery"), EventKind.OTHER, Money(1999)),
        (payment("tip", gross=None), EventKind.TIP, None),
        (payment("tip", gross=True), EventKind.TIP, None),
        (payment("tip", gross="1999"), EventKind.TIP, None),
        (payment("tip", gross=10**30), EventKind.TIP, None),
        (payment("tip", gross=799.5), EventKind.TIP, Money(800)),
        (flat(price=500, context="post", postUuid=POST), EventKind.TIP, Money(500)),
        (
            envelope("creator.refund.created", id="FVC-1", amount=700, currency="GBP"),
            EventKind.REFUND,
            Money(700, "GBP"),
        ),
    ],
)
def test_payments_become_the_kind_their_source_says(body: Any, kind: EventKind, amount: Money | None) -> None:
    event = parsed(body)
    assert (event.kind, event.amount) == (kind, amount)


def test_the_body_decides_over_header_and_address() -> None:
    tip = flat(price=500, context="message", messageUuid=MESSAGE)
    bodies = [flat_message(), tip, flat(price=9, postUuid=POST), flat(counterpartUuid=FAN, readMessagesCount=1), flat()]
    for body in bodies:
        keys = {
            parsed(body, topic, topic).key for topic in (None, "message.received", "message.read", "follow.new", "x")
        }
        assert len(keys) == 1


@pytest.mark.parametrize(
    ("topic", "event", "kind"),
    [
        (None, None, EventKind.SUBSCRIBER),
        ("subscription.new", None, EventKind.SUBSCRIBER),
        ("subscription.renewed", None, EventKind.RENEWAL),
        (None, "tip.new", EventKind.TIP),
        ("purchase.new", "tip.new", EventKind.PURCHASE),
        ("follow.new", None, EventKind.SUBSCRIBER),
        ("\x00\udcff", "🦊", EventKind.SUBSCRIBER),
    ],
)
def test_where_the_body_leaves_it_open_the_header_chooses_before_the_address(
    topic: str | None, event: str | None, kind: EventKind
) -> None:
    assert parsed(flat(price=999), topic, event).kind is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (flat(messageUuid=MESSAGE), EventKind.MESSAGE),
        (flat(messageUuid=MESSAGE, message=None, isMuted=False), EventKind.MESSAGE),
        (flat(sender=None, counterpartUuid=FAN), EventKind.MESSAGE_READ),
        (flat(sender=None, counterpartUuid=FAN, readMessagesCount=None), EventKind.MESSAGE_READ),
        (flat(price=500, messageUuid=MESSAGE, senderUuid=FAN), EventKind.TIP),
        (flat(price=500, messageUuid=MESSAGE, context=None), EventKind.TIP),
        (flat(postUuid=POST), EventKind.PURCHASE),
        (flat(routeUuid=MESSAGE, price=None), EventKind.PURCHASE),
        (flat(price=None), EventKind.SUBSCRIBER),
    ],
)
def test_what_lacks_a_field_of_its_kind_is_still_no_follower(body: dict[str, Any], kind: EventKind) -> None:
    found = parsed(body)
    assert (found.kind, found.fan and found.fan.id) == (kind, FAN)


@pytest.mark.parametrize("type_", ["creator.party.started", "payout.paid", "creator.fan.presence_changed"])
def test_unknown_types_are_kept_as_other_under_their_envelopes_id_and_their_name(type_: str) -> None:
    event = parsed(envelope(type_, "evt-9", uuid="x"))
    assert event.kind is EventKind.OTHER
    assert event.key == f"other.envelope:{CREATOR}:evt-9"
    assert event.reported_as == type_


def test_without_any_id_the_body_itself_is_the_identity() -> None:
    one, same, other = (parse(body, None, None, NOW) for body in (b'{"type":"x"}', b'{"type":"x"}', b'{"type":"y"}'))
    assert one.key == same.key != other.key
    assert one.creator == ""
    assert one.key.startswith("other.envelope::")


def test_automated_messages_make_no_card() -> None:
    assert parsed(creator_message(is_automated=True)).kind is EventKind.OTHER


@pytest.mark.parametrize(
    "type_",
    ["AUTOMATED_NEW_FOLLOWER", "BROADCAST", "GHOST_PROMOTION", "MARKETING_KYC", "TIP", "LOCKED_MESSAGE_UNLOCKED"],
)
def test_messages_of_automatic_types_make_no_card(type_: str) -> None:
    assert not parsed(creator_message(type=type_)).kind.has_card
    body = flat_message()
    body["message"]["type"] = type_
    assert not parsed(body).kind.has_card


def test_what_the_creator_wrote_is_not_taken_for_a_fans_message() -> None:
    assert parsed(creator_message(sender="creator")).kind is EventKind.MESSAGE_SENT


@pytest.mark.parametrize(
    "more", [{"has_media": True}, {"media_uuids": ["x"]}, {"text": None, "media_uuids": ["x", "y"]}]
)
def test_media_are_noticed(more: dict[str, Any]) -> None:
    assert parsed(creator_message(**more)).has_media


def test_email_addresses_are_not_kept() -> None:
    for body in (creator_message(), payment("tip"), envelope("creator.follow.created", follower=PERSON)):
        assert "example.com" not in json.dumps([str(value) for value in vars_of(parsed(body))])


def vars_of(event: Event) -> list[object]:
    return [getattr(event, name) for name in event.__slots__]


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-09-10T09:00:00+02:00", datetime(2026, 9, 10, 7, tzinfo=UTC)),
        ("2026-09-10", datetime(2026, 9, 10, tzinfo=UTC)),
        ("2026-09-10T07:00:00", datetime(2026, 9, 10, 7, tzinfo=UTC)),
        (None, NOW),
        ("", NOW),
        ("soon", NOW),
        (1789034400, NOW),
        ("9999-12-31T23:59:59Z", NOW),
        ("0001-01-01T00:00:00+14:00", NOW),
        ("1970-01-01T00:00:00Z", NOW),
        ("2026-09-10T10:00:60Z", NOW),
    ],
)
def test_times_are_read_leniently_and_absurd_ones_become_now(stamp: object, expected: datetime) -> None:
    assert parsed({**flat_message(), "timestamp": stamp}).happened_at == expected


def test_the_identity_never_depends_on_when_it_arrived() -> None:
    bodies = [flat(), flat(price=1), flat_message(), payment("tip"), creator_message(), payment("subscription")]
    for body in [*bodies, *({**body, "timestamp": None} for body in bodies)]:
        raw = json.dumps(body).encode()
        assert parse(raw, None, None, NOW).key == parse(raw, None, None, NOW + timedelta(days=3)).key


def test_uuids_in_capitals_are_the_same_creator() -> None:
    assert parsed(flat(recipientUuid=CREATOR.upper())).creator == CREATOR


def test_what_no_database_takes_does_not_get_through() -> None:
    event = parsed(creator_message(text="a\x00b", uuid="x\x00y", fan={**PERSON, "handle": "h\x00", "uuid": FAN}))
    assert event.text == "ab"
    assert event.message_uuid is None
    assert event.fan is not None
    assert event.fan.handle == "h"
    assert "\x00" not in event.key


def test_texts_and_names_are_bounded() -> None:
    event = parsed(creator_message(text="x" * 100_000, fan={"uuid": FAN, "display_name": "y" * 100_000}))
    assert event.text is not None
    assert len(event.text) == 10_000
    assert event.fan is not None
    assert len(event.fan.display_name) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"[{}]",
        b"{",
        b"\xff",
        b'{"a":"\xff"}',
        b"[" * 100_000,
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":' * 50_000,
    ],
)
def test_what_is_no_object_is_the_one_named_error(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError):
        parse(body, None, None, NOW)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([AT, CREATOR, FAN, "", "tip", "creator", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "id",
    "timestamp",
    "data",
    "recipientUuid",
    "sender",
    "price",
    "messageUuid",
    "message",
    "readMessagesCount",
    "context",
    "postUuid",
    "routeUuid",
    "senderUuid",
    "counterpartUuid",
    "uuid",
    "creator",
    "fan",
    "purchaser",
    "follower",
    "gross",
    "amount",
    "currency",
    "source",
    "paid_at",
    "created_at",
    "expires_at",
    "post_uuid",
    "message_uuid",
    "text",
    "payment",
    "subscription",
    "is_automated",
    "cancel_at_period_end",
    "current_period_start",
]
OBJECTS = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=12)


@settings(max_examples=150)
@given(OBJECTS, OBJECTS, st.none() | st.sampled_from(sorted(KINDS_OF_THE_CONTRACT)), st.none() | st.text(max_size=20))
def test_no_object_of_known_fields_and_any_values_raises(
    fields: dict[str, Any], data: dict[str, Any], type_: str | None, topic: str | None
) -> None:
    body = {**fields, "type": type_, "data": data} if type_ else fields
    event = parsed(body, topic, topic)
    assert event.key.startswith((event.kind.value, "sale:"))
    assert all(name.isascii() and len(name) < 400 for name in event.identities)
    assert event.key.isascii()
    assert len(event.key) < 400
    assert event.key == parsed(body, topic, topic).key
    assert event.happened_at.tzinfo is not None


@settings(max_examples=150)
@given(st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()), st.none() | st.text(max_size=9))
def test_no_bytes_raise_anything_but_the_one_named_error(body: bytes, topic: str | None) -> None:
    with suppress(UnexpectedAnswerError):
        assert parse(body, topic, topic, NOW).key


def test_an_event_prints_neither_text_nor_people() -> None:
    printed = repr(parsed(creator_message()))
    assert "hello" not in printed
    assert "sam" not in printed.lower()


ODD = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8) | st.sampled_from([FAN.upper(), "", "x\x00"])
PLAIN = {
    "uuid": st.just(MESSAGE) | ODD,
    "sender": st.sampled_from(["fan", "creator", "", None]),
    "created_at": st.sampled_from([AT, "2026-09-10", "2026-09-10T10:00:00+02:00", "9999-12-31T23:59:59Z", None, 5]),
    "creator": st.sampled_from([{"uuid": CREATOR}, {"uuid": CREATOR.upper()}, {"uuid": 5}, None, {}]),
    "fan": st.fixed_dictionaries(
        {"uuid": st.just(FAN) | ODD},
        optional={"handle": st.just("sam") | ODD, "display_name": st.text(max_size=250) | ODD, "displayName": ODD},
    ),
}
MORE = {
    "text": st.text(max_size=40) | ODD | st.just("x" * 10_001),
    "is_automated": st.booleans() | ODD,
    "has_media": st.booleans() | ODD,
    "media_uuids": st.lists(ODD, max_size=2) | ODD,
    "type": st.sampled_from(["SINGLE_RECIPIENT", "BROADCAST", None, 5]),
    "message_uuid": ODD,
    "post_uuid": st.just(POST) | ODD,
}


@settings(max_examples=400, deadline=None)
@given(st.fixed_dictionaries(PLAIN, optional=MORE), st.sampled_from([AT, None, "soon"]))
def test_the_quick_reading_of_a_plain_message_says_what_the_careful_one_says(data: dict[str, Any], at: Any) -> None:
    body = {"id": "evt-1", "type": "creator.message.received", "timestamp": at, "data": data}
    raw = json.dumps(body).encode()
    quick = plain_message.read(raw, NOW)
    careful = from_envelope(Payload(json.loads(raw)), "digest", NOW)
    assert quick in (None, careful)


def test_the_quick_reading_takes_an_ordinary_message() -> None:
    body = creator_message(unread_messages_count=3, is_muted=False, is_automated=False, object="message")
    assert plain_message.read(json.dumps(body).encode(), NOW) == from_envelope(Payload(body), "digest", NOW)
