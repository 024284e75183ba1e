"""Lists of people: smart ones that Fanvue keeps, custom ones that the creator keeps."""

from collections.abc import Sequence
from types import NoneType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue

READ = frozenset({Scope.READ_CHAT, Scope.READ_FAN})
WRITE = frozenset({Scope.WRITE_CHAT})
TWIN_READ = READ | {Scope.READ_CREATOR}
CUSTOM = "/chats/lists/custom"
SMART = "/chats/lists/smart"

GET_CUSTOM_LISTS = Operation(
    "getCustomLists",
    "GET",
    CUSTOM,
    READ,
    twin_id="getCreatorCustomLists",
    twin_scopes=TWIN_READ,
    own_only=frozenset({"search"}),
)
CREATE_CUSTOM_LIST = Operation("createCustomList", "POST", CUSTOM, WRITE)
GET_CUSTOM_MEMBERS = Operation(
    "getCustomListMembers",
    "GET",
    CUSTOM + "/{uuid}",
    READ,
    twin_id="getCreatorCustomListMembers",
    twin_scopes=TWIN_READ,
)
RENAME_CUSTOM_LIST = Operation("updateCustomList", "PATCH", CUSTOM + "/{uuid}", WRITE)
DELETE_CUSTOM_LIST = Operation("deleteCustomList", "DELETE", CUSTOM + "/{uuid}", WRITE)
ADD_MEMBERS = Operation("addMembersToCustomList", "POST", CUSTOM + "/{uuid}/members", WRITE)
REMOVE_MEMBER = Operation("removeMemberFromCustomList", "DELETE", CUSTOM + "/{uuid}/members/{userUuid}", WRITE)
GET_SMART_LISTS = Operation("getSmartLists", "GET", SMART, READ, twin_id="getCreatorSmartLists", twin_scopes=TWIN_READ)
GET_SMART_MEMBERS = Operation(
    "getSmartListMembers", "GET", SMART + "/{uuid}", READ, twin_id="getCreatorSmartListMembers", twin_scopes=TWIN_READ
)


class CustomList(Shape, frozen=True, kw_only=True):
    """A list the creator keeps; a fresh one comes without a count."""

    uuid: str
    name: str = ""
    created_at: Instant | None = None
    members_count: int = 0


class SmartList(Shape, frozen=True, kw_only=True):
    """A list Fanvue keeps; ``uuid`` is a word such as ``subscribers``."""

    uuid: str
    name: str = ""
    count: int = 0


class Member(Shape, frozen=True, kw_only=True):
    """Somebody on a list."""

    uuid: str
    handle: str = ""
    display_name: str = ""
    is_creator: bool = False


class Added(Shape, frozen=True, kw_only=True):
    """How many were added, and how many were on it already or could not be."""

    added: int = 0
    skipped: int = 0


def custom_lists(acting_as: ActingAs = OWN, *, size: int = 50, search: str | None = None) -> Call[Page[CustomList]]:
    """``getCustomLists``: ``size`` 1-50; managed creators' without search."""
    query: dict[str, QueryValue] = {"size": size, "search": search}
    return GET_CUSTOM_LISTS.call(Page[CustomList], acting_as=acting_as, query=query)


def create_custom_list(name: str) -> Call[CustomList]:
    """``createCustomList``: ConflictError when there is one of that name."""
    return CREATE_CUSTOM_LIST.call(CustomList, body={"name": name})


def custom_members(uuid: str, acting_as: ActingAs = OWN, *, size: int = 50) -> Call[Page[Member]]:
    """``getCustomListMembers``: ``size`` 1-50."""
    return GET_CUSTOM_MEMBERS.call(Page[Member], acting_as=acting_as, at={"uuid": uuid}, query={"size": size})


def rename_custom_list(uuid: str, name: str) -> Call[None]:
    """``updateCustomList``: ConflictError when there is one of that name."""
    return RENAME_CUSTOM_LIST.call(NoneType, at={"uuid": uuid}, body={"name": name})


def delete_custom_list(uuid: str) -> Call[None]:
    """``deleteCustomList``: the list, not the people."""
    return DELETE_CUSTOM_LIST.call(NoneType, at={"uuid": uuid})


def add_members(uuid: str, users: Sequence[str]) -> Call[Added]:
    """``addMembersToCustomList``: those on it already are skipped."""
    return ADD_MEMBERS.call(Added, at={"uuid": uuid}, body={"userUuids": list(users)})


def remove_member(uuid: str, user: str) -> Call[None]:
    """``removeMemberFromCustomList``: one person."""
    return REMOVE_MEMBER.call(NoneType, at={"uuid": uuid, "userUuid": user})


def smart_lists(acting_as: ActingAs = OWN) -> Call[list[SmartList]]:
    """``getSmartLists``: all of them at once."""
    return GET_SMART_LISTS.call(list[SmartList], acting_as=acting_as)


def smart_members(name: str, acting_as: ActingAs = OWN, *, size: int = 50) -> Call[Page[Member]]:
    """``getSmartListMembers``: of ``subscribers``, ``muted``, ...; ``size`` 1-50."""
    return GET_SMART_MEMBERS.call(Page[Member], acting_as=acting_as, at={"uuid": name}, query={"size": size})
