"""Webhook addresses registered by API."""

from secrets import token_hex
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from sandbox.fanvue.webhooks.announcements import ApiSubscription

from .answers import error, invalid, not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import Body

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NewSubscription(Body):
    url: str
    events: Annotated[list[str], Field(min_length=1)]


def list_subscriptions(call: Call) -> Shown:
    return {"data": [{"id": row.id, "url": row.url, "events": row.events} for row in _own(call)]}


def _own(call: Call) -> list[ApiSubscription]:
    return [row for row in call.announce.subscriptions if row.creator_uuid == call.desk.owner.uuid]


def create_subscription(call: Call) -> Shown:
    """Public addresses must be https; plain http is taken on loopback, where this sandbox lives."""
    parts = urlsplit(call.body.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise invalid("url: must be a public https address")
    for event in call.body.events:
        needed = "read:chat" if event.startswith("creator.message.") else "read:creator"
        if needed not in call.scopes:
            raise error(403, "Insufficient scopes")
    row = ApiSubscription(
        f"whs_{token_hex(8)}", call.desk.owner.uuid, call.body.url, call.body.events, f"whsec_{token_hex(16)}"
    )
    call.announce.subscriptions.append(row)
    return {"id": row.id, "signingSecret": row.secret}


def delete_subscription(call: Call) -> None:
    for row in _own(call):
        if row.id == call.path["subscriptionId"]:
            call.announce.subscriptions.remove(row)
            return
    raise not_found("Subscription")


SCOPES = ("read:creator",)
PATH = "/webhooks/subscriptions"
OPERATIONS = (
    Operation("listWebhookSubscriptions", "GET", PATH, SCOPES, list_subscriptions),
    Operation("createWebhookSubscription", "POST", PATH, SCOPES, create_subscription, 201, body=NewSubscription),
    Operation(
        "deleteWebhookSubscription",
        "DELETE",
        f"{PATH}/{{subscriptionId}}",
        SCOPES,
        delete_subscription,
        204,
        free=("subscriptionId",),
    ),
)
