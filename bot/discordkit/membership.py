"""Who is in which server, asked of Discord: the events about it would need a privileged intent."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta

import discord
import structlog

from bot.discordkit.sending.pacer import Pacer
from bot.domain.accounts import DiscordUserId, GuildId
from bot.domain.clock import Clock
from bot.domain.errors import DiscordDownError

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(minutes=5)
KEPT_AT_MOST = 10_000
PATIENCE_SECONDS = 5


class RecentMembers:
    """An answer of Discord counts for five minutes; one that does not come is no answer."""

    def __init__(
        self, client: discord.Client, pacer: Pacer, clock: Clock, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._client = client
        self._pacer = pacer
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._known: OrderedDict[tuple[GuildId, DiscordUserId], tuple[datetime, bool]] = OrderedDict()

    async def is_member(self, guild: GuildId, person: DiscordUserId) -> bool:
        """Whether they are in the server, as far as the bot may know; DiscordDownError when nobody says."""
        now = self._clock.now()
        asked_at, answer = self._known.get((guild, person), (None, False))
        if asked_at is None or asked_at < now - KEPT_FOR:
            answer = await self._ask(guild, person)
            self._keep((guild, person), (now, answer))
        return answer

    async def _ask(self, guild: GuildId, person: DiscordUserId) -> bool:
        """A server that the bot was removed from has no members for it."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._pacer.slot()
                await self._client.http.get_member(guild, person)
        except (discord.NotFound, discord.Forbidden):
            return False
        except (discord.HTTPException, TimeoutError) as error:
            log.warning("member_unknown", error=type(error).__name__)
            raise DiscordDownError from None
        return True

    def _keep(self, key: tuple[GuildId, DiscordUserId], answer: tuple[datetime, bool]) -> None:
        self._known[key] = answer
        self._known.move_to_end(key)
        while len(self._known) > KEPT_AT_MOST:
            self._known.popitem(last=False)
