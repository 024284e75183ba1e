"""The notification feed: what happened, for catching up where webhooks were missed."""

from functools import lru_cache
from typing import Any

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation

LIST_NOTIFICATIONS = Operation(
    "listNotifications",
    "GET",
    "/notifications",
    frozenset({Scope.READ_SELF}),
    twin_id="listCreatorNotifications",
    twin_scopes=frozenset({Scope.READ_SELF, Scope.READ_CREATOR}),
)

PURCHASE = 9
SUBSCRIBER = 10
TIP = 11
FOLLOWER = 12


class Originator(Shape, frozen=True, kw_only=True):
    """Who caused a notification."""

    uuid: str
    handle: str = ""
    display_name: str = ""
    is_creator: bool = False


class Notification(Shape, frozen=True, kw_only=True):
    """One notification; ``data`` depends on ``event_type`` and is not documented."""

    uuid: str
    created_at: Instant
    event_type: int
    is_read: bool = False
    data: dict[str, Any] | None = None
    originator: Originator | None = None
    receiver_uuid: str = ""


@lru_cache
def list_notifications(
    acting_as: ActingAs = OWN, *, size: int = 50, event_type: int | None = None
) -> Call[Page[Notification]]:
    """``listNotifications``: newest first; ``event_type`` 9 purchase, 10 subscriber, 11 tip, 12 follower."""
    query = {"size": size, "eventType": event_type}
    return LIST_NOTIFICATIONS.call(Page[Notification], acting_as=acting_as, query=query)
