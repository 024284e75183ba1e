"""Every route by which Fanvue tells a happening: bodies of webhooks and rows of lists, read as the bot reads them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from bot.alerts import findings
from bot.domain.accounts import CreatorId
from bot.domain.events import Event
from bot.fanvue import webhooks
from bot.fanvue.answers import decoder_for
from bot.fanvue.insights import Earning, Reversal
from bot.fanvue.notifications import Notification

LUNA = CreatorId("11111111-2222-4333-8444-555555555555")
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PRICE, WITH_TAX = 1000, 1210
NUMBERS = count(1)


@dataclass(frozen=True)
class Happening:
    """One true happening, as Fanvue knows it."""

    number: int
    fan_number: int
    at: datetime
    net_of: int = 0
    """The number of the payment that a reversal takes back, where it is not its own."""
    price: int = PRICE
    charged: int = PRICE

    @property
    def fan(self) -> str:
        return uuid("fa", self.fan_number)

    @property
    def order(self) -> str:
        return f"FV-{1000 + self.number}"

    @property
    def payment(self) -> str:
        return f"FV-{1000 + (self.net_of or self.number)}"

    @property
    def reversal(self) -> str:
        return f"FVC-{1000 + self.number}"

    @property
    def row_order(self) -> str:
        """Of a reversal's row, where it looks like a payment's."""
        return f"FV-{9_000_000 + self.number}"

    @property
    def row_number(self) -> str:
        """Of the row of the earnings, where that is not the payment's."""
        return uuid("0f", self.number)

    @property
    def message(self) -> str:
        return uuid("ae", self.number)

    @property
    def post(self) -> str:
        return uuid("b0", 1)


Route = Callable[[Happening], Event]


def uuid(beginning: str, number: int) -> str:
    return f"{beginning}000000-0000-4000-8000-{number:012x}"


def stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def heard(body: dict[str, Any], topic: str | None = None) -> Event:
    return webhooks.parse(json.dumps(body).encode(), topic, None, NOON + timedelta(days=10))


def flat(topic: str, *, priced: bool = True, **fields: Callable[[Happening], Any]) -> Route:
    def tell(one: Happening) -> Event:
        sender = {"uuid": one.fan, "handle": "sam", "displayName": "Sam", "avatarUrl": None}
        body = {"recipientUuid": LUNA, "sender": sender, "timestamp": stamp(one.at + timedelta(seconds=2))}
        body |= {name: value(one) for name, value in fields.items()} | ({"price": one.price} if priced else {})
        return heard(body, topic)

    return tell


def envelope(type_: str, **fields: Callable[[Happening], Any]) -> Route:
    def tell(one: Happening) -> Event:
        person = {"uuid": one.fan, "handle": "sam", "display_name": "Sam"}
        data = {"creator": {"uuid": LUNA}, "purchaser": person, "created_at": stamp(one.at)}
        data |= {name: value(one) for name, value in fields.items()}
        told_at = stamp(one.at + timedelta(seconds=4))
        return heard({"id": f"evt-{next(NUMBERS)}", "type": type_, "timestamp": told_at, "data": data})

    return tell


def payment(source: str, *, type_: str = "creator.payment.succeeded", **fields: Callable[[Happening], Any]) -> Route:
    told: dict[str, Callable[[Happening], Any]] = {
        "id": lambda one: one.order,
        "source": lambda _: source,
        "gross": lambda one: one.price,
        "currency": lambda _: "USD",
        "paid_at": lambda one: stamp(one.at + timedelta(seconds=1)),
    }
    return envelope(type_, **told | fields)


def reversal(type_: str, **fields: Callable[[Happening], Any]) -> Route:
    told: dict[str, Callable[[Happening], Any]] = {
        "id": lambda one: one.reversal,
        "payment_id": lambda one: one.payment,
        "amount": lambda one: one.price,
        "currency": lambda _: "USD",
    }
    return envelope(type_, **told | fields)


def read(kind: Any, fields: dict[str, Any]) -> Any:
    return decoder_for(kind).decode(msgspec.json.encode(fields))


def told(event: Event | None) -> Event:
    assert event is not None
    return event


