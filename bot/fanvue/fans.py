"""Followers and subscribers."""

from collections.abc import Sequence

from bot.domain.scopes import Scope
from bot.fanvue.shapes import FanUser, Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue, comma

READ = frozenset({Scope.READ_FAN})
TWIN_READ = READ | {Scope.READ_CREATOR}

LIST_FOLLOWERS = Operation(
    "listFollowers", "GET", "/followers", READ, twin_id="listCreatorFollowers", twin_scopes=TWIN_READ
)
LIST_SUBSCRIBERS = Operation(
    "listSubscribers",
    "GET",
    "/subscribers",
    READ,
    twin_id="listCreatorSubscribers",
    twin_scopes=TWIN_READ,
    own_only=frozenset({"sortField", "sortDirection"}),
)
ONLINE_SUBSCRIBERS = Operation(
    "",
    "GET",
    "/subscribers/online",
    frozenset(),
    twin_id="getOnlineSubscribers",
    twin_scopes=TWIN_READ,
    is_twin_only=True,
)


class OnlineSubscriber(Shape, frozen=True, kw_only=True):
    """Somebody who is there now."""

    uuid: str
    last_seen_at: Instant | None = None


class OnlineSubscribers(Shape, frozen=True, kw_only=True):
    """How many are there, and some of them."""

    count: int = 0
    data: tuple[OnlineSubscriber, ...] = ()


def list_followers(acting_as: ActingAs = OWN, *, size: int = 50) -> Call[Page[FanUser]]:
    """``listFollowers``: active subscribers are left out on the unversioned surface; ``size`` 1-50."""
    return LIST_FOLLOWERS.call(Page[FanUser], acting_as=acting_as, query={"size": size})


def list_subscribers(
    acting_as: ActingAs = OWN, *, size: int = 50, sort_field: str | None = None, sort_direction: str | None = None
) -> Call[Page[FanUser]]:
    """``listSubscribers``: sorted by ``name`` or ``subscribedAt``, ``asc`` or ``desc``; ``size`` 1-50."""
    query: dict[str, QueryValue] = {"size": size, "sortField": sort_field, "sortDirection": sort_direction}
    return LIST_SUBSCRIBERS.call(Page[FanUser], acting_as=acting_as, query=query)


def online_subscribers(
    acting_as: ActingAs, *, limit: int | None = None, among: Sequence[str] = ()
) -> Call[OnlineSubscribers]:
    """``getOnlineSubscribers``: for managed creators only; all of them, or those ``among`` some."""
    query: dict[str, QueryValue] = {"limit": limit, "subscriberUuids": comma(among)}
    return ONLINE_SUBSCRIBERS.call(OnlineSubscribers, acting_as=acting_as, query=query)
