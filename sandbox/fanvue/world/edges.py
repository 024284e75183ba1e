"""Accounts at the edges of what happens, put in place of a creator's two years: to see what is shown of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from .desk import Desk
from .records import Sale, Subscription
from .sales import SalesBook, share

MANY = 100_000
ENORMOUS = 10**11
"""A billion dollars in cents."""


def emptied(desk: Desk, _now: datetime) -> None:
    """Nobody has come yet and nothing was earned."""
    for part in (desk.fans, desk.chats, desk.fan_media, desk.reversals, desk.posts, desk.tracking_links):
        part.clear()
    desk.notifications.clear()
    desk.subscriber_events.clear()
    desk.sales = SalesBook([])


def a_day_old(desk: Desk, now: datetime) -> None:
    """Opened yesterday: two subscribers, of whom one has paid, and one post."""
    came = sorted(desk.subscribers(now), key=lambda fan: fan.joined_at)[-2:]
    posts = [replace(post, created_at=now - timedelta(hours=20)) for post in desk.posts[:1]]
    emptied(desk, now)
    desk.owner.registered_at = now - timedelta(days=1)
    for number, fan in enumerate(came, start=1):
        at = now - timedelta(hours=9 * number)
        subscription = Subscription(at, at, at + timedelta(days=30), desk.price)
        desk.fans[fan.user.uuid] = replace(fan, joined_at=at, subscription=subscription)
        desk.subscriber_events.append((at, 1))
    desk.posts.extend(posts)
    first = came[0].user.uuid if came else None
    desk.sales = SalesBook([_sale(now - timedelta(hours=9), 999, "subscription", fan=first)])


def one_enormous(desk: Desk, now: datetime) -> None:
    """A single payment, larger than anybody makes."""
    desk.sales = SalesBook([_sale(now - timedelta(hours=3), ENORMOUS)])


def crowded(desk: Desk, now: datetime) -> None:
    """A hundred thousand payments in eighty days."""
    desk.sales = SalesBook(
        [_sale(now - timedelta(seconds=70 * number + 1), 500, number=number) for number in range(MANY)]
    )


def taken_back(desk: Desk, now: datetime) -> None:
    """Days that count against, as the newer surface tells what was taken back, beside one that earned."""
    sales = [_sale(now - timedelta(days=day, hours=1), -5_000, "post", number=day) for day in range(1, 5)]
    desk.sales = SalesBook([*sales, _sale(now - timedelta(days=5), 3_000, "tip", number=9)])


def strange(desk: Desk, now: datetime) -> None:
    """Sources nobody knows, with letters of markup, in currencies that are none or missing."""
    desk.sales = SalesBook(
        [
            _sale(
                now - timedelta(hours=3 * number),
                300 * number,
                f"brandNew_{number}*",
                number=number,
                currency=None if number % 2 else "XTS",
            )
            for number in range(1, 40)
        ]
    )


EDGES: Mapping[str, Callable[[Desk, datetime], None]] = MappingProxyType(
    {
        "empty": emptied,
        "a day old": a_day_old,
        "one enormous payment": one_enormous,
        "100,000 payments": crowded,
        "days below zero": taken_back,
        "unknown sources": strange,
    }
)


def _sale(
    at: datetime,
    gross: int,
    source: str = "tip",
    *,
    number: int = 0,
    currency: str | None = "USD",
    fan: str | None = None,
) -> Sale:
    return Sale(at, source, gross, share(gross), f"FV-{number}", fan, currency)  # type: ignore[arg-type]