def earned(source: str, *, number: str = "order", **fields: Callable[[Happening], Any]) -> Route:
    def tell(one: Happening) -> Event:
        user = {"uuid": one.fan, "handle": "sam", "displayName": "Sam"}
        sign = -1 if source in {"refund", "chargeback"} else 1
        row = {"date": stamp(one.at), "gross": sign * one.price, "net": sign * 800, "source": source, "user": user}
        row |= {"transactionOrderId": getattr(one, number), "currency": "EUR"}
        row |= {name: value(one) for name, value in fields.items()}
        return told(findings.of_earning(LUNA, read(Earning, row)))

    return tell


def spent(source: str) -> Route:
    def tell(one: Happening) -> Event:
        user = {"uuid": one.fan, "handle": "sam", "displayName": "Sam"}
        row = {"date": stamp(one.at), "gross": -one.price, "net": -800, "source": source, "user": user}
        return told(findings.of_reversal(LUNA, read(Reversal, row)))

    return tell


def notified(event_type: int, *, has_earnings: bool = False, **data: Callable[[Happening], Any]) -> Route:
    def tell(one: Happening) -> Event:
        person = {"uuid": one.fan, "handle": "sam", "displayName": "Sam"}
        row = {"uuid": uuid("c0", one.number), "createdAt": stamp(one.at), "eventType": event_type}
        row |= {"originator": person, "data": {name: value(one) for name, value in data.items()}}
        return told(findings.of_notification(LUNA, read(Notification, row), has_earnings=has_earnings))

    return tell


def nothing(_: Happening) -> int:
    return 0


def price(one: Happening) -> int:
    return one.price


def charged(one: Happening) -> int:
    return one.charged


def message(one: Happening) -> str:
    return one.message


def post(one: Happening) -> str:
    return one.post


def each_bought(one: Happening) -> str:
    """Nobody buys the same post twice."""
    return uuid("b1", one.number)


def paid_order(one: Happening) -> str:
    return one.payment


def period(type_: str, **fields: Callable[[Happening], Any]) -> Route:
    told: dict[str, Callable[[Happening], Any]] = {
        "id": lambda one: f"sub_{one.fan_number}",
        "current_period_start": lambda one: stamp(one.at),
        "expires_at": lambda one: stamp(one.at + timedelta(days=30)),
        "created_at": lambda _: stamp(NOON - timedelta(days=300)),
    }
    return envelope(type_, **told | fields)


def by_link(type_: str) -> Route:
    """The checkout family's, by its own clock."""
    return period(type_, current_period_start=lambda one: stamp(one.at + timedelta(seconds=3)))


def checkout(reason: str | None, **fields: Callable[[Happening], Any]) -> Route:
    return payment("", type_="checkout_link.payment.succeeded", billing_reason=lambda _: reason, **fields)


def own_reversal(one: Happening) -> str:
    """Another number than the other family gives the same refund."""
    return f"FVC-{8_000_000 + one.number}"


