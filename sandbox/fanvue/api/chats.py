"""Chats: the inbox, counts, online state, templates."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from sandbox.fanvue.instants import stamp_or_none
from sandbox.fanvue.world.desk import COMMENTED, LIKED
from sandbox.fanvue.world.records import Chat, Fan, Template

from . import smart_lists
from .answers import error, message, not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import Body, Paged, Query, Repeated, Sized, Uuid
from .shapes import chat_row
from .smart_lists import SmartListId

CREATOR_ONLY = frozenset(
    {
        "subscribers",
        "followers",
        "recent_subscribers",
        "not_answered",
        "spent_more_than_50",
        "on_free_trial",
        "has_tipped",
        "spenders",
        "exclude_creators",
    }
)
Filter = Literal[
    "unread",
    "subscribers",
    "followers",
    "online",
    "recent_subscribers",
    "not_answered",
    "spent_more_than_50",
    "on_free_trial",
    "has_tipped",
    "spenders",
    "exclude_creators",
    "subscribed_to",
    "not_muted",
    "archived",
]
COUNTED = {
    LIKED: "newPostLike",
    COMMENTED: "newPostComment",
    9: "newPurchase",
    10: "newSubscriber",
    11: "newTip",
    12: "newFollower",
}
NOTIFICATION_COUNTS = (
    "newFollower",
    "newPostComment",
    "newPostLike",
    "newPurchase",
    "newSubscriber",
    "newTip",
    "newPromotion",
)


class ChatFilters(Query):
    custom_list_id: Uuid | None = None
    smart_list_ids: Annotated[list[SmartListId], Repeated] = Field(default_factory=list)
    filter: Annotated[list[Filter], Repeated] = Field(default_factory=list)
    search: str | None = Field(None, max_length=100)
    sort_by: Literal["most_recent_messages", "online_now", "most_unanswered_chats"] = "most_recent_messages"


class PagedChats(Paged, ChatFilters):
    """The unversioned list."""


class CursorChats(Sized, ChatFilters):
    """The list on `/v1`."""


class NewChat(Body):
    user_uuid: Uuid


class ChatChange(Body):
    is_read: bool | None = None
    is_muted: bool | None = None
    nickname: str | None = Field(None, max_length=30)


class StatusesAsked(Body):
    user_uuids: list[Uuid] = Field(min_length=1, max_length=100)


class TemplatesAsked(Paged):
    folder_name: str | None = None


def list_chats(call: Call) -> Shown:
    if not call.desk.owner.is_creator and CREATOR_ONLY & set(getattr(call.query, "filter", ())):
        raise error(403, "Only creators may use this filter")
    chats = _sorted(call, [chat for chat in call.desk.chats.values() if _is_wanted(call, chat)])
    return call.list(chats, lambda chat: chat_row(call, chat, call.desk.owner), has_total=True)


def _is_wanted(call: Call, chat: Chat) -> bool:
    query = call.query
    if not isinstance(query, ChatFilters):
        return not chat.is_archived
    if chat.is_archived != ("archived" in query.filter):
        return False
    if query.search and query.search.lower() not in f"{chat.fan.user.handle} {chat.fan.user.display_name}".lower():
        return False
    if query.custom_list_id and chat.fan.user.uuid not in _custom_members(call, query.custom_list_id):
        return False
    if query.smart_list_ids and not any(smart_lists.is_member(call, name, chat.fan) for name in query.smart_list_ids):
        return False
    return all(_passes(call, chat, name) for name in query.filter)


def _custom_members(call: Call, uuid: str) -> list[str]:
    return next((row.members for row in call.desk.custom_lists if row.uuid == uuid), [])


def _passes(call: Call, chat: Chat, name: str) -> bool:
    fan, now = chat.fan, call.now
    checks: dict[str, Callable[[], bool]] = {
        "unread": lambda: not chat.is_read,
        "subscribers": lambda: fan.status(now) == "subscriber",
        "followers": lambda: fan.status(now) == "follower",
        "online": lambda: fan.is_online(now),
        "recent_subscribers": lambda: _is_recent(call, fan),
        "not_answered": lambda: bool(chat.last_message and chat.last_message.is_from_fan),
        "spent_more_than_50": lambda: smart_lists.spent(call, fan) > 5000,
        "on_free_trial": lambda: smart_lists.is_member(call, "free_trial_subscribers", fan),
        "has_tipped": lambda: any(sale.source == "tip" for sale in call.desk.sales.of_fan(fan)),
        "spenders": lambda: smart_lists.spent(call, fan) > 0,
        "exclude_creators": lambda: not fan.user.is_creator,
        "subscribed_to": lambda: False,
        "not_muted": lambda: not chat.is_muted,
        "archived": lambda: True,
    }
    return checks[name]()


def _is_recent(call: Call, fan: Fan) -> bool:
    return fan.subscription is not None and call.now - fan.subscription.first_at < timedelta(days=7)


def _sorted(call: Call, chats: list[Chat]) -> list[Chat]:
    chats.sort(key=lambda chat: chat.last_message.sent_at if chat.last_message else chat.created_at, reverse=True)
    order = getattr(call.query, "sort_by", "most_recent_messages")
    if order == "online_now":
        chats.sort(key=lambda chat: not chat.fan.is_online(call.now))
    elif order == "most_unanswered_chats":
        chats.sort(key=lambda chat: -chat.unread)
    return chats


def get_chat(call: Call) -> Shown:
    return chat_row(call, require_chat(call), call.desk.owner)


def require_chat(call: Call, status: int = 404) -> Chat:
    """The chat with the user of the path; raises RefusedError."""
    chat = call.desk.chats.get(call.path["userUuid"])
    if chat is None:
        raise message(status, "No conversation with this user")
    return chat


def create_chat(call: Call) -> Shown:
    fan = call.desk.fans.get(call.body.user_uuid)
    if fan is None or not fan.is_contactable:
        raise message(400, "Invalid user UUID")
    if fan.user.uuid not in call.desk.chats:
        call.desk.chats[fan.user.uuid] = Chat(fan, call.now)
    return {"message": "Chat created"}


def get_unread_chats_count(call: Call) -> Shown:
    chats = call.desk.chats.values()
    unread = Counter(COUNTED[row.event_type] for row in call.desk.notifications if not row.is_read)
    return {
        "unreadChatsCount": sum(1 for chat in chats if not chat.is_read),
        "unreadMessagesCount": sum(chat.unread for chat in chats),
        "unreadNotifications": {name: unread[name] for name in NOTIFICATION_COUNTS},
    }


def get_batch_statuses(call: Call) -> Shown:
    found = ((uuid, call.desk.fans.get(uuid)) for uuid in call.body.user_uuids)
    return {
        uuid: {"isOnline": fan.is_online(call.now), "lastSeenAt": stamp_or_none(fan.last_seen_at)}
        for uuid, fan in found
        if fan is not None
    }


def update_chat(call: Call) -> None:
    chat, change = require_chat(call, 400), call.body
    if change.is_muted is not None:
        chat.is_muted = change.is_muted
    if change.was_sent("nickname"):
        chat.fan.nickname = change.nickname or None
    if change.is_read is False:
        chat.is_marked_unread = True
    elif change.is_read and not chat.is_read:
        call.announce.chat_read(call.desk, chat, chat.mark_read())


def list_template_messages(call: Call) -> Shown:
    wanted = (call.query.folder_name or "").lower()
    rows = [row for row in call.desk.templates if wanted in (row.folder or "").lower()]
    return call.list(rows, _template)


def get_template_message(call: Call) -> Shown:
    for row in call.desk.templates:
        if row.uuid == call.path["templateUuid"]:
            return _template(row)
    raise not_found("Template")


def _template(row: Template) -> Shown:
    return {
        "uuid": row.uuid,
        "text": row.text,
        "price": row.price,
        "mediaUuids": list(row.media_uuids),
        "folderName": row.folder,
    }


def show_typing(call: Call) -> Shown:
    require_chat(call)
    return {"message": "ok"}


READ, WRITE = ("read:chat",), ("write:chat",)
OPERATIONS = (
    Operation(
        "listChats",
        "GET",
        "/chats",
        READ,
        list_chats,
        query=PagedChats,
        v1_query=CursorChats,
        twin="listCreatorChats",
        twin_query=Paged,
    ),
    Operation("createChat", "POST", "/chats", WRITE, create_chat, 201, body=NewChat, twin="createCreatorChat"),
    Operation("getUnreadChatsCount", "GET", "/chats/unread", READ, get_unread_chats_count),
    Operation("getBatchStatuses", "POST", "/chats/statuses", READ, get_batch_statuses, body=StatusesAsked),
    Operation(
        "updateChat", "PATCH", "/chats/{userUuid}", WRITE, update_chat, 204, body=ChatChange, twin="updateCreatorChat"
    ),
    Operation("listTemplateMessages", "GET", "/chats/templates", READ, list_template_messages, query=TemplatesAsked),
    Operation("getTemplateMessage", "GET", "/chats/templates/{templateUuid}", READ, get_template_message),
)
V1_OPERATIONS = (
    Operation("getChat", "GET", "/chats/{userUuid}", READ, get_chat),
    Operation("sendTypingIndicator", "POST", "/chats/{userUuid}/typing", WRITE, show_typing),
)
