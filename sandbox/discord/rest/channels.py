"""One channel: reading, changing, deleting, typing, its permission overwrites."""

from datetime import UTC, datetime
from typing import Any

from sandbox.discord.errors import ApiError, FormError
from sandbox.discord.events import Events
from sandbox.discord.model import Channel, Overwrite
from sandbox.discord.payloads import channel_json
from sandbox.discord.permissions import Permissions
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World, require


class ChannelRoutes:
    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/channels/{channel_id}", self._get),
            Route("PATCH", "/channels/{channel_id}", self._edit),
            Route("DELETE", "/channels/{channel_id}", self._delete),
            Route("POST", "/channels/{channel_id}/typing", self._typing),
            Route("PUT", "/channels/{channel_id}/permissions/{target_id}", self._overwrite),
            Route("DELETE", "/channels/{channel_id}/permissions/{target_id}", self._remove_overwrite),
        ]

    def _of(self, request: Request) -> Channel:
        return self._world.channel_for_bot(request.id("channel_id"))

    async def _get(self, request: Request) -> Reply:
        return Reply(channel_json(self._of(request)))

    async def _edit(self, request: Request) -> Reply:
        channel = self._of(request)
        if channel.is_dm:
            raise ApiError(50003)
        name = request.body.get("name")
        if name is not None and not 1 <= len(name) <= 100:
            raise FormError(("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."))
        if channel.thread is not None:
            self._edit_thread(channel, request.body)
        else:
            require(channel, self._world.bot, Permissions.MANAGE_CHANNELS)
            channel.nsfw = bool(request.body.get("nsfw", channel.nsfw))
            channel.topic = request.body.get("topic", channel.topic)
            channel.available_tags = self._tags(request.body.get("available_tags", channel.available_tags))
        channel.name = name or channel.name
        self._events.channel_changed("THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE", channel)
        return Reply(channel_json(channel))

    def _edit_thread(self, thread: Channel, changes: dict[str, Any]) -> None:
        state = thread.thread
        assert state is not None
        is_own = state.owner_id == self._world.bot.id
        may_manage = Permissions.MANAGE_THREADS in thread.permissions_of(self._world.bot)
        if not may_manage and (not is_own or state.is_locked or "locked" in changes):
            raise ApiError(50013)
        will_be_archived = changes.get("archived", state.is_archived)
        if state.is_archived and will_be_archived and changes.keys() - {"archived", "locked"}:
            raise ApiError(50083)
        if will_be_archived != state.is_archived:
            state.archive_changed_at = datetime.now(UTC)
        state.is_archived = will_be_archived
        state.is_locked = changes.get("locked", state.is_locked)
        state.auto_archive_minutes = changes.get("auto_archive_duration", state.auto_archive_minutes)
        state.applied_tags = [str(tag) for tag in changes.get("applied_tags", state.applied_tags)]

    def _tags(self, tags: list[dict[str, Any]]) -> list[dict[str, Any]]:
        blank = {"moderated": False, "emoji_id": None, "emoji_name": None}
        return [blank | tag | {"id": str(tag.get("id") or self._world.snowflakes.mint())} for tag in tags]

    async def _delete(self, request: Request) -> Reply:
        channel = self._of(request)
        if not channel.is_dm:
            needed = Permissions.MANAGE_THREADS if channel.thread else Permissions.MANAGE_CHANNELS
            require(channel, self._world.bot, needed)
            self._world.remove_channel(channel)
            self._events.channel_changed("THREAD_DELETE" if channel.thread else "CHANNEL_DELETE", channel)
        return Reply(channel_json(channel))

    async def _typing(self, request: Request) -> Reply:
        require(self._of(request), self._world.bot, Permissions.SEND_MESSAGES)
        return NO_CONTENT

    async def _overwrite(self, request: Request) -> Reply:
        channel = self._of(request)
        require(channel, self._world.bot, Permissions.MANAGE_ROLES)
        body, target_id = request.body, request.id("target_id")
        allow, deny = Permissions(int(body.get("allow") or 0)), Permissions(int(body.get("deny") or 0))
        channel.overwrites[target_id] = Overwrite(target_id, int(request.required("type")) == 0, allow, deny)
        self._events.channel_changed("CHANNEL_UPDATE", channel)
        return NO_CONTENT

    async def _remove_overwrite(self, request: Request) -> Reply:
        channel = self._of(request)
        require(channel, self._world.bot, Permissions.MANAGE_ROLES)
        channel.overwrites.pop(request.id("target_id"), None)
        self._events.channel_changed("CHANNEL_UPDATE", channel)
        return NO_CONTENT
