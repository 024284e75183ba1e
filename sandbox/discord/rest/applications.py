"""Uploading application commands, for everyone or for one guild."""

from sandbox.discord.commands import Commands
from sandbox.discord.errors import ApiError
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World

_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


class CommandRoutes:
    def __init__(self, world: World, commands: Commands) -> None:
        self._world = world
        self._commands = commands

    def routes(self) -> list[Route]:
        return [
            route
            for base in (_GLOBAL, _GUILD)
            for route in (
                Route("GET", base, self._list),
                Route("PUT", base, self._replace_all),
                Route("POST", base, self._create),
                Route("GET", base + "/{command_id}", self._get),
                Route("PATCH", base + "/{command_id}", self._edit),
                Route("DELETE", base + "/{command_id}", self._delete),
            )
        ] + [Route("GET", "/applications/{application_id}/emojis", self._emojis)]

    def _scope(self, request: Request) -> int | None:
        if request.id("application_id") != self._world.application_id:
            raise ApiError(10002)
        if "guild_id" not in request.params:
            return None
        return self._world.guild_for_bot(request.id("guild_id")).id

    async def _list(self, request: Request) -> Reply:
        return Reply(self._commands.listed(self._scope(request)))

    async def _replace_all(self, request: Request) -> Reply:
        return Reply(self._commands.replace_all(self._scope(request), request.json or []))

    async def _create(self, request: Request) -> Reply:
        command, is_new = self._commands.create(self._scope(request), request.body)
        return Reply(command, 201 if is_new else 200)

    async def _get(self, request: Request) -> Reply:
        return Reply(self._commands.find(self._scope(request), request.id("command_id")))

    async def _edit(self, request: Request) -> Reply:
        return Reply(self._commands.edit(self._scope(request), request.id("command_id"), request.body))

    async def _delete(self, request: Request) -> Reply:
        self._commands.delete(self._scope(request), request.id("command_id"))
        return NO_CONTENT

    async def _emojis(self, request: Request) -> Reply:
        self._scope(request)
        return Reply({"items": []})
