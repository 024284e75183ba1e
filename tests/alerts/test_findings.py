"""What rows of Fanvue's lists become, whatever they lack."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bot.alerts import findings
from bot.domain.accounts import CreatorId
from bot.domain.events import Event, EventKind
from bot.fanvue.answers import decoder_for
from bot.fanvue.chats import Chat, Message
from bot.fanvue.insights import Earning, Reversal
from bot.fanvue.notifications import Notification

LUNA = CreatorId("11111111-2222-4333-8444-555555555555")
FAN = {"uuid": "99999999-2222-4333-8444-555555555555", "handle": "sarah", "displayName": "Sarah"}
AT = "2026-07-01T10:00:00.123Z"


def read(kind: Any, fields: dict[str, Any]) -> Any:
    return decoder_for(kind).decode(msgspec.json.encode(fields))


def message(**changes: Any) -> Event | None:
    row = {"uuid": "AAAAAAAA-2222-4333-8444-555555555555", "text": "hi", "type": "SINGLE_RECIPIENT", "sentAt": AT}
    chat = read(Chat, {"user": FAN})
    return findings.of_message(LUNA, chat, read(Message, row | {"sender": {"uuid": FAN["uuid"]}} | changes))


def notification(event_type: int, data: dict[str, Any] | None, *, has_earnings: bool = True) -> Event | None:
    row = {"uuid": "n1", "createdAt": AT, "eventType": event_type, "data": data, "originator": FAN}
    return findings.of_notification(LUNA, read(Notification, row), has_earnings=has_earnings)


def test_a_fans_message_is_one_with_its_own_identity() -> None:
    found = message()
    assert found is not None
    assert (found.kind, found.text, found.key) == (
        EventKind.MESSAGE,
        "hi",
        f"message:{LUNA}:aaaaaaaa-2222-4333-8444-555555555555",
    )
    assert type(found.happened_at) is datetime
    assert found.happened_at == datetime(2026, 7, 1, 10, 0, 0, 123000, UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": {"uuid": LUNA}},
        {"sender": {"uuid": LUNA.upper()}},
        {"type": "AUTOMATED_NEW_FOLLOWER"},
        {"type": "BROADCAST"},
        {"type": "GHOST_PROMOTION"},
        {"type": "MARKETING_KYC"},
        {"type": "TIP"},
        {"type": "LOCKED_MESSAGE_UNLOCKED"},
        {"sentAt": None},
        {"uuid": ""},
    ],
)
def test_what_no_fan_wrote_or_another_list_tells_is_no_message(changes: dict[str, Any]) -> None:
    assert message(**changes) is None


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("tip", EventKind.TIP),
        ("subscription", EventKind.SUBSCRIBER),
        ("renewal", EventKind.RENEWAL),
        ("post", EventKind.PURCHASE),
        ("mediaLink", EventKind.PURCHASE),
        ("appStore", EventKind.PURCHASE),
        ("refund", EventKind.REFUND),
        ("message", EventKind.REFUND),
        ("chargeback", EventKind.DISPUTE),
    ],
)
def test_a_row_of_the_earnings_is_a_sale_or_a_reversal_with_a_positive_amount(source: str, kind: EventKind) -> None:
    gross = -500 if kind in {EventKind.REFUND, EventKind.DISPUTE} else 500
    row = {"date": AT, "gross": gross, "net": gross, "source": source, "transactionOrderId": "FV-1", "user": FAN}
    found = findings.of_earning(LUNA, read(Earning, row))
    assert found is not None
    assert found.amount is not None
    assert (found.kind, found.amount.minor) == (kind, 500)


def test_what_no_fan_did_or_nothing_identifies_is_left_out() -> None:
    row = {"date": AT, "gross": 500, "net": 400, "source": "referral", "transactionOrderId": "FV-1"}
    assert findings.of_earning(LUNA, read(Earning, row)) is None
    assert findings.of_earning(LUNA, read(Earning, row | {"source": "tip", "transactionOrderId": ""})) is None
    reversal = {"date": AT, "gross": -500, "net": -400, "source": "refund"}
    assert findings.of_reversal(LUNA, read(Reversal, reversal)) is None


def test_refunds_without_ids_are_told_apart_by_amount_and_by_what_was_paid_for() -> None:
    row = {"date": AT, "gross": -500, "net": -400, "source": "refund", "user": FAN}
    rows = [row, row | {"gross": -700}, *(row | {"messageUuid": uuid} for uuid in ("a", "b"))]
    for find, kind in ((findings.of_reversal, Reversal), (findings.of_earning, Earning)):
        found = [find(LUNA, read(kind, one)) for one in rows]
        assert len({event.key for event in found if event}) == len(rows)


@pytest.mark.parametrize(
    ("event_type", "data", "kind"),
    [
        (12, {}, EventKind.FOLLOWER),
        (12, None, EventKind.FOLLOWER),
        (3, {"postUuid": "p1"}, EventKind.LIKE),
        (4, {"postUuid": "p1", "commentUuid": "c1", "text": "nice"}, EventKind.COMMENT),
        (10, {"price": 0}, EventKind.SUBSCRIBER),
    ],
)
def test_notifications_tell_what_the_earnings_do_not(event_type: int, data: Any, kind: EventKind) -> None:
    found = notification(event_type, data)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize("event_type", [9, 10, 11])
def test_sales_are_told_by_notifications_only_where_the_earnings_may_not_be_read(event_type: int) -> None:
    assert notification(event_type, {"price": 500}) is None
    found = notification(event_type, {"price": 500}, has_earnings=False)
    assert found is not None
    assert found.amount is not None


@pytest.mark.parametrize("data", [None, {}, {"price": 5}, {"something": "new"}])
def test_a_notification_of_an_unknown_kind_is_left_out(data: Any) -> None:
    assert notification(77, data) is None
