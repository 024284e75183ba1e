"""Messages: read, send, unsend."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sandbox.fanvue.instants import stamp
from sandbox.fanvue.world import Desk
from sandbox.fanvue.world.records import Chat, MediaItem, Message, Template, fresh_uuid

from .answers import RefusedError, error, invalid, message, not_found
from .chats import require_chat
from .media_shapes import chat_media_row
from .operation import Call, Operation
from .paging import Shown, cursor_of
from .reading import MAX_BATCH, Body, Flag, Instant, Paged, Price, Query, Text, Uuid, uuid_list
from .shapes import message_row

MediaType = Literal["image", "video", "audio", "document"]


class MessagesAsked(Paged):
    mark_as_read: Flag = "true"


class DatedMessagesAsked(Query):
    """`/v1`: newest first, continued by giving `dateFilter` back."""

    limit: int = Field(15, ge=1, le=50)
    sent_before: Instant | None = None
    received_before: Instant | None = None
    mark_as_read: Flag = "false"


class NewMessage(Body):
    text: Text | None = None
    media_uuids: list[Uuid] = Field(default_factory=list)
    price: Price | None = None
    template_uuid: Uuid | None = None
    media_preview_uuid: Uuid | None = None
    gif: dict[str, object] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "NewMessage":
        if self.text is None and not self.media_uuids and self.template_uuid is None and self.gif is None:
            raise ValueError("Give text or media")
        if self.price is not None and not self.media_uuids and self.template_uuid is None:
            raise ValueError("A price needs media")
        return self


class ChatMediaAsked(Query):
    cursor: str | None = None
    media_type: MediaType | None = None
    limit: int = Field(20, ge=1, le=50)


class MessageMediaAsked(Query):
    media_uuids: str
    variants: str = ""


class BatchAsked(Body):
    chat_uuids: Annotated[list[str], Field(min_length=1, max_length=50)]
    limit: int = Field(20, ge=1, le=50)
    since_message_uuid: Uuid | None = None


def list_messages(call: Call) -> Shown:
    chat = require_chat(call)
    rows = [row for row in reversed(chat.messages) if row.is_listed]
    answer = _by_date(call, chat, rows) if call.is_v1 else call.list(rows, lambda row: _row(call, chat, row))
    if call.query.mark_as_read == "true" and not chat.is_read:
        call.announce.chat_read(call.desk, chat, chat.mark_read())
    return answer


def _by_date(call: Call, chat: Chat, rows: list[Message]) -> Shown:
    query = call.query
    before = {True: query.received_before, False: query.sent_before}
    older = [row for row in rows if (at := before[row.is_from_fan]) is None or row.sent_at < at]
    part = older[: query.limit]
    date_filter = stamp(part[-1].sent_at) if len(older) > len(part) else None
    return {"data": [_row(call, chat, row) for row in part], "dateFilter": date_filter}


def _row(call: Call, chat: Chat, row: Message) -> Shown:
    shown = message_row(chat, row, call.desk.owner)
    if call.is_v1:
        shown["status"] = "Read" if row.is_read else "Delivered"
    return shown


def get_message(call: Call) -> Shown:
    chat = require_chat(call)
    return _row(call, chat, find_message(chat, call.path["messageUuid"]))


def find_message(chat: Chat, uuid: str) -> Message:
    """Raises RefusedError 404."""
    for row in chat.messages:
        if row.uuid == uuid:
            return row
    raise not_found("Message")


def send_message(call: Call) -> Shown:
    fan = call.desk.fans.get(call.path["userUuid"])
    if fan is None or not fan.is_contactable:
        raise message(400, "Invalid user UUID")
    chat = require_chat(call, 400)
    template = _template(call.desk, call.body.template_uuid)
    items = _own_media(call.desk, call.body.media_uuids or (template.media_uuids if template else ()))
    price = call.body.price or (template.price if template else None)
    if price and not items:
        raise invalid("price: needs media")
    row = Message(
        fresh_uuid(),
        call.body.text or (template.text if template else None),
        chat.next_instant(call.now),
        is_from_fan=False,
        media_uuids=tuple(item.uuid for item in items),
        media_type=items[0].media_type if items else None,
        price=round(price) if price else None,
        sent_by=call.sender,
        is_read=False,
    )
    chat.messages.append(row)
    call.announce.message_sent(call.desk, chat, row)
    return {"messageUuid": row.uuid}


def _template(desk: Desk, uuid: str | None) -> Template | None:
    if uuid is None:
        return None
    for row in desk.templates:
        if row.uuid == uuid:
            return row
    raise message(400, "Template not found")


def _own_media(desk: Desk, uuids: list[str] | tuple[str, ...]) -> list[MediaItem]:
    items = [desk.find_media(uuid) for uuid in uuids]
    if any(item is None for item in items):
        raise message(400, "Media not found or not owned by you")
    if any(item.status != "ready" for item in items if item):
        raise message(400, "Media is not ready")
    return [item for item in items if item]


def delete_message(call: Call) -> None:
    chat = require_chat(call)
    row = find_message(chat, call.path["messageUuid"])
    if row.is_from_fan:
        raise error(403, "Only own messages can be deleted")
    if row.purchased_at is not None:
        raise message(400, "A purchased message cannot be deleted")
    if not row.is_listed:
        raise message(400, "A mass message has its own address")
    chat.messages.remove(row)
    call.announce.message_deleted(call.desk, chat, row)


def list_media(call: Call) -> Shown:
    chat = require_chat(call)
    wanted = call.query.media_type
    rows = [(row, item) for row, item in _chat_media(call.desk, chat) if wanted in {None, item.media_type}]
    return cursor_of(rows, call.query.cursor, call.query.limit, lambda pair: chat_media_row(call, *pair))


def _chat_media(desk: Desk, chat: Chat) -> list[tuple[Message, MediaItem]]:
    pairs = ((row, desk.find_shared(uuid)) for row in reversed(chat.messages) for uuid in row.media_uuids)
    return [(row, item) for row, item in pairs if item is not None]


def get_message_media(call: Call) -> Shown:
    row = find_message(require_chat(call), call.path["messageUuid"])
    variants = [name for name in call.query.variants.split(",") if name]
    results: Shown = {}
    errors = []
    for uuid in uuid_list(call.query.media_uuids, MAX_BATCH):
        item = call.desk.find_shared(uuid) if uuid in row.media_uuids else None
        results[uuid] = chat_media_row(call, row, item, variants) if item else None
        if item is None:
            errors.append({"mediaUuid": uuid, "code": "NOT_IN_MESSAGE", "message": "Not in this message"})
    return {"results": results, "errors": errors}


def messages_batch(call: Call) -> Shown:
    return {"byChat": {uuid: _batched(call, uuid) for uuid in call.body.chat_uuids}}


def _batched(call: Call, uuid: str) -> Shown:
    chat = call.desk.chats.get(uuid)
    if chat is None:
        return {"error": "not_found"}
    rows = [row for row in chat.messages if row.is_listed]
    try:
        since = find_message(chat, call.body.since_message_uuid).sent_at if call.body.since_message_uuid else None
    except RefusedError:
        since = None
    newer = [row for row in reversed(rows) if since is None or row.sent_at > since]
    part = newer[: call.body.limit]
    return {
        "messages": [_row(call, chat, row) for row in part],
        "hasMore": len(newer) > len(part),
        "oldestMessageUuid": part[-1].uuid if part else None,
    }


READ, WRITE = ("read:chat",), ("write:chat",)
MESSAGES = "/chats/{userUuid}/messages"
OPERATIONS = (
    Operation(
        "listMessages",
        "GET",
        MESSAGES,
        READ,
        list_messages,
        query=MessagesAsked,
        v1_query=DatedMessagesAsked,
        twin="listCreatorMessages",
    ),
    Operation(
        "sendMessage",
        "POST",
        "/chats/{userUuid}/message",
        WRITE,
        send_message,
        201,
        body=NewMessage,
        twin="sendCreatorMessage",
    ),
    Operation("deleteMessage", "DELETE", MESSAGES + "/{messageUuid}", WRITE, delete_message, 204),
    Operation(
        "listMedia",
        "GET",
        "/chats/{userUuid}/media",
        READ,
        list_media,
        query=ChatMediaAsked,
        twin="listCreatorChatMedia",
    ),
    Operation(
        "getMessageMediaByUuids",
        "GET",
        MESSAGES + "/{messageUuid}/media",
        READ,
        get_message_media,
        query=MessageMediaAsked,
        twin="getCreatorMessageMediaByUuids",
    ),
    Operation("messagesBatch", "POST", "/chats/messages/batch", READ, messages_batch, body=BatchAsked),
)
V1_OPERATIONS = (Operation("getMessage", "GET", MESSAGES + "/{messageUuid}", READ, get_message),)
