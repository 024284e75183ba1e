"""Chats: the inbox, what is in a chat, and writing into it."""

from collections.abc import Sequence
from types import NoneType

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Cents, FanUser, Instant, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue, given

READ = frozenset({Scope.READ_CHAT})
WRITE = frozenset({Scope.WRITE_CHAT})
TWIN_READ = READ | {Scope.READ_CREATOR}
TWIN_WRITE = WRITE | {Scope.READ_CREATOR}

LIST_CHATS = Operation(
    "listChats",
    "GET",
    "/chats",
    READ,
    twin_id="listCreatorChats",
    twin_scopes=TWIN_READ,
    own_only=frozenset({"customListId", "smartListIds", "filter", "search", "sortBy"}),
)
CREATE_CHAT = Operation("createChat", "POST", "/chats", WRITE, twin_id="createCreatorChat", twin_scopes=TWIN_WRITE)
GET_UNREAD = Operation("getUnreadChatsCount", "GET", "/chats/unread", READ)
GET_STATUSES = Operation("getBatchStatuses", "POST", "/chats/statuses", READ)
UPDATE_CHAT = Operation(
    "updateChat", "PATCH", "/chats/{userUuid}", WRITE, twin_id="updateCreatorChat", twin_scopes=TWIN_WRITE
)
LIST_MESSAGES = Operation(
    "listMessages",
    "GET",
    "/chats/{userUuid}/messages",
    READ,
    twin_id="listCreatorMessages",
    twin_scopes=TWIN_READ,
    names_on_v1=(("size", "limit"),),
)
SEND_MESSAGE = Operation(
    "sendMessage",
    "POST",
    "/chats/{userUuid}/message",
    WRITE,
    twin_id="sendCreatorMessage",
    twin_scopes=TWIN_WRITE,
)
DELETE_MESSAGE = Operation("deleteMessage", "DELETE", "/chats/{userUuid}/messages/{messageUuid}", WRITE)


class LastMessage(Shape, frozen=True, kw_only=True):
    """The newest message of a chat; ``type`` is an open set."""

    uuid: str
    text: str | None = None
    type: str = ""
    sent_at: Instant | None = None
    has_media: bool | None = None
    media_type: str | None = None
    sender_uuid: str = ""
    sent_by_user_id: str | None = None
    """The team member who wrote for the creator; ``None`` when the creator did."""


class Chat(Shape, frozen=True, kw_only=True):
    """A conversation with one person."""

    user: FanUser
    created_at: Instant | None = None
    last_message_at: Instant | None = None
    is_read: bool | None = True
    """Whether the creator has read it: the truth about the badge."""
    is_muted: bool = False
    unread_messages_count: int | None = 0
    last_message: LastMessage | None = None

    @property
    def identity(self) -> str | None:
        """The other person: there is one chat with each."""
        return self.user.uuid


class Party(Shape, frozen=True, kw_only=True):
    """One side of a message."""

    uuid: str = ""
    handle: str = ""


class Price(Shape, frozen=True, kw_only=True):
    """Minor units."""

    price: Cents = Cents(0)


class Message(Shape, frozen=True, kw_only=True):
    """A message; ``type`` is an open set."""

    uuid: str
    text: str | None = None
    type: str = ""
    sent_at: Instant | None = None
    sender: Party = Party()
    recipient: Party = Party()
    has_media: bool | None = None
    media_type: str | None = None
    media_uuids: tuple[str, ...] = ()
    pricing: dict[str, Price] | None = None
    """By currency, in minor units; ``None`` where nothing is to pay."""
    purchased_at: Instant | None = None
    sent_by_user_id: str | None = None
    is_read: bool = False
    """Whether the recipient has read it."""


class Sending(Shape, frozen=True, kw_only=True):
    """That a message was accepted, not that it was delivered."""

    message_uuid: str


class Created(Shape, frozen=True, kw_only=True):
    """Fanvue's word that a chat exists now."""

    message: str = ""