ROUTES: dict[str, dict[str, Route]] = {
    "follower": {
        "flat": flat("follow.new", priced=False),
        "creator": envelope("creator.follow.created", follower=lambda one: {"uuid": one.fan}),
        "notification": notified(12),
    },
    "first subscription": {
        "flat": flat("subscription.new"),
        "payment": payment("subscription"),
        "activated": period("creator.subscription.activated"),
        "activated by link": by_link("checkout_link.subscription.activated"),
        "checkout": checkout("subscription_initial"),
        "earnings": earned("subscription"),
        "earnings with own numbers": earned("subscription", number="row_number"),
        "notification": notified(10, price=price),
        "notification without its price": notified(10, has_earnings=True),
    },
    "free trial": {
        "flat": flat("subscription.new", priced=False, price=nothing),
        "payment": payment("subscription", gross=nothing),
        "activated": period("creator.subscription.activated"),
        "notification": notified(10, has_earnings=True, price=nothing),
    },
    "renewal": {
        "flat": flat("subscription.renewed"),
        "payment": payment("renewal"),
        "renewed": period("creator.subscription.renewed"),
        "renewed by link": by_link("checkout_link.subscription.renewed"),
        "checkout": checkout("subscription_renewal"),
        "earnings": earned("renewal"),
        "earnings with own numbers": earned("renewal", number="row_number"),
    },
    "tip in a message": {
        "flat": flat("tip.new", context=lambda _: "message", messageUuid=message),
        "payment": payment("tip", message_uuid=message),
        "payment of no message": payment("tip"),
        "earnings": earned("tip"),
        "earnings with own numbers": earned("tip", number="row_number"),
        "notification": notified(11, price=price),
    },
    "tip on a post": {
        "flat": flat("tip.new", context=lambda _: "post", postUuid=post),
        "payment": payment("tip", post_uuid=post),
        "payment of no post": payment("tip"),
        "earnings": earned("tip"),
        "earnings with own numbers": earned("tip", number="row_number"),
        "notification": notified(11, price=price, postUuid=post),
    },
    "paid message": {
        "flat": flat("purchase.new", routeUuid=message),
        "payment": payment("message", message_uuid=message),
        "earnings": earned("message", messageUuid=message),
        "earnings with own numbers": earned("message", number="row_number", messageUuid=message),
        "earnings of no message": earned("message", number="row_number"),
        "notification": notified(9, price=price, messageUuid=message),
    },
    "paid post": {
        "flat": flat("purchase.new", postUuid=each_bought),
        "payment": payment("post", post_uuid=each_bought),
        "earnings": earned("post", postUuid=each_bought),
        "earnings with own numbers": earned("post", number="row_number", postUuid=each_bought),
        "earnings of no post": earned("post", number="row_number"),
        "notification": notified(9, price=price, postUuid=each_bought),
    },
    "bundle": {
        "flat": flat("purchase.new"),
        "payment": payment("mediaLink"),
        "earnings": earned("mediaLink"),
        "earnings with own numbers": earned("mediaLink", number="row_number"),
        "notification": notified(9, price=price),
    },
    "first subscription by link": {
        "flat": flat("subscription.new"),
        "payment": payment("checkoutLink"),
        "activated": period("creator.subscription.activated"),
        "activated by link": by_link("checkout_link.subscription.activated"),
        "checkout": checkout("subscription_initial"),
        "checkout without a reason": checkout(None),
        "earnings": earned("checkoutLink"),
        "earnings with own numbers": earned("checkoutLink", number="row_number"),
        "notification": notified(10, price=price),
    },
    "renewal by link": {
        "payment": payment("checkoutLink"),
        "renewed": period("creator.subscription.renewed"),
        "renewed by link": by_link("checkout_link.subscription.renewed"),
        "checkout": checkout("subscription_renewal"),
        "checkout without a reason": checkout(None),
        "earnings": earned("renewal", number="row_number"),
    },
    "app item": {
        "app": payment("", type_="app.payment.succeeded"),
        "earnings": earned("appStore"),
        "earnings with own numbers": earned("appStore", number="row_number"),
    },
    "checkout": {
        "flat": flat("purchase.new"),
        "notification": notified(9, price=price),
        "payment": payment("checkoutLink"),
        "checkout": checkout("one_time"),
        "checkout without a reason": checkout(None),
        "earnings": earned("checkoutLink"),
        "earnings with own numbers": earned("checkoutLink", number="row_number"),
    },
    "refund": {
        "creator": reversal("creator.refund.created"),
        "creator without its amount": reversal("creator.refund.created", amount=lambda _: None),
        "checkout": reversal("checkout_link.refund.created"),
        "checkout with its own number": reversal("checkout_link.refund.created", id=own_reversal),
        "payment inside": reversal(
            "creator.refund.created", payment_id=lambda _: None, payment=lambda one: {"id": one.payment}
        ),
        "earnings": earned("refund", number="row_number", reversedTransactionOrderId=paid_order),
        "earnings with Fanvue's number": earned("refund", number="reversal", reversedTransactionOrderId=paid_order),
        "earnings with a payment's number": earned("refund", number="row_order", reversedTransactionOrderId=paid_order),
        "earnings with the number of what is taken back": earned(
            "refund", number="payment", reversedTransactionOrderId=paid_order
        ),
        "earnings of no payment": earned("refund", number="row_number"),
        "spending": spent("refund"),
    },
    "dispute": {
        "creator": reversal("creator.dispute.created"),
        "flagged": reversal("checkout_link.dispute.flagged"),
        "checkout": reversal("checkout_link.dispute.created"),
        "flagged without its amount": reversal("checkout_link.dispute.flagged", amount=lambda _: None),
        "earnings": earned("chargeback", number="row_number", reversedTransactionOrderId=paid_order),
        "earnings with a payment's number": earned(
            "chargeback", number="row_order", reversedTransactionOrderId=paid_order
        ),
        "spending": spent("chargeback"),
    },
}
