"""Users, the bot itself, its applications page, direct messages, gateway addresses."""

from collections.abc import Callable

from sandbox.discord.errors import ApiError
from sandbox.discord.gateway import Gateway
from sandbox.discord.payloads import application_json, channel_json, guild_json, own_user_json, user_json
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World


class UserRoutes:
    def __init__(self, world: World, gateway: Gateway, shard_count: Callable[[], int]) -> None:
        self._world = world
        self._gateway = gateway
        self._shard_count = shard_count

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/users/@me", self._me),
            Route("PATCH", "/users/@me", self._me),
            Route("GET", "/users/@me/guilds", self._guilds),
            Route("DELETE", "/users/@me/guilds/{guild_id}", self._leave),
            Route("POST", "/users/@me/channels", self._open_dm),
            Route("GET", "/users/{user_id}", self._user),
            Route("GET", "/applications/@me", self._application),
            Route("PATCH", "/applications/@me", self._application),
            Route("GET", "/oauth2/applications/@me", self._application),
            Route("GET", "/gateway", self._gateway_url),
            Route("GET", "/gateway/bot", self._gateway_bot),
        ]

    async def _me(self, _: Request) -> Reply:
        return Reply(own_user_json(self._world.bot))

    async def _user(self, request: Request) -> Reply:
        return Reply(user_json(self._world.user(request.id("user_id"))))

    async def _guilds(self, _: Request) -> Reply:
        kept = ("id", "name", "icon", "banner", "features", "approximate_member_count", "approximate_presence_count")
        guilds = [guild for guild in self._world.guilds.values() if guild.is_bot_in]
        listed = []
        for guild in guilds:
            whole = guild_json(guild)
            permissions = str(int(guild.permissions_of(self._world.bot)))
            listed.append({key: whole[key] for key in kept} | {"owner": False, "permissions": permissions})
        return Reply(listed)

    async def _leave(self, request: Request) -> Reply:
        guild = self._world.guild_for_bot(request.id("guild_id"))
        guild.is_bot_in = False
        guild.members.pop(self._world.bot.id, None)
        self._gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id, intent=1)
        return NO_CONTENT

    async def _open_dm(self, request: Request) -> Reply:
        user = self._world.user(int(request.required("recipient_id")))
        if user.is_bot:
            raise ApiError(50007)
        return Reply(channel_json(self._world.open_dm(user)))

    async def _application(self, _: Request) -> Reply:
        owner = next((user for user in self._world.users.values() if not user.is_bot), None)
        return Reply(application_json(self._world.application_id, self._world.bot, owner))

    async def _gateway_url(self, _: Request) -> Reply:
        return Reply({"url": self._gateway.url})

    async def _gateway_bot(self, _: Request) -> Reply:
        start_limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return Reply({"url": self._gateway.url, "shards": self._shard_count(), "session_start_limit": start_limit})
