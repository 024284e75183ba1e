"""Media inside chats, and reading many chats at once."""

from collections.abc import Sequence

from bot.domain.scopes import Scope
from bot.fanvue.chats import Message
from bot.fanvue.media import Variant
from bot.fanvue.shapes import Instant, KeyProblem, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue, comma, given

READ = frozenset({Scope.READ_CHAT})
TWIN_READ = READ | {Scope.READ_CREATOR}

LIST_CHAT_MEDIA = Operation(
    "listMedia", "GET", "/chats/{userUuid}/media", READ, twin_id="listCreatorChatMedia", twin_scopes=TWIN_READ
)
GET_MESSAGE_MEDIA = Operation(
    "getMessageMediaByUuids",
    "GET",
    "/chats/{userUuid}/messages/{messageUuid}/media",
    READ,
    twin_id="getCreatorMessageMediaByUuids",
    twin_scopes=TWIN_READ,
)
BATCH_MESSAGES = Operation("messagesBatch", "POST", "/chats/messages/batch", READ)


class ChatMedia(Shape, frozen=True, kw_only=True):
    """Something seen or heard in a chat; addresses in ``variants`` live shortly and are never stored."""

    uuid: str
    message_uuid: str = ""
    owner_uuid: str = ""
    media_type: str = ""
    name: str | None = None
    sent_at: Instant | None = None
    variants: tuple[Variant, ...] = ()


class MessageMedia(Shape, frozen=True, kw_only=True):
    """Media by uuid; ``None`` and an entry in ``errors`` for what could not be had."""

    results: dict[str, ChatMedia | None]
    errors: tuple[KeyProblem, ...] = ()


class ChatMessages(Shape, frozen=True, kw_only=True):
    """The newest messages of one chat, or why there are none: forbidden, not_found, internal."""

    messages: tuple[Message, ...] = ()
    has_more: bool = False
    oldest_message_uuid: str | None = None
    error: str | None = None


class MessagesByChat(Shape, frozen=True, kw_only=True):
    """By the other person's uuid."""

    by_chat: dict[str, ChatMessages]


def list_chat_media(
    user: str, acting_as: ActingAs = OWN, *, media_type: str | None = None, limit: int = 50
) -> Call[Page[ChatMedia]]:
    """``listMedia``: what was sent in a chat, newest first; ``limit`` 1-50."""
    query = {"limit": limit, "mediaType": media_type}
    return LIST_CHAT_MEDIA.call(Page[ChatMedia], acting_as=acting_as, at={"userUuid": user}, query=query)


def message_media(
    user: str, message: str, media: Sequence[str], acting_as: ActingAs = OWN, *, variants: Sequence[str] = ()
) -> Call[MessageMedia]:
    """``getMessageMediaByUuids``: up to 20 media of a message; addresses only with ``variants``."""
    at = {"userUuid": user, "messageUuid": message}
    query: dict[str, QueryValue] = {"mediaUuids": comma(media), "variants": comma(variants)}
    return GET_MESSAGE_MEDIA.call(MessageMedia, acting_as=acting_as, at=at, query=query)


def batch_messages(chats: Sequence[str], *, limit: int = 20, since: str | None = None) -> Call[MessagesByChat]:
    """``messagesBatch``: the newest messages of up to 50 chats; marks nothing as read. ``limit`` 1-50."""
    body = given(chatUuids=list(chats), limit=limit, sinceMessageUuid=since)
    return BATCH_MESSAGES.call(MessagesByChat, body=body)
