"""Webhook addresses registered by API for one creator; the app's own come from Fanvue's Developer Area."""

from collections.abc import Sequence
from types import NoneType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Shape
from bot.fanvue.wire import Call, Operation

READ = frozenset({Scope.READ_CREATOR})
PATH = "/webhooks/subscriptions"

LIST_SUBSCRIPTIONS = Operation("listWebhookSubscriptions", "GET", PATH, READ)
CREATE_SUBSCRIPTION = Operation("createWebhookSubscription", "POST", PATH, READ)
DELETE_SUBSCRIPTION = Operation("deleteWebhookSubscription", "DELETE", PATH + "/{subscriptionId}", READ)


class WebhookSubscription(Shape, frozen=True, kw_only=True):
    """An address and the events it gets."""

    id: str
    url: str = ""
    events: tuple[str, ...] = ()


class WebhookSubscriptions(Shape, frozen=True, kw_only=True):
    """Those this app made."""

    data: tuple[WebhookSubscription, ...]


class NewWebhookSubscription(Shape, frozen=True, kw_only=True):
    """The only answer that tells the signing secret."""

    id: str
    signing_secret: str


def list_subscriptions() -> Call[WebhookSubscriptions]:
    """``listWebhookSubscriptions``: those this app made for the creator."""
    return LIST_SUBSCRIPTIONS.call(WebhookSubscriptions)


def create_subscription(url: str, events: Sequence[str]) -> Call[NewWebhookSubscription]:
    """``createWebhookSubscription``: public https only; an event whose scope is missing fails the whole call."""
    return CREATE_SUBSCRIPTION.call(NewWebhookSubscription, body={"url": url, "events": list(events)})


def delete_subscription(subscription: str) -> Call[None]:
    """``deleteWebhookSubscription``: nothing is sent there any more."""
    return DELETE_SUBSCRIPTION.call(NoneType, at={"subscriptionId": subscription})
