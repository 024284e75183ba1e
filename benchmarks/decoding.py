"""What decoding a page of 50 rows costs over msgspec's bare typed structs; json with dataclasses beside it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from benchmarks.figures import PAIRS, Figure, paired
from bot.fanvue.answers import decode, decoder_for
from bot.fanvue.chats import Message
from bot.fanvue.insights import Earning
from bot.fanvue.shapes import Page

ROWS = 50
ROUNDS = 400
GOAL = 1.3
PERSON = {
    "uuid": "99999999-8888-4777-8666-555555555555",
    "handle": "sarah-jones",
    "displayName": "Sarah Jones",
    "nickname": None,
    "isTopSpender": True,
    "avatarUrl": "https://media.fanvue.com/avatars/99999999-8888-4777-8666-555555555555.jpg",
    "registeredAt": "2024-01-01T00:00:00.000Z",
}


class BareParty(msgspec.Struct, rename="camel"):
    """As one would write it down without anything of ours."""

    uuid: str
    handle: str = ""
    display_name: str = ""


class BareFan(msgspec.Struct, rename="camel"):
    """The same."""

    uuid: str
    handle: str = ""
    display_name: str = ""
    nickname: str | None = None
    is_top_spender: bool = False
    avatar_url: str | None = None
    registered_at: datetime | None = None


class BareMessage(msgspec.Struct, rename="camel"):
    """The same."""

    uuid: str
    text: str | None = None
    type: str = ""
    sent_at: datetime | None = None
    sender: BareParty | None = None
    recipient: BareParty | None = None
    has_media: bool | None = None
    media_type: str | None = None
    media_uuids: tuple[str, ...] = ()
    purchased_at: datetime | None = None
    sent_by_user_id: str | None = None
    is_read: bool = False


class BareEarning(msgspec.Struct, rename="camel"):
    """The same."""

    date: datetime
    gross: float
    net: float
    currency: str | None = None
    source: str = ""
    transaction_order_id: str = ""
    transaction_order_status: str = ""
    user: BareFan | None = None


class BareMessages(msgspec.Struct, rename="camel"):
    """The same."""

    data: list[BareMessage]
    next_cursor: str | None = None


class BareEarnings(msgspec.Struct, rename="camel"):
    """The same."""

    data: list[BareEarning]
    next_cursor: str | None = None


@dataclass(frozen=True)
class PlainMessage:
    """What json and a dataclass make of it, nothing checked but the moment."""

    uuid: str
    text: str | None
    type: str
    sent_at: datetime
    is_read: bool


async def decoding() -> list[Figure]:
    """A page of messages and a page of earnings."""
    messages, earnings = _messages(), _earnings()
    ours, bare = decoder_for(Page[Message]), msgspec.json.Decoder(BareMessages)
    our_earnings, bare_earnings = decoder_for(Page[Earning]), msgspec.json.Decoder(BareEarnings)
    return [
        _compared("messages", lambda: decode("op", ours, messages), lambda: bare.decode(messages), "msgspec"),
        _compared("messages", lambda: decode("op", ours, messages), lambda: _plain(messages), "json + dataclass"),
        _compared(
            "earnings",
            lambda: decode("op", our_earnings, earnings),
            lambda: bare_earnings.decode(earnings),
            "msgspec",
        ),
    ]


def _compared(what: str, ours: Callable[[], object], baseline: Callable[[], object], name: str) -> Figure:
    _milliseconds(ours)
    _milliseconds(baseline)
    pairs = [(_milliseconds(ours), _milliseconds(baseline)) for _ in range(PAIRS)]
    title = f"decode {ROWS} {what}, over bare {name}"
    return paired(title, [a for a, _ in pairs], [b for _, b in pairs], GOAL, is_at_most=True, unit=" ms")


def _milliseconds(act: Callable[[], object]) -> float:
    """CPU for one page."""
    started = time.process_time()
    for _ in range(ROUNDS):
        act()
    return (time.process_time() - started) * 1000 / ROUNDS


def _plain(body: bytes) -> list[PlainMessage]:
    return [
        PlainMessage(
            row["uuid"], row["text"], row["type"], datetime.fromisoformat(row["sentAt"]), bool(row.get("isRead"))
        )
        for row in json.loads(body)["data"]
    ]


def _messages() -> bytes:
    rows: list[dict[str, Any]] = [
        {
            "uuid": f"11111111-2222-4333-8444-{number:012x}",
            "text": "Good morning! I loved the last set so much, when is the next one coming? " * 2,
            "type": "SINGLE_RECIPIENT",
            "sentAt": f"2026-05-{number % 28 + 1:02}T08:30:00.000Z",
            "sender": PERSON,
            "recipient": PERSON,
            "hasMedia": False,
            "mediaType": None,
            "mediaUuids": [],
            "pricing": None,
            "purchasedAt": None,
            "sentByUserId": None,
            "isRead": True,
        }
        for number in range(ROWS)
    ]
    return json.dumps({"data": rows, "nextCursor": "abc=="}).encode()


def _earnings() -> bytes:
    rows: list[dict[str, Any]] = [
        {
            "date": f"2026-05-{number % 28 + 1:02}T08:30:00.000Z",
            "gross": 999,
            "net": 799,
            "currency": "usd",
            "source": "subscription",
            "transactionOrderId": f"FV-{10_000_000_000 + number}",
            "transactionOrderStatus": "completed",
            "user": PERSON,
        }
        for number in range(ROWS)
    ]
    return json.dumps({"data": rows, "nextCursor": None}).encode()
