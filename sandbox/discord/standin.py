"""The stand-in itself: one loopback server, and the handle a script holds."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from sandbox.discord.commands import Commands
from sandbox.discord.events import Events
from sandbox.discord.faults import Fault, Faults
from sandbox.discord.gateway import Gateway
from sandbox.discord.interactions import Interaction, Interactions
from sandbox.discord.limits import Limits
from sandbox.discord.model import Channel, ChannelKind, Guild, Member, Message, Role, User
from sandbox.discord.nonces import Nonces
from sandbox.discord.people import People
from sandbox.discord.permissions import PermissionsLike
from sandbox.discord.posting import Posting
from sandbox.discord.recording import Call, Changes
from sandbox.discord.rest import front
from sandbox.discord.rest.applications import CommandRoutes
from sandbox.discord.rest.callbacks import CallbackRoutes
from sandbox.discord.rest.cdn import PREFIX as CDN_PREFIX
from sandbox.discord.rest.cdn import Cdn
from sandbox.discord.rest.channels import ChannelRoutes
from sandbox.discord.rest.guilds import GuildRoutes
from sandbox.discord.rest.messages import MessageRoutes
from sandbox.discord.rest.reactions import ReactionRoutes, react
from sandbox.discord.rest.routing import Route
from sandbox.discord.rest.threads import ThreadRoutes
from sandbox.discord.rest.users import UserRoutes
from sandbox.discord.rest.webhooks import WebhookRoutes
from sandbox.discord.world import World, visible_messages

DEFAULT_APPLICATION_ID = 1_100_000_000_000_000_001
Answer = TypeVar("Answer")


class StandInDiscord:
    """A small Discord on loopback, alive inside `async with`.

    The world is built with plain calls, before or while a bot is connected; verbs such as `slash`, `click` and `say`
    act as a person and raise `PlayError` for what no client would allow. Everything the bot calls is in `calls`, what
    this Discord does not know in `unknown_routes`.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        application_id: int = DEFAULT_APPLICATION_ID,
        global_limit_per_second: int | None = None,
        channel_limit: tuple[int, float] | None = None,
        bot_name: str = "fanvue",
        bot_token: str | None = None,
        first_answer_seconds: float = 3.0,
        interaction_token_seconds: float = 900.0,
        nonce_window_seconds: float = 180.0,
        heartbeat_interval_ms: int = 41_250,
        shard_count: int = 1,
    ) -> None:
        self.shard_count = shard_count
        self._host, self._port = host, port
        self._changes = Changes()
        self._faults = Faults()
        self.world = World(application_id, bot_name)
        self.commands = Commands(application_id, self.world.snowflakes)
        self.nonces = Nonces(nonce_window_seconds)
        self.limits = Limits(global_limit_per_second, channel_limit)
        self.interactions = Interactions(
            self.world,
            first_answer_seconds=first_answer_seconds,
            token_seconds=interaction_token_seconds,
        )
        self._gateway = Gateway(
            self.world, self._changes, bot_token=bot_token, heartbeat_interval_ms=heartbeat_interval_ms
        )
        self._events = Events(self.world, self._gateway)
        self._posting = Posting(self.world, self._events, lambda: self.cdn_url)
        self._people = People(self.world, self._events, self._posting, self.interactions, self.commands)
        self._front = front.Front(self._changes, self._faults, self.limits, bot_token=bot_token)
        self._runner: web.AppRunner | None = None

    # -- life

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=front.MAX_BODY_BYTES)
        application.add_routes([web.get("/gateway", self._gateway.serve), web.get("/gateway/", self._gateway.serve)])
        application.add_routes(self._front.routes(self._chapters()))
        application.add_routes(Cdn(self._posting).routes())
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._gateway.url = self.gateway_url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        self._faults.clear()
        await self._gateway.close_all(1001)
        await self._runner.cleanup()

    def _chapters(self) -> list[Route]:
        chapters = (
            UserRoutes(self.world, self._gateway, lambda: self.shard_count),
            CommandRoutes(self.world, self.commands),
            GuildRoutes(self.world, self._events),
            ChannelRoutes(self.world, self._events),
            MessageRoutes(self.world, self._events, self._posting, self.nonces),
            ReactionRoutes(self.world, self._events),
            ThreadRoutes(self.world, self._events, self._posting),
            CallbackRoutes(self.world, self.interactions, self._posting),
            WebhookRoutes(self.world, self.interactions, self._posting),
        )
        return [route for chapter in chapters for route in chapter.routes()]

    @property
    def api_url(self) -> str:
        return f"http://{self._host}:{self._port}{front.PREFIX}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self._host}:{self._port}/gateway"

    @property
    def cdn_url(self) -> str:
        return f"http://{self._host}:{self._port}{CDN_PREFIX}"

    # -- building the world

    @property
    def bot_user(self) -> User:
        return self.world.bot

    def add_user(self, name: str, *, id: int | None = None) -> User:  # noqa: A002 - Discord's word
        return self.world.add_user(name, id)

    def add_guild(self, name: str, owner: User, *, is_bot_in: bool = True) -> Guild:
        """A server; `is_bot_in=False` makes one where people only brought the app as a user install."""
        guild = self.world.add_guild(name, owner, is_bot_in=is_bot_in)
        if is_bot_in:
            self._events.guild_joined(guild)
        return guild

    def add_channel(self, guild: Guild, name: str, *, nsfw: bool = False, kind: str = "text") -> Channel:
        channel = self.world.add_channel(guild, name, ChannelKind[kind.upper()], nsfw=nsfw)
        self._events.channel_changed("CHANNEL_CREATE", channel)
        return channel

    def add_member(self, guild: Guild, user: User, *, permissions: PermissionsLike = 0) -> Member:
        """Joins a person; `permissions` (bits or names) come on top of @everyone's. Given again, replaces them.

        With `bot_user` it sets what the bot itself may do.
        """
        member = self.world.add_member(guild, user, permissions)
        self._events.member_changed("GUILD_MEMBER_ADD", guild, member)
        return member

    def remove_member(self, guild: Guild, user: User) -> None:
        """A person leaves; the bot itself being removed ends in GUILD_DELETE."""
        member = guild.members.pop(user.id)
        if user is self.bot_user:
            guild.is_bot_in = False
            self._events.guild_left(guild)
        else:
            self._events.member_changed("GUILD_MEMBER_REMOVE", guild, member)

    def add_role(self, guild: Guild, name: str, *, permissions: PermissionsLike = 0) -> Role:
        return self.world.add_role(guild, name, permissions)

    def remove_channel(self, channel: Channel) -> None:
        self.world.remove_channel(channel)
        self._events.channel_changed("CHANNEL_DELETE", channel)

    def dm(self, user: User) -> Channel | None:
        """The direct-message channel with the bot, if either side ever opened it."""
        return self.world.dms.get(user.id)

    # -- acting as a person

    async def slash(self, user: User, channel: Channel | None, command: str, /, **options: Any) -> Interaction:
        """Runs `"insights earnings"` there (None: in the bot's DM). Options are typed as the command declares them."""
        return self._people.slash(user, channel, command, options)

    async def autocomplete(
        self, user: User, channel: Channel | None, command: str, /, *, focused: str, value: Any, **options: Any
    ) -> list[dict[str, Any]]:
        """The choices offered while typing `value`; TimeoutError if the bot gives none in time."""
        asked = self._people.autocomplete(user, channel, command, focused, value, options)
        await asked.wait(self.interactions.first_answer_seconds)
        assert asked.choices is not None
        return asked.choices

    async def context_menu(self, user: User, channel: Channel | None, name: str, target: Message | User) -> Interaction:
        """Picks an app command from the menu on a message or a person."""
        return self._people.context_menu(user, channel, name, target)

    async def click(self, user: User, message: Message, custom_id_or_label: str) -> Interaction:
        return self._people.click(user, message, custom_id_or_label)

    async def select(self, user: User, message: Message, custom_id: str, values: Sequence[Any]) -> Interaction:
        """Chooses in a menu: values or labels, or people, roles and channels."""
        return self._people.select(user, message, custom_id, values)

    async def submit(self, user: User, opened: Interaction, values: dict[str, Any]) -> Interaction:
        """Sends the modal that `opened` was answered with; keys are custom_ids or labels, files are (name, bytes)."""
        return self._people.submit(user, opened, values)

    async def say(
        self,
        user: User,
        channel: Channel | None,
        text: str,
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        forward: bool = False,
        attachments: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Writes a message, a native reply (`ping` is its @ switch) or, with `forward`, forwards `reply_to`.

        The bot gets the text only in its DM, when mentioned, or in a pinging reply to its own ordinary message.
        """
        if forward:
            assert reply_to is not None, "forward=True needs the message as reply_to"
            return self._people.forward(user, channel, reply_to)
        return self._people.say(user, channel, text, reply_to=reply_to, ping=ping, attachments=attachments)

    async def react(self, user: User, message: Message, emoji: str) -> None:
        react(self._events, message, emoji, user)

    # -- what was recorded

    @property
    def calls(self) -> list[Call]:
        return self._front.calls

    @property
    def unknown_routes(self) -> list[str]:
        return self._front.unknown_routes

    @property
    def invalid_requests(self) -> int:
        """Answers of 401, 403 and 429; Discord blocks an address at 10,000 in ten minutes."""
        return self._front.invalid_requests

    def messages(self, channel: Channel | int, *, seen_by: User | None = None) -> list[Message]:
        """What stands in a channel, oldest first; with `seen_by`, that person's ephemeral messages too."""
        place = self.world.channels[channel] if isinstance(channel, int) else channel
        return [message for message in visible_messages(place, seen_by) if not message.is_loading]

    async def wait_for(self, predicate: Callable[[], Answer], timeout: float = 30) -> Answer:  # noqa: ASYNC109 - a script's word
        """The first true value of `predicate()`, asked anew after each call and gateway frame; else TimeoutError."""
        return await self._changes.until(predicate, timeout, what=lambda: self._last_calls(timeout))

    def _last_calls(self, seconds: float) -> str:
        last = [f"{call.method} {call.path} -> {call.status}" for call in self.calls[-5:]]
        return f"not true within {seconds} s; the last calls were {last}"

    # -- answers on demand

    def fail(
        self,
        method: str,
        path_glob: str,
        *,
        status: int = 500,
        code: int = 0,
        times: int | None = 1,
        retry_after: float | None = None,
        after_applying: bool = False,
        hang: bool = False,
        drop: bool = False,
        is_global: bool = False,
        from_cloudflare: bool = False,
        naming: str = "",
    ) -> Fault:
        """Makes matching requests fail, `times` times (None: until `remove()` on what is returned).

        `path_glob` is matched against the path after `/api/v10`, `*` as method against all. `after_applying` first
        does what was asked. `hang` holds the request until removed, `drop` cuts the connection, `from_cloudflare`
        answers HTML without a Via header, as an address ban does. Only what is `naming` these words fails.
        """
        fault = Fault(
            method,
            path_glob,
            status=status,
            code=code,
            times=times,
            retry_after=retry_after,
            after_applying=after_applying,
            hang=hang,
            drop=drop,
            is_global=is_global,
            from_cloudflare=from_cloudflare,
            naming=naming,
        )
        return self._faults.add(fault)

    def slow_down(self, seconds: float) -> None:
        """Every answer takes that much longer from now on, as over a real network."""
        self._front.answer_delay_seconds = seconds

    # -- the gateway

    @property
    def connected(self) -> bool:
        return self._gateway.is_connected

    @property
    def identified(self) -> int:
        return self._gateway.identified

    @property
    def resumed(self) -> int:
        return self._gateway.resumed

    async def wait_ready(self, timeout: float = 30) -> None:  # noqa: ASYNC109 - a script's word
        """Returns once a bot is connected: identified (or resumed) and sent its READY."""
        await self.wait_for(lambda: self.connected, timeout)

    async def drop_gateway(self, code: int | None = None) -> None:
        """Cuts every gateway socket, as a broken cable would, or closes it with a code; sessions stay resumable."""
        await self._gateway.close_all(code)

    def ask_to_reconnect(self) -> None:
        """Op 7."""
        self._gateway.ask_to_reconnect()

    def invalidate_sessions(self, *, is_resumable: bool = False) -> None:
        """Op 9."""
        self._gateway.invalidate_sessions(is_resumable=is_resumable)

    async def begin_outage(self) -> Fault:
        """Nothing of Discord answers: requests are cut, the gateway is closed. End it with `end_outage`."""
        self._gateway.is_refusing = True
        fault = self.fail("*", "*", times=None, drop=True)
        await self._gateway.close_all(None)
        return fault

    def end_outage(self, outage: Fault) -> None:
        self._gateway.is_refusing = False
        outage.remove()
