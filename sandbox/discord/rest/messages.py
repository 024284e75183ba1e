"""Messages in a channel: sending, history, editing, deleting, pins."""

from typing import Any

from sandbox.discord.errors import ApiError, FormError
from sandbox.discord.events import Events
from sandbox.discord.model import Channel, ChannelKind, Message, MessageKind
from sandbox.discord.nonces import Nonces
from sandbox.discord.payloads import message_json, now_iso
from sandbox.discord.permissions import Permissions
from sandbox.discord.posting import Posting
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World, require, visible_messages

CREATE_MESSAGE = "/channels/{channel_id}/messages"
_BASE = CREATE_MESSAGE


class MessageRoutes:
    def __init__(self, world: World, events: Events, posting: Posting, nonces: Nonces) -> None:
        self._world = world
        self._events = events
        self._posting = posting
        self._nonces = nonces

    def routes(self) -> list[Route]:
        return [
            Route("POST", CREATE_MESSAGE, self._create),
            Route("GET", _BASE, self._history),
            Route("GET", _BASE + "/pins", self._pins),
            Route("PUT", _BASE + "/pins/{message_id}", self._pin),
            Route("DELETE", _BASE + "/pins/{message_id}", self._unpin),
            Route("GET", _BASE + "/{message_id}", self._get),
            Route("PATCH", _BASE + "/{message_id}", self._edit),
            Route("DELETE", _BASE + "/{message_id}", self._delete),
            Route("POST", _BASE + "/bulk-delete", self._bulk_delete),
        ]

    def _message(self, request: Request) -> Message:
        return self._world.message_for_bot(request.id("channel_id"), request.id("message_id"))

    def _shown(self, message: Message) -> dict[str, Any]:
        """As REST shows it to the bot: other people's words are left out, as the intent is missing here too."""
        return message_json(message, has_content=self._events.may_read(message, intents=0))

    async def _create(self, request: Request) -> Reply:
        channel = self._world.channel_for_bot(request.id("channel_id"))
        self._require_sending(channel, request)
        body = request.body
        nonce = None if body.get("nonce") is None else str(body["nonce"])
        if nonce is not None and body.get("enforce_nonce"):
            known = self._nonces.find(channel.id, self._world.bot.id, nonce)
            if known is not None:
                return Reply(message_json(known))
        referenced = self._referenced(channel, body.get("message_reference"))
        kind = MessageKind.DEFAULT if referenced is None else MessageKind.REPLY
        message = self._posting.create(
            channel, self._world.bot, body, request.uploads, kind=kind, referenced=referenced
        )
        if nonce is not None:
            self._nonces.remember(message)
        return Reply(message_json(message))

    def _require_sending(self, channel: Channel, request: Request) -> None:
        bot = self._world.bot
        if channel.kind is ChannelKind.FORUM:
            raise ApiError(50008)
        if channel.recipient is not None:
            if not channel.recipient.dms_open:
                raise ApiError(50007)
            if not channel.recipient.has_installed_app and not self._world.share_a_guild(channel.recipient):
                raise ApiError(50278)
        in_thread = channel.thread is not None
        require(channel, bot, Permissions.SEND_MESSAGES_IN_THREADS if in_thread else Permissions.SEND_MESSAGES)
        if request.uploads:
            require(channel, bot, Permissions.ATTACH_FILES)
        if request.body.get("embeds"):
            require(channel, bot, Permissions.EMBED_LINKS)
        if channel.thread is not None and channel.thread.is_locked:
            require(channel, bot, Permissions.MANAGE_THREADS, 160005)

    def _referenced(self, channel: Channel, reference: dict[str, Any] | None) -> Message | None:
        if reference is None:
            return None
        require(channel, self._world.bot, Permissions.READ_MESSAGE_HISTORY)
        message = channel.history.get(int(reference["message_id"]))
        if message is not None and not message.is_deleted and not message.is_ephemeral:
            return message
        if reference.get("fail_if_not_exists", True):
            raise FormError(("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message"))
        return None

    async def _history(self, request: Request) -> Reply:
        channel = self._world.channel_for_bot(request.id("channel_id"))
        if Permissions.READ_MESSAGE_HISTORY not in channel.permissions_of(self._world.bot):
            return Reply([])
        limit = request.number("limit", 50)
        if not 1 <= limit <= 100:
            raise FormError(("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100."))
        chosen = _page(visible_messages(channel), request, limit)
        return Reply([self._shown(message) for message in reversed(chosen)])

    async def _get(self, request: Request) -> Reply:
        return Reply(self._shown(self._message(request)))

    async def _edit(self, request: Request) -> Reply:
        message = self._message(request)
        if message.author is not self._world.bot:
            raise ApiError(50005)
        if message.is_loading:
            raise ApiError(10008)
        self._posting.edit(message, request.body, request.uploads)
        return Reply(message_json(message))

    async def _delete(self, request: Request) -> Reply:
        message = self._message(request)
        if message.author is not self._world.bot:
            if message.channel.is_dm:
                raise ApiError(50003)
            require(message.channel, self._world.bot, Permissions.MANAGE_MESSAGES)
        state = message.channel.thread
        if state is not None and state.is_archived:
            raise ApiError(50083)
        self._posting.delete(message)
        return NO_CONTENT

    async def _bulk_delete(self, request: Request) -> Reply:
        channel = self._world.channel_for_bot(request.id("channel_id"))
        require(channel, self._world.bot, Permissions.MANAGE_MESSAGES)
        for message_id in request.required("messages"):
            message = channel.history.get(int(message_id))
            if message is not None and not message.is_deleted:
                self._posting.delete(message)
        return NO_CONTENT

    async def _pins(self, request: Request) -> Reply:
        channel = self._world.channel_for_bot(request.id("channel_id"))
        pinned = [message for message in visible_messages(channel) if message.is_pinned]
        items = [{"pinned_at": now_iso(), "message": self._shown(message)} for message in reversed(pinned)]
        return Reply({"items": items, "has_more": False})

    async def _pin(self, request: Request) -> Reply:
        return self._set_pinned(self._message(request), is_pinned=True)

    async def _unpin(self, request: Request) -> Reply:
        return self._set_pinned(self._message(request), is_pinned=False)

    def _set_pinned(self, message: Message, *, is_pinned: bool) -> Reply:
        permissions = message.channel.permissions_of(self._world.bot)
        either = Permissions.PIN_MESSAGES | Permissions.MANAGE_MESSAGES
        if not message.channel.is_dm and not permissions & either:
            raise ApiError(50013)
        message.is_pinned = is_pinned
        self._events.message_updated(message)
        return NO_CONTENT


def _page(messages: list[Message], request: Request, limit: int) -> list[Message]:
    """The asked-for stretch, oldest first: before, after or around an id, or the newest."""
    query = request.query
    if "around" in query:
        around = request.number("around", 0)
        older = [m for m in messages if m.id < around][-(limit // 2) :]
        newer = [m for m in messages if m.id >= around]
        return [*older, *newer][:limit]
    if "after" in query:
        return [m for m in messages if m.id > request.number("after", 0)][:limit]
    if "before" in query:
        messages = [m for m in messages if m.id < request.number("before", 0)]
    return messages[-limit:]
