"""Threads: from a message, without one, as a forum post; joining and listing."""

from typing import Any

from sandbox.discord.errors import ApiError, FormError
from sandbox.discord.events import Events
from sandbox.discord.model import Channel, ChannelKind
from sandbox.discord.payloads import message_json, thread_json, thread_member_json
from sandbox.discord.permissions import Permissions
from sandbox.discord.posting import Posting
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World, require

_ARCHIVE_MINUTES = {60, 1440, 4320, 10_080}


class ThreadRoutes:
    def __init__(self, world: World, events: Events, posting: Posting) -> None:
        self._world = world
        self._events = events
        self._posting = posting

    def routes(self) -> list[Route]:
        thread = "/channels/{channel_id}/thread-members"
        archived = "/channels/{channel_id}/threads/archived"
        return [
            Route("POST", "/channels/{channel_id}/threads", self._create),
            Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", self._create_from_message),
            Route("GET", archived + "/public", self._archived),
            Route("GET", archived + "/private", self._archived),
            Route("GET", thread, self._members),
            Route("PUT", thread + "/@me", self._join),
            Route("DELETE", thread + "/@me", self._leave),
            Route("PUT", thread + "/{user_id}", self._add_member),
            Route("DELETE", thread + "/{user_id}", self._remove_member),
        ]

    async def _create(self, request: Request) -> Reply:
        parent = self._world.channel_for_bot(request.id("channel_id"))
        _check_thread(request.body)
        if parent.kind is ChannelKind.FORUM:
            return self._post_to_forum(parent, request)
        if parent.kind is not ChannelKind.TEXT:
            raise ApiError(50024)
        kind = ChannelKind(request.body.get("type") or ChannelKind.PRIVATE_THREAD)
        is_private = kind is ChannelKind.PRIVATE_THREAD
        needed = Permissions.CREATE_PRIVATE_THREADS if is_private else Permissions.CREATE_PUBLIC_THREADS
        require(parent, self._world.bot, needed)
        thread = self._open(parent, request.body, kind)
        return Reply(self._joined(thread), 201)

    def _post_to_forum(self, forum: Channel, request: Request) -> Reply:
        require(forum, self._world.bot, Permissions.SEND_MESSAGES)
        first = request.body.get("message")
        if not first:
            raise FormError(("message", "BASE_TYPE_REQUIRED", "This field is required"))
        known = {tag["id"] for tag in forum.available_tags}
        tags = [str(tag) for tag in request.body.get("applied_tags") or []]
        if len(tags) > 5 or set(tags) - known:
            raise FormError(("applied_tags", "BASE_TYPE_CHOICES", "Up to 5 of the forum's own tags."))
        if forum.requires_tag and not tags:
            raise ApiError(40067)
        thread = self._open(forum, request.body, ChannelKind.PUBLIC_THREAD)
        assert thread.thread is not None
        thread.thread.applied_tags = tags
        try:
            message = self._posting.create(thread, self._world.bot, first, request.uploads, message_id=thread.id)
        except ApiError:
            self._world.remove_channel(thread)
            raise
        return Reply(self._joined(thread) | {"message": message_json(message)}, 201)

    async def _create_from_message(self, request: Request) -> Reply:
        message = self._world.message_for_bot(request.id("channel_id"), request.id("message_id"))
        _check_thread(request.body)
        require(message.channel, self._world.bot, Permissions.CREATE_PUBLIC_THREADS)
        if message.thread is not None:
            raise ApiError(160004)
        if message.channel.kind is not ChannelKind.TEXT:
            raise ApiError(50024)
        message.thread = self._open(message.channel, request.body, ChannelKind.PUBLIC_THREAD, thread_id=message.id)
        return Reply(self._joined(message.thread), 201)

    def _open(
        self, parent: Channel, body: dict[str, Any], kind: ChannelKind, *, thread_id: int | None = None
    ) -> Channel:
        thread = self._world.add_thread(parent, body["name"], self._world.bot, kind=kind, thread_id=thread_id)
        assert thread.thread is not None
        thread.thread.auto_archive_minutes = body.get("auto_archive_duration") or 1440
        self._events.channel_changed("THREAD_CREATE", thread)
        return thread

    def _joined(self, thread: Channel) -> dict[str, Any]:
        return thread_json(thread) | {"member": thread_member_json(thread, self._world.bot.id)}

    def _thread(self, request: Request) -> Channel:
        channel = self._world.channel_for_bot(request.id("channel_id"))
        if channel.thread is None:
            raise ApiError(50024)
        return channel

    async def _archived(self, request: Request) -> Reply:
        parent = self._world.channel_for_bot(request.id("channel_id"))
        wanted = {ChannelKind.PRIVATE_THREAD} if request.call.path.endswith("private") else {ChannelKind.PUBLIC_THREAD}
        assert parent.guild is not None
        threads = [t for t in self._world.threads_of(parent.guild) if t.parent is parent and t.kind in wanted]
        shown = [thread_json(t) for t in threads if t.thread is not None and t.thread.is_archived]
        return Reply({"threads": shown, "members": [], "has_more": False})

    async def _members(self, request: Request) -> Reply:
        thread = self._thread(request)
        assert thread.thread is not None
        return Reply([thread_member_json(thread, user_id) for user_id in sorted(thread.thread.member_ids)])

    async def _join(self, request: Request) -> Reply:
        return self._set_member(self._thread(request), self._world.bot.id, is_in=True)

    async def _leave(self, request: Request) -> Reply:
        return self._set_member(self._thread(request), self._world.bot.id, is_in=False)

    async def _add_member(self, request: Request) -> Reply:
        thread = self._thread(request)
        assert thread.guild is not None
        member = self._world.member(thread.guild, request.id("user_id"))
        return self._set_member(thread, member.user.id, is_in=True)

    async def _remove_member(self, request: Request) -> Reply:
        thread = self._thread(request)
        require(thread, self._world.bot, Permissions.MANAGE_THREADS)
        return self._set_member(thread, request.id("user_id"), is_in=False)

    def _set_member(self, thread: Channel, user_id: int, *, is_in: bool) -> Reply:
        assert thread.thread is not None
        if thread.thread.is_archived:
            raise ApiError(50083)
        (thread.thread.member_ids.add if is_in else thread.thread.member_ids.discard)(user_id)
        return NO_CONTENT


def _check_thread(body: dict[str, Any]) -> None:
    if not 1 <= len(body.get("name") or "") <= 100:
        raise FormError(("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."))
    if (body.get("auto_archive_duration") or 1440) not in _ARCHIVE_MINUTES:
        raise FormError(("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080)."))
