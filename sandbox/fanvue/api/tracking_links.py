"""Tracking links and who came through them."""

from datetime import timedelta
from random import Random
from typing import Literal

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world.records import Fan, TrackingLink, fresh_uuid

from .answers import not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import Body, Instant, Limited
from .shapes import fan_user

Platform = Literal["facebook", "instagram", "other", "reddit", "snapchat", "tiktok", "twitter", "youtube"]


class LinksAsked(Limited):
    created_after: Instant | None = None
    created_before: Instant | None = None


class NewLink(Body):
    name: str
    external_social_platform: Platform


def list_links(call: Call) -> Shown:
    after, before = call.query.created_after, call.query.created_before
    rows = [
        row
        for row in call.desk.tracking_links
        if (after is None or row.created_at > after) and (before is None or row.created_at < before)
    ]
    return call.list(rows, lambda row: _link(call, row))


def _link(call: Call, row: TrackingLink) -> Shown:
    statuses = [fan.status(call.now) for fan in row.fans]
    sales = [sale for fan in row.fans for sale in call.desk.sales.of_fan(fan)]
    earnings = {"totalGross": sum(sale.gross for sale in sales), "totalNet": sum(sale.net for sale in sales)}
    subscribers = statuses.count("subscriber")
    return {
        "uuid": row.uuid,
        "name": row.name,
        "linkUrl": row.slug,
        "externalSocialPlatform": row.platform,
        "createdAt": stamp(row.created_at),
        "clicks": row.clicks,
        "engagement": {
            "acquiredSubscribers": subscribers + statuses.count("expired"),
            "acquiredFollowers": len(row.fans),
            "totalSubscribers": subscribers,
            "totalFollowers": statuses.count("follower"),
        },
        "earnings": None if row.is_new else earnings,
    }


def create_link(call: Call) -> Shown:
    slug = f"fv-{Random().randrange(10**5, 10**6)}"
    row = TrackingLink(fresh_uuid(), call.body.name, slug, call.body.external_social_platform, call.now, 0, is_new=True)
    call.desk.tracking_links.insert(0, row)
    return _link(call, row)


def _require(call: Call) -> TrackingLink:
    for row in call.desk.tracking_links:
        if row.uuid == call.path["uuid"]:
            return row
    raise not_found("Tracking link")


def delete_link(call: Call) -> None:
    call.desk.tracking_links.remove(_require(call))


def list_link_users(call: Call) -> Shown:
    return call.list(_require(call).fans, lambda fan: _link_user(call, fan))


def _link_user(call: Call, fan: Fan) -> Shown:
    status = fan.status(call.now)
    return {**fan_user(call, fan), "status": None if status == "not_contactable" else status}


def get_link_metadata(call: Call) -> Shown:
    for fan in _require(call).fans:
        if fan.user.uuid == call.path["userUuid"]:
            landed_at = fan.joined_at - timedelta(minutes=3)
            return {"metadata": {"utm_source": _require(call).platform, "landed_at": stamp(landed_at)}}
    raise not_found("User")


READ, WRITE = ("read:tracking_links",), ("write:tracking_links",)
ONE = "/tracking-links/{uuid}"
OPERATIONS = (
    Operation(
        "listTrackingLinks",
        "GET",
        "/tracking-links",
        READ,
        list_links,
        query=LinksAsked,
        twin="listCreatorTrackingLinks",
    ),
    Operation(
        "createTrackingLink",
        "POST",
        "/tracking-links",
        WRITE,
        create_link,
        201,
        body=NewLink,
        twin="createCreatorTrackingLink",
        twin_scope="write:creator",
    ),
    Operation(
        "deleteTrackingLink",
        "DELETE",
        ONE,
        WRITE,
        delete_link,
        204,
        twin="deleteCreatorTrackingLink",
        twin_scope="write:creator",
    ),
    Operation(
        "listTrackingLinkUsers",
        "GET",
        f"{ONE}/users",
        READ,
        list_link_users,
        query=Limited,
        twin="listCreatorTrackingLinkUsers",
    ),
    Operation(
        "getUserTrackingMetadata",
        "GET",
        f"{ONE}/users/{{userUuid}}/metadata",
        READ,
        get_link_metadata,
        twin="getCreatorUserTrackingMetadata",
    ),
)
