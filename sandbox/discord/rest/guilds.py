"""Guilds, their members, roles and channel lists."""

from sandbox.discord.errors import ApiError
from sandbox.discord.events import Events
from sandbox.discord.model import ChannelKind, Guild
from sandbox.discord.payloads import channel_json, guild_json, member_json, role_json, thread_json, thread_member_json
from sandbox.discord.permissions import Permissions
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World


class GuildRoutes:
    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/guilds/{guild_id}", self._guild),
            Route("GET", "/guilds/{guild_id}/channels", self._channels),
            Route("POST", "/guilds/{guild_id}/channels", self._create_channel),
            Route("GET", "/guilds/{guild_id}/threads/active", self._active_threads),
            Route("GET", "/guilds/{guild_id}/members", self._members),
            Route("PATCH", "/guilds/{guild_id}/members/@me", self._rename_self),
            Route("GET", "/guilds/{guild_id}/members/{user_id}", self._member),
            Route("GET", "/guilds/{guild_id}/roles", self._roles),
            Route("POST", "/guilds/{guild_id}/roles", self._create_role),
            Route("GET", "/guilds/{guild_id}/roles/{role_id}", self._role),
            Route("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", self._give_role),
            Route("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", self._take_role),
        ]

    def _of(self, request: Request) -> Guild:
        return self._world.guild_for_bot(request.id("guild_id"))

    def _of_with(self, request: Request, needed: Permissions) -> Guild:
        guild = self._of(request)
        if needed & ~guild.permissions_of(self._world.bot):
            raise ApiError(50013)
        return guild

    async def _guild(self, request: Request) -> Reply:
        return Reply(guild_json(self._of(request)))

    async def _channels(self, request: Request) -> Reply:
        return Reply([channel_json(c) for c in self._of(request).channels.values() if c.thread is None])

    async def _create_channel(self, request: Request) -> Reply:
        guild = self._of_with(request, Permissions.MANAGE_CHANNELS)
        body = request.body
        kind = ChannelKind(body.get("type") or 0)
        channel = self._world.add_channel(guild, request.required("name"), kind, nsfw=bool(body.get("nsfw")))
        channel.topic = body.get("topic")
        self._events.channel_changed("CHANNEL_CREATE", channel)
        return Reply(channel_json(channel), 201)

    async def _active_threads(self, request: Request) -> Reply:
        threads = [t for t in self._world.threads_of(self._of(request)) if t.thread and not t.thread.is_archived]
        bot_id = self._world.bot.id
        joined = [thread_member_json(t, bot_id) for t in threads if t.thread and bot_id in t.thread.member_ids]
        return Reply({"threads": [thread_json(thread) for thread in threads], "members": joined, "has_more": False})

    async def _member(self, request: Request) -> Reply:
        guild = self._of(request)
        self._world.user(request.id("user_id"))
        return Reply(member_json(self._world.member(guild, request.id("user_id"))))

    async def _members(self, request: Request) -> Reply:
        """Listing members needs a privileged intent, which this application does not have."""
        self._of(request)
        raise ApiError(50001)

    async def _rename_self(self, request: Request) -> Reply:
        guild = self._of_with(request, Permissions.CHANGE_NICKNAME)
        member = guild.members[self._world.bot.id]
        member.nick = request.body.get("nick", member.nick)
        self._events.member_changed("GUILD_MEMBER_UPDATE", guild, member)
        return Reply(member_json(member))

    async def _roles(self, request: Request) -> Reply:
        return Reply([role_json(role) for role in self._of(request).roles.values()])

    async def _role(self, request: Request) -> Reply:
        return Reply(role_json(self._world.role(self._of(request), request.id("role_id"))))

    async def _create_role(self, request: Request) -> Reply:
        guild = self._of_with(request, Permissions.MANAGE_ROLES)
        bits = int(request.body.get("permissions") or 0)
        return Reply(role_json(self._world.add_role(guild, request.body.get("name") or "new role", bits)))

    async def _give_role(self, request: Request) -> Reply:
        guild = self._of_with(request, Permissions.MANAGE_ROLES)
        member = self._world.member(guild, request.id("user_id"))
        role = self._world.role(guild, request.id("role_id"))
        if role not in member.roles:
            member.roles.append(role)
        return NO_CONTENT

    async def _take_role(self, request: Request) -> Reply:
        guild = self._of_with(request, Permissions.MANAGE_ROLES)
        member = self._world.member(guild, request.id("user_id"))
        role = self._world.role(guild, request.id("role_id"))
        member.roles = [held for held in member.roles if held is not role]
        return NO_CONTENT
