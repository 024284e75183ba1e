"""What each family of webhooks and each list tells of what one fan may do, and how subscriptions end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from told_routes import (
    LUNA,
    Happening,
    Route,
    by_link,
    checkout,
    earned,
    envelope,
    flat,
    payment,
    period,
    stamp,
    uuid,
)

from bot.alerts import endings
from bot.domain.accounts import FanId
from bot.domain.events import Event, EventKind, Fan
from bot.domain.subscribers import Subscriber


def ended(type_: str, **fields: Callable[[Happening], Any]) -> Route:
    """A subscription of a month that was about to end, or is over."""
    is_ending = type_.endswith("changed")
    told: dict[str, Callable[[Happening], Any]] = {
        "cancel_at_period_end": lambda _: is_ending,
        "current_period_start": lambda one: stamp(one.at - timedelta(days=30)),
        "expires_at": lambda one: stamp(one.at),
    }
    return envelope(type_, **told | fields)


def unlisted(kind: EventKind) -> Route:
    """What comparing the lists of subscribers tells, hours later."""

    def tell(one: Happening) -> Event:
        subscriber = Subscriber(Fan(FanId(one.fan), "sam", "Sam"), one.at, is_ending=True)
        hours = [one.at + timedelta(hours=number) for number in (-2, 4)]
        return endings.event_of(kind, LUNA, subscriber, read_at=hours[0], now=hours[1])

    return tell


ENDS: dict[EventKind, dict[str, Route]] = {
    kind: {
        "creator": ended(f"creator.subscription.{name}"),
        "checkout without its dates": ended(
            f"checkout_link.subscription.{name}", current_period_start=lambda _: None, expires_at=lambda _: None
        ),
        "list": unlisted(kind),
    }
    for kind, name in ((EventKind.CANCELLATION, "cancel_at_period_end_changed"), (EventKind.ENDED, "deactivated"))
}
"""A fan has one a period."""


def one_message(one: Happening) -> str:
    """The same of a fan each time."""
    return uuid("ae", one.fan_number)


FAMILIES: dict[str, dict[str, tuple[Route, ...]]] = {
    "creator": {
        "subscription": (payment("subscription"), period("creator.subscription.activated")),
        "subscription by link": (payment("checkoutLink"), period("creator.subscription.activated")),
        "purchase by link": (payment("checkoutLink"),),
        "bundle": (payment("mediaLink"),),
        "tip": (payment("tip"),),
        "tip for one message": (payment("tip", message_uuid=one_message),),
    },
    "checkout": {
        "subscription by link": (
            checkout("subscription_initial"),
            by_link("checkout_link.subscription.activated"),
        ),
        "purchase by link": (checkout("one_time"),),
    },
    "checkout without reasons": {
        "subscription by link": (checkout(None), by_link("checkout_link.subscription.activated")),
        "purchase by link": (checkout(None),),
    },
    "flat": {
        "tip for one message": (flat("tip.new", context=lambda _: "message", messageUuid=one_message),),
    },
    "earnings": {
        "subscription": (earned("subscription", number="row_number"),),
        "subscription by link": (earned("checkoutLink", number="row_number"),),
        "purchase by link": (earned("checkoutLink", number="row_number"),),
        "bundle": (earned("mediaLink", number="row_number"),),
        "tip": (earned("tip", number="row_number"),),
        "tip for one message": (earned("tip", number="row_number", messageUuid=one_message),),
    },
}
"""What each tells of what one fan may do within minutes; the creator family and the earnings tell all of it."""
