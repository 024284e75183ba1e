"""An event rests sealed: all of it comes back, and nothing is kept that no card needs or its row says already."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from bot.alerts.sealing import open_event, seal_event
from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.fanvue import webhooks
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.events import NewEvent, StoredEvent
from bot.vault.keyring import Keyring, new_key

CREATOR_ID = "11111111-2222-4333-8444-555555555555"
NOW = datetime(2026, 7, 1, 12, 0, 2, 250, tzinfo=UTC)
MESSAGE = Event(
    key=f"message:{CREATOR_ID}:m-1",
    kind=EventKind.MESSAGE,
    creator=CreatorId(CREATOR_ID),
    happened_at=NOW,
    fan=Fan(FanId("f-1"), "sarah", "Sarah \u2764"),
    text='Hello, "you"',
    has_media=True,
    message_uuid="m-1",
)
TIP = replace(
    MESSAGE,
    key=f"sale:{CREATOR_ID}:order-1",
    kind=EventKind.TIP,
    amount=Money(-(2**62), "EUR"),
    post_uuid="p-1",
    aliases=("tip:a", "tip:b"),
    sample_for="dm:1",
)
UNKNOWN = Event(
    key=f"other:{CREATOR_ID}:d",
    kind=EventKind.OTHER,
    creator=CreatorId(CREATOR_ID),
    happened_at=NOW,
    reported_as="creator.new.thing",
)
PRIVATE = {
    "id": "evt_1",
    "type": "creator.payment.succeeded",
    "timestamp": "2026-07-01T12:00:01.000Z",
    "data": {
        "id": "order-1",
        "source": "tip",
        "gross": 500,
        "currency": "USD",
        "email": "canary@fans.example",
        "card": {"last4": "canary-4242", "fingerprint": "canary-print"},
        "purchaser": {"uuid": "f-1", "handle": "fan", "display_name": "Fan", "email": "canary@fans.example"},
        "creator": {"uuid": CREATOR_ID},
        "payment_intent": "canary-pi",
    },
}


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([new_key()])


def resting(row: NewEvent) -> StoredEvent:
    return StoredEvent(1, row.key, EventKind(row.kind), row.creator, row.sealed_body, row.topic, row.received_at)


def resting_as(keyring: Keyring, event: Event, text: str) -> StoredEvent:
    return replace(
        resting(seal_event(keyring, event, NOW)), sealed_body=keyring.seal(text, identity=f"event:{event.key}")
    )


@pytest.mark.parametrize("event", [MESSAGE, TIP, UNKNOWN], ids=repr)
def test_an_event_comes_back_exactly_as_it_was_sealed(keyring: Keyring, event: Event) -> None:
    assert open_event(keyring, resting(seal_event(keyring, event, NOW))) == event


@pytest.mark.parametrize("event", [MESSAGE, TIP, UNKNOWN], ids=repr)
def test_an_event_that_was_stored_with_all_it_says_still_opens(keyring: Keyring, event: Event) -> None:
    assert open_event(keyring, resting_as(keyring, event, msgspec.json.encode(event).decode())) == event


@pytest.mark.parametrize("event", [MESSAGE, TIP], ids=repr)
def test_nothing_is_sealed_that_the_row_says_as_well(keyring: Keyring, event: Event) -> None:
    row = seal_event(keyring, event, NOW)
    opened = keyring.open(row.sealed_body, identity=f"event:{row.key}")
    assert not [said for said in (row.key, row.creator) if said in opened]


def test_what_the_cards_do_not_need_is_not_kept_not_even_sealed(keyring: Keyring) -> None:
    row = seal_event(keyring, webhooks.parse(json.dumps(PRIVATE).encode(), None, None, NOW), NOW)
    assert "canary" not in keyring.open(row.sealed_body, identity=f"event:{row.key}") + repr(row)


@pytest.mark.parametrize("text", ["", "{}", '{"key": 1}', '{"key":1}', "null", "[]", '{"at": "never"}', '{"at": 1}'])
def test_a_stored_event_that_is_none_is_a_named_error(keyring: Keyring, text: str) -> None:
    with pytest.raises(UnexpectedAnswerError):
        open_event(keyring, resting_as(keyring, MESSAGE, text))
