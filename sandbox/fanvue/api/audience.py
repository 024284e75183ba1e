"""Followers and subscribers."""

from typing import Literal

from pydantic import Field

from sandbox.fanvue.instants import stamp, stamp_or_none
from sandbox.fanvue.world.records import Fan, Subscription

from .answers import not_found
from .operation import TWIN_PREFIX, Call, Operation
from .paging import Shown
from .reading import MAX_BATCH, Paged, Query, Sized, uuid_list
from .shapes import fan_user


class SubscribersAsked(Paged):
    sort_field: Literal["name", "subscribedAt"] = "subscribedAt"
    sort_direction: Literal["asc", "desc"] = "desc"


class CursorSubscribersAsked(Sized):
    sort_field: Literal["name", "subscribedAt"] = "subscribedAt"
    sort_direction: Literal["asc", "desc"] = "desc"


class OnlineAsked(Query):
    limit: int = Field(100, ge=1)
    subscriber_uuids: str = ""


def list_followers(call: Call) -> Shown:
    """Active subscribers are left out, but not on `/v1`."""
    wanted = {"follower", "expired", "subscriber"} if call.is_v1 else {"follower", "expired"}
    rows = [fan for fan in call.desk.fans.values() if fan.is_following and fan.status(call.now) in wanted]
    rows.sort(key=lambda fan: fan.joined_at, reverse=True)
    return call.list(rows, lambda fan: fan_user(call, fan))


def list_subscribers(call: Call) -> Shown:
    rows = call.desk.subscribers(call.now)
    by_name = getattr(call.query, "sort_field", "") == "name"
    is_falling = getattr(call.query, "sort_direction", "desc") == "desc"
    if by_name:
        rows.sort(key=lambda fan: fan.user.display_name.lower(), reverse=is_falling)
    else:
        rows.sort(key=_subscribed_at, reverse=is_falling)
    return call.list(rows, lambda fan: _subscriber(call, fan))


def _subscribed_at(fan: Fan) -> float:
    return fan.subscription.first_at.timestamp() if fan.subscription else 0


def _subscriber(call: Call, fan: Fan) -> Shown:
    shown = fan_user(call, fan)
    if call.is_v1 and fan.subscription:
        shown["subscription"] = _subscription(fan.subscription)
        shown["firstSubscribedAt"] = stamp(fan.subscription.first_at)
    return shown


def _subscription(row: Subscription) -> Shown:
    return {
        "status": "active" if row.renews else "cancelled",
        "price": row.price,
        "amountPaid": row.price,
        "currentPeriodStart": stamp(row.period_start),
        "currentPeriodEnd": stamp(row.period_end),
        "autoRenewalEnabled": row.renews,
    }


def get_subscriber(call: Call) -> Shown:
    fan = call.desk.fans.get(call.path["userUuid"])
    if fan is None or fan.status(call.now) != "subscriber":
        raise not_found("Subscriber")
    return _subscriber(call, fan)


def get_online_subscribers(call: Call) -> Shown:
    wanted = set(uuid_list(call.query.subscriber_uuids, MAX_BATCH)) if call.query.subscriber_uuids else None
    online = [fan for fan in call.desk.subscribers(call.now) if fan.is_online(call.now)]
    rows = [fan for fan in online if wanted is None or fan.user.uuid in wanted]
    shown = [{"uuid": fan.user.uuid, "lastSeenAt": stamp_or_none(fan.last_seen_at)} for fan in rows]
    return {"count": len(rows), "data": shown[: call.query.limit]}


FANS = ("read:fan",)
OPERATIONS = (
    Operation(
        "listFollowers",
        "GET",
        "/followers",
        FANS,
        list_followers,
        query=Paged,
        v1_query=Sized,
        twin="listCreatorFollowers",
    ),
    Operation(
        "listSubscribers",
        "GET",
        "/subscribers",
        FANS,
        list_subscribers,
        query=SubscribersAsked,
        v1_query=CursorSubscribersAsked,
        twin="listCreatorSubscribers",
        twin_query=Paged,
    ),
    Operation(
        "getOnlineSubscribers",
        "GET",
        f"{TWIN_PREFIX}/subscribers/online",
        ("read:creator", "read:fan"),
        get_online_subscribers,
        query=OnlineAsked,
    ),
)
V1_OPERATIONS = (Operation("getSubscriber", "GET", "/subscribers/{userUuid}", FANS, get_subscriber),)
