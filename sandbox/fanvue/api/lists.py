"""Custom lists and smart lists."""

from typing import Annotated

from pydantic import Field

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world.records import NamedGroup, fresh_uuid

from . import smart_lists
from .answers import invalid, message, not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import Body, Paged, Sized, Uuid
from .shapes import list_member
from .smart_lists import NAMES


class CustomListsAsked(Paged):
    search: str = ""


class ListName(Body):
    name: Annotated[str, Field(min_length=1, max_length=100)]


class NewMembers(Body):
    user_uuids: list[Uuid]


def get_custom_lists(call: Call) -> Shown:
    wanted = getattr(call.query, "search", "").lower()
    return call.list([row for row in call.desk.custom_lists if wanted in row.name.lower()], _custom)


def _custom(row: NamedGroup) -> Shown:
    return {**_created(row), "membersCount": len(row.members)}


def _created(row: NamedGroup) -> Shown:
    return {"uuid": row.uuid, "name": row.name, "createdAt": stamp(row.created_at)}


def _require(call: Call) -> NamedGroup:
    for row in call.desk.custom_lists:
        if row.uuid == call.path["uuid"]:
            return row
    raise not_found("List")


def _refuse_taken(call: Call, but: NamedGroup | None = None) -> None:
    if any(row.name == call.body.name and row is not but for row in call.desk.custom_lists):
        raise message(409, "A list with this name already exists")


def create_custom_list(call: Call) -> Shown:
    _refuse_taken(call)
    row = NamedGroup(fresh_uuid(), call.body.name, call.now)
    call.desk.custom_lists.insert(0, row)
    return _created(row)


def get_custom_list_members(call: Call) -> Shown:
    fans = [call.desk.fans[uuid] for uuid in _require(call).members if uuid in call.desk.fans]
    return call.list(fans, list_member)


def update_custom_list(call: Call) -> None:
    row = _require(call)
    _refuse_taken(call, but=row)
    row.name = call.body.name


def delete_custom_list(call: Call) -> None:
    call.desk.custom_lists.remove(_require(call))


def add_members(call: Call) -> Shown:
    row = _require(call)
    added = [uuid for uuid in dict.fromkeys(call.body.user_uuids) if uuid in call.desk.fans and uuid not in row.members]
    row.members.extend(added)
    return {"added": len(added), "skipped": len(call.body.user_uuids) - len(added)}


def remove_member(call: Call) -> None:
    row = _require(call)
    if call.path["userUuid"] not in row.members:
        raise not_found("Member")
    row.members.remove(call.path["userUuid"])


def get_smart_lists(call: Call) -> list[Shown]:
    return [
        {"uuid": name, "name": title, "count": len(smart_lists.members(call, name))} for name, title in NAMES.items()
    ]


def get_smart_list_members(call: Call) -> Shown:
    asked = call.path["uuid"]
    name = next((name for name in NAMES if name == asked), None)
    if name is None:
        raise invalid("uuid: is not a smart list")
    return call.list(smart_lists.members(call, name), list_member, has_total=True)


READ, WRITE = ("read:chat", "read:fan"), ("write:chat",)
CUSTOM = "/chats/lists/custom"
ONE = f"{CUSTOM}/{{uuid}}"
SMART = "/chats/lists/smart"
OPERATIONS = (
    Operation(
        "getCustomLists",
        "GET",
        CUSTOM,
        READ,
        get_custom_lists,
        query=CustomListsAsked,
        twin="getCreatorCustomLists",
        twin_query=Paged,
    ),
    Operation("createCustomList", "POST", CUSTOM, WRITE, create_custom_list, 201, body=ListName),
    Operation(
        "getCustomListMembers",
        "GET",
        ONE,
        READ,
        get_custom_list_members,
        query=Paged,
        twin="getCreatorCustomListMembers",
    ),
    Operation("updateCustomList", "PATCH", ONE, WRITE, update_custom_list, 204, body=ListName),
    Operation("deleteCustomList", "DELETE", ONE, WRITE, delete_custom_list, 204),
    Operation("addMembersToCustomList", "POST", f"{ONE}/members", WRITE, add_members, 201, body=NewMembers),
    Operation("removeMemberFromCustomList", "DELETE", f"{ONE}/members/{{userUuid}}", WRITE, remove_member, 204),
    Operation("getSmartLists", "GET", SMART, READ, get_smart_lists, twin="getCreatorSmartLists"),
    Operation(
        "getSmartListMembers",
        "GET",
        f"{SMART}/{{uuid}}",
        READ,
        get_smart_list_members,
        query=Paged,
        v1_query=Sized,
        free=("uuid",),
        twin="getCreatorSmartListMembers",
    ),
)
