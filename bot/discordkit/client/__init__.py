"""The Discord client: few intents, small caches, every exit wired to the presenter."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.discordkit.client.reaching import tell_unreachable
from bot.discordkit.client.sync import sync_commands
from bot.discordkit.client.tree import Tree
from bot.discordkit.missing import tell_what_is_missing
from bot.discordkit.owing import Owed
from bot.domain.faults import incident_code, where

if TYPE_CHECKING:  # the client starts before these are loaded
    from bot.discordkit.controls.actions import Actions
    from bot.discordkit.responses.failures import Failures
    from bot.discordkit.throttle import Throttle

log = structlog.get_logger(__name__)

Cog = commands.Cog
READY_TIMEOUT_SECONDS = 0.5


def intents() -> discord.Intents:
    """What is needed and no more; none of them is privileged."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


@runtime_checkable
class CatchesUp(Protocol):
    """A cog that looks, once connected, at what came while nobody listened."""

    async def catch_up(self, client: discord.Client) -> None:
        """Look at it."""
        ...


class DiscordClient(commands.Bot):
    """Loads the cogs it is given; holds no services.

    It may be started before it is equipped and has its cogs: what comes for them then waits for ``complete``.
    """

    def __init__(self) -> None:
        # There is no voice here, so its missing parts are no news.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=READY_TIMEOUT_SECONDS,
        )
        self._loaded: Sequence[Cog] | None = None
        self._is_set_up = False
        self._is_heard = False
        self._completed = asyncio.Event()
        self._is_open = False
        self.owed = Owed()
        """What people are told once Discord is back."""
        self.refused = asyncio.Event()
        """Discord refused a request for its token."""
        tell_unreachable(self.http, lambda: self._is_open, self.refused.set)
        tree: Any = self.tree
        tree.completed = self._completed

    def equip(self, failures: "Failures", actions: "Actions", throttle: "Throttle") -> None:
        """Where errors and clicks go."""
        self._failures = failures
        self._actions = actions
        tree: Any = self.tree
        tree.failures, tree.throttle = failures, throttle

    def load(self, cogs: Sequence[Cog]) -> None:
        """The cogs to add whenever the client starts; closing takes them out again."""
        self._loaded = cogs

    async def login(self, token: str) -> None:
        """Log in, with connections of its own each time: discord.py (2.7.1) would take those it has closed again."""
        self.http.connector = aiohttp.TCPConnector(limit=0)
        self._is_open = True
        await super().login(token)

    async def close(self) -> None:
        """Leave Discord."""
        self._is_open = False
        await super().close()

    def clear(self) -> None:
        """Make a closed client ready for the next start."""
        super().clear()
        self.loop = asyncio.get_running_loop()  # discord.py lets go of it and never takes it up again

    async def setup_hook(self) -> None:
        """Add the cogs that are there by now."""
        self._is_set_up = True
        if self._loaded is not None:
            await self._put_in(self._loaded)

    async def complete(self) -> None:
        """Add the cogs to a client that came past its set-up without them."""
        if self._is_set_up and self._loaded is not None and not self._completed.is_set():
            await self._put_in(self._loaded)

    async def _put_in(self, cogs: Sequence[Cog]) -> None:
        """Add the cogs and bring Discord's list of commands up to date."""
        for cog in cogs:
            await self.add_cog(cog, override=True)
        self._completed.set()
        if cogs:
            await sync_commands(self.tree)

    async def on_ready(self) -> None:
        """A new session brings nothing of what was missed; whoever minds looks it up."""
        await self._completed.wait()
        looking = [cog.catch_up(self) for cog in self._loaded or () if isinstance(cog, CatchesUp)]
        for error in await asyncio.gather(*looking, return_exceptions=True):
            if isinstance(error, Exception):
                log.error("event_failed", code=incident_code(), kind="on_ready", error=where(error))

    async def on_connect(self) -> None:
        """Discord's READY: what people do arrives from here on; servers are told one by one after it."""
        self._is_heard = True

    async def on_resumed(self) -> None:
        """A session goes on where it was lost."""
        self._is_heard = True

    async def on_disconnect(self) -> None:
        """Discord is gone, for a moment or for long."""
        self._is_heard = False

    async def is_connected(self) -> bool:
        """Whether Discord's gateway is there and what comes over it is answered."""
        return self._is_heard and not self.is_closed() and self._completed.is_set()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Components and forms go to the table of actions; commands have their own way."""
        await self._completed.wait()
        if interaction.type in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            await self._actions.dispatch(interaction)

    async def on_app_command_completion(self, interaction: discord.Interaction, _command: object) -> None:
        """An answer that is not whole is said not to be."""
        await tell_what_is_missing(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """No prefix commands; the cogs that want messages listen themselves."""

    async def on_error(self, event_method: str, /, *args: Any, **_kwargs: Any) -> None:
        """What an event handler let through: answered where there is somebody to answer."""
        error = sys.exc_info()[1]
        if error is None:
            return
        subject = args[0] if args else None
        if isinstance(subject, discord.Interaction):
            await self._failures.present(subject, error)
        elif isinstance(subject, discord.Message):
            await self._failures.present_in_reply(subject, error)
        else:
            log.error("event_failed", code=incident_code(), kind=event_method, error=where(error))
