"""Mass messages: to lists of fans, now or later, and taken back."""

from pydantic import AliasChoices, Field, model_validator

from sandbox.fanvue.instants import stamp, stamp_or_none
from sandbox.fanvue.world import Desk
from sandbox.fanvue.world.records import MassMessage, Message, fresh_uuid

from . import smart_lists
from .answers import invalid, message, not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import Body, Flag, Instant, Paged, Price, Text, Uuid
from .smart_lists import SmartListId


class MassMessagesAsked(Paged):
    include_deleted: Flag = "false"


class ListSelection(Body):
    smart_list_uuids: list[SmartListId] = Field(default_factory=list)
    custom_list_uuids: list[Uuid] = Field(default_factory=list)


class MassMessageChange(Body):
    included_lists: ListSelection | None = None
    excluded_lists: ListSelection | None = None
    text: str | None = Field(None, max_length=5000)
    media_uuids: list[Uuid] = Field(default_factory=list)
    price: Price | None = None
    scheduled_at: Instant | None = Field(None, validation_alias=AliasChoices("scheduledAt", "scheduled_at"))


class NewMassMessage(Body):
    included_lists: ListSelection
    excluded_lists: ListSelection = Field(default_factory=ListSelection)
    text: Text | None = None
    media_uuids: list[Uuid] = Field(default_factory=list)
    price: Price | None = None
    scheduled_at: Instant | None = Field(None, validation_alias=AliasChoices("scheduledAt", "scheduled_at"))

    @model_validator(mode="after")
    def _says_something(self) -> "NewMassMessage":
        if self.text is None and not self.media_uuids:
            raise ValueError("Give text or media")
        if self.price is not None and not self.media_uuids:
            raise ValueError("A price needs media")
        return self


def _settle(call: Call) -> None:
    """Sends what was scheduled and whose time has come."""
    for row in call.desk.mass_messages:
        if row.status == "SCHEDULED" and row.scheduled_at is not None and row.scheduled_at <= call.now:
            row.status, row.published_at = "SENT", row.scheduled_at
            _distribute(call, row)


def _distribute(call: Call, row: MassMessage) -> None:
    for uuid in row.recipients:
        chat = call.desk.chats.get(uuid)
        if chat is not None:
            at = chat.next_instant(row.published_at or call.now)
            chat.messages.append(
                Message(
                    fresh_uuid(),
                    row.text,
                    at,
                    is_from_fan=False,
                    type="BROADCAST",
                    media_uuids=row.media_uuids,
                    price=row.price,
                    sent_by=call.sender,
                    is_read=False,
                    broadcast_uuid=row.uuid,
                )
            )


def list_mass_messages(call: Call) -> Shown:
    _settle(call)
    has_deleted = call.query.include_deleted == "true"
    return call.list([row for row in call.desk.mass_messages if has_deleted or row.status != "UNSENT"], _row)


def _row(row: MassMessage) -> Shown:
    return {
        "uuid": row.uuid,
        "text": row.text,
        "status": row.status,
        "price": row.price,
        "createdAt": stamp(row.created_at),
        "publishedAt": stamp_or_none(row.published_at),
        "scheduledAt": stamp_or_none(row.scheduled_at),
        "recipientCount": len(row.recipients),
        "viewCount": row.views,
        "purchaseCount": row.purchases,
        "totalRevenue": row.purchases * (row.price or 0),
        "mediaUuids": list(row.media_uuids),
    }


def _chosen(call: Call, selection: ListSelection) -> set[str]:
    chosen: set[str] = set()
    for name in selection.smart_list_uuids:
        chosen |= {fan.user.uuid for fan in smart_lists.members(call, name)}
    for uuid in selection.custom_list_uuids:
        found = next((row for row in call.desk.custom_lists if row.uuid == uuid), None)
        if found is None:
            raise message(400, "List not found")
        chosen |= set(found.members)
    return chosen


def _recipients(call: Call, included: ListSelection, excluded: ListSelection) -> list[str]:
    if not included.smart_list_uuids and not included.custom_list_uuids:
        raise invalid("includedLists: choose at least one list")
    chosen = _chosen(call, included) - _chosen(call, excluded)
    return [uuid for uuid, fan in call.desk.fans.items() if uuid in chosen and fan.is_contactable]


def _check_media(desk: Desk, uuids: list[str]) -> None:
    items = [desk.find_media(uuid) for uuid in uuids]
    if any(item is None or item.status != "ready" for item in items):
        raise message(400, "Media not found or not ready")


def send_mass_message(call: Call) -> Shown:
    body = call.body
    _check_media(call.desk, body.media_uuids)
    is_later = body.scheduled_at is not None and body.scheduled_at > call.now
    if body.scheduled_at is not None and not is_later:
        raise invalid("scheduledAt: must be in the future")
    row = MassMessage(
        fresh_uuid(),
        body.text,
        call.now,
        _recipients(call, body.included_lists, body.excluded_lists),
        status="SCHEDULED" if is_later else "SENT",
        price=round(body.price) if body.price else None,
        media_uuids=tuple(body.media_uuids),
        scheduled_at=body.scheduled_at,
        published_at=None if is_later else call.now,
    )
    call.desk.mass_messages.insert(0, row)
    if not is_later:
        _distribute(call, row)
    return {"id": row.uuid, "recipientCount": len(row.recipients), "createdAt": stamp(row.created_at)}


def _require(call: Call) -> MassMessage:
    _settle(call)
    for row in call.desk.mass_messages:
        if row.uuid == call.path["messageUuid"] and row.status != "UNSENT":
            return row
    raise not_found("Mass message")


def update_mass_message(call: Call) -> None:
    row, body = _require(call), call.body
    if row.status != "SCHEDULED":
        raise message(400, "Only a scheduled message can be changed")
    _check_media(call.desk, body.media_uuids)
    if body.scheduled_at is not None and body.scheduled_at <= call.now:
        raise invalid("scheduledAt: must be in the future")
    row.text = body.text if body.was_sent("text") else row.text
    row.media_uuids = tuple(body.media_uuids) if body.was_sent("media_uuids") else row.media_uuids
    if body.was_sent("price"):
        row.price = round(body.price) if body.price else None
    row.scheduled_at = body.scheduled_at or row.scheduled_at
    if body.included_lists is not None:
        row.recipients = _recipients(call, body.included_lists, body.excluded_lists or ListSelection())


def delete_mass_message(call: Call) -> None:
    row = _require(call)
    row.status = "UNSENT"
    for chat in call.desk.chats.values():
        chat.messages = [one for one in chat.messages if one.broadcast_uuid != row.uuid]


READ, WRITE = ("read:chat",), ("write:chat",)
ALL = "/chats/mass-messages"
ONE = f"{ALL}/{{messageUuid}}"
OPERATIONS = (
    Operation(
        "listMassMessages",
        "GET",
        ALL,
        READ,
        list_mass_messages,
        query=MassMessagesAsked,
        twin="listCreatorMassMessages",
    ),
    Operation(
        "sendMassMessage",
        "POST",
        ALL,
        ("write:chat", "read:fan"),
        send_mass_message,
        201,
        body=NewMassMessage,
        twin="sendCreatorMassMessage",
    ),
    Operation(
        "updateMassMessage",
        "PATCH",
        ONE,
        WRITE,
        update_mass_message,
        204,
        body=MassMessageChange,
        twin="updateCreatorMassMessage",
    ),
    Operation("deleteMassMessage", "DELETE", ONE, WRITE, delete_mass_message, 204, twin="deleteCreatorMassMessage"),
)
