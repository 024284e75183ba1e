"""Links that count who came through them."""

from datetime import datetime
from types import NoneType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, FanUser, Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue

READ = frozenset({Scope.READ_TRACKING_LINKS})
WRITE = frozenset({Scope.WRITE_TRACKING_LINKS})
TWIN_READ = READ | {Scope.READ_CREATOR}
TWIN_WRITE = WRITE | {Scope.WRITE_CREATOR}
PATH = "/tracking-links"

LIST_LINKS = Operation(
    "listTrackingLinks", "GET", PATH, READ, twin_id="listCreatorTrackingLinks", twin_scopes=TWIN_READ
)
CREATE_LINK = Operation(
    "createTrackingLink", "POST", PATH, WRITE, twin_id="createCreatorTrackingLink", twin_scopes=TWIN_WRITE
)
DELETE_LINK = Operation(
    "deleteTrackingLink", "DELETE", PATH + "/{uuid}", WRITE, twin_id="deleteCreatorTrackingLink", twin_scopes=TWIN_WRITE
)
LIST_LINK_USERS = Operation(
    "listTrackingLinkUsers",
    "GET",
    PATH + "/{uuid}/users",
    READ,
    twin_id="listCreatorTrackingLinkUsers",
    twin_scopes=TWIN_READ,
)
GET_USER_METADATA = Operation(
    "getUserTrackingMetadata",
    "GET",
    PATH + "/{uuid}/users/{userUuid}/metadata",
    READ,
    twin_id="getCreatorUserTrackingMetadata",
    twin_scopes=TWIN_READ,
)


class Engagement(Shape, frozen=True, kw_only=True):
    """People a link brought, and how many of them are still there."""

    acquired_subscribers: int = 0
    acquired_followers: int = 0
    total_subscribers: int = 0
    total_followers: int = 0


class LinkEarnings(Shape, frozen=True, kw_only=True):
    """USD cents."""

    total_gross: Cents = Cents(0)
    total_net: Cents = Cents(0)


class TrackingLink(Shape, frozen=True, kw_only=True):
    """A link; ``link_url`` is its last part, such as ``fv-123456``."""

    uuid: str
    name: str = ""
    link_url: str = ""
    external_social_platform: str = ""
    created_at: Instant | None = None
    clicks: int = 0
    engagement: Engagement = Engagement()
    earnings: LinkEarnings | None = None
    """``None`` for a new link."""


class LinkUser(FanUser, frozen=True, kw_only=True):
    """Somebody who came through a link; ``status``: subscriber, follower, expired, deleted."""

    status: str | None = None


class UserMetadata(Shape, frozen=True, kw_only=True):
    """What the link's address carried when somebody came."""

    metadata: dict[str, str | None]


def list_links(
    acting_as: ActingAs = OWN,
    *,
    limit: int = 50,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
) -> Call[Page[TrackingLink]]:
    """``listTrackingLinks``: with clicks and earnings in USD cents."""
    query: dict[str, QueryValue] = {"limit": limit, "createdAfter": created_after, "createdBefore": created_before}
    return LIST_LINKS.call(Page[TrackingLink], acting_as=acting_as, query=query)


def create_link(name: str, platform: str, acting_as: ActingAs = OWN) -> Call[TrackingLink]:
    """``createTrackingLink``: for facebook, instagram, other, reddit, snapchat, tiktok, twitter or youtube."""
    body = {"name": name, "externalSocialPlatform": platform}
    return CREATE_LINK.call(TrackingLink, acting_as=acting_as, body=body)


def delete_link(uuid: str, acting_as: ActingAs = OWN) -> Call[None]:
    """``deleteTrackingLink``: it stops leading anywhere."""
    return DELETE_LINK.call(NoneType, acting_as=acting_as, at={"uuid": uuid})


def link_users(uuid: str, acting_as: ActingAs = OWN, *, limit: int = 50) -> Call[Page[LinkUser]]:
    """``listTrackingLinkUsers``: who came through it."""
    return LIST_LINK_USERS.call(Page[LinkUser], acting_as=acting_as, at={"uuid": uuid}, query={"limit": limit})


def user_metadata(uuid: str, user: str, acting_as: ActingAs = OWN) -> Call[UserMetadata]:
    """``getUserTrackingMetadata``: of one person who came through it."""
    return GET_USER_METADATA.call(UserMetadata, acting_as=acting_as, at={"uuid": uuid, "userUuid": user})