class UnreadNotifications(Shape, frozen=True, kw_only=True):
    """Unread notifications by kind."""

    new_follower: int = 0
    new_post_comment: int = 0
    new_post_like: int = 0
    new_purchase: int = 0
    new_subscriber: int = 0
    new_tip: int = 0
    new_promotion: int = 0


class Unread(Shape, frozen=True, kw_only=True):
    """How much waits."""

    unread_chats_count: int = 0
    unread_messages_count: int = 0
    unread_notifications: UnreadNotifications = UnreadNotifications()


class Presence(Shape, frozen=True, kw_only=True):
    """Whether somebody is there."""

    is_online: bool = False
    last_seen_at: Instant | None = None


def list_chats(
    acting_as: ActingAs = OWN,
    *,
    size: int = 50,
    filters: Sequence[str] = (),
    search: str | None = None,
    sort_by: str | None = None,
    smart_lists: Sequence[str] = (),
    custom_list: str | None = None,
) -> Call[Page[Chat]]:
    """``listChats``: conversations, newest message first; ``size`` 1-50. Managed creators' take ``size`` alone."""
    query: dict[str, QueryValue] = {
        "size": size,
        "filter": filters,
        "search": search,
        "sortBy": sort_by,
        "smartListIds": smart_lists,
        "customListId": custom_list,
    }
    return LIST_CHATS.call(Page[Chat], acting_as=acting_as, query=query)


def create_chat(user: str, acting_as: ActingAs = OWN) -> Call[Created]:
    """``createChat``: a conversation with a user there was none with."""
    return CREATE_CHAT.call(Created, acting_as=acting_as, body={"userUuid": user})


def unread() -> Call[Unread]:
    """``getUnreadChatsCount``: numbers alone."""
    return GET_UNREAD.call(Unread)


def statuses(users: Sequence[str]) -> Call[dict[str, Presence]]:
    """``getBatchStatuses``: who is online, by uuid; at most 100."""
    return GET_STATUSES.call(dict[str, Presence], body={"userUuids": list(users)})


def update_chat(
    user: str,
    acting_as: ActingAs = OWN,
    *,
    is_read: bool | None = None,
    is_muted: bool | None = None,
    nickname: str | None = None,
) -> Call[None]:
    """``updateChat``: read, muted, nickname (up to 30 characters); what is ``None`` stays."""
    body = given(isRead=is_read, isMuted=is_muted, nickname=nickname)
    return UPDATE_CHAT.call(NoneType, acting_as=acting_as, at={"userUuid": user}, body=body)


def list_messages(user: str, acting_as: ActingAs = OWN, *, size: int = 50) -> Call[Page[Message]]:
    """``listMessages``: newest first, ``size`` 1-50; never marks anything as read."""
    query = {"size": size, "markAsRead": False}
    return LIST_MESSAGES.call(Page[Message], acting_as=acting_as, at={"userUuid": user}, query=query)


def send_message(
    user: str,
    text: str | None = None,
    acting_as: ActingAs = OWN,
    *,
    media: Sequence[str] = (),
    price: int | None = None,
    template: str | None = None,
    preview: str | None = None,
) -> Call[Sending]:
    """``sendMessage``: text of 1-5000 characters, ready media, or both; ``price`` in cents from 300, with media.

    The chat must exist. A user who takes no messages answers as InvalidRequestError.
    """
    body = given(
        text=text,
        mediaUuids=list(media) or None,
        price=price,
        templateUuid=template,
        mediaPreviewUuid=preview,
    )
    return SEND_MESSAGE.call(Sending, acting_as=acting_as, at={"userUuid": user}, body=body)


def delete_message(user: str, message: str) -> Call[None]:
    """``deleteMessage``: takes back one of one's own; a bought one answers as InvalidRequestError."""
    return DELETE_MESSAGE.call(NoneType, at={"userUuid": user, "messageUuid": message})
