"""Direct messages: whose channel is which is asked once and remembered."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol, TypeVar

import discord
import structlog

from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import DMS_TOO_FAST, NO_ACCESS, PATIENCE_SECONDS, UNKNOWN_CHANNEL, is_passing
from bot.domain.accounts import ChannelId, DiscordUserId
from bot.domain.clock import Clock
from bot.domain.errors import DiscordDownError

log = structlog.get_logger(__name__)

T = TypeVar("T")

AT_ONCE = 2
REST = timedelta(seconds=PATIENCE_SECONDS[DMS_TOO_FAST])
NOT_OURS = frozenset({UNKNOWN_CHANNEL, NO_ACCESS})
"""What Discord says of a channel that was opened by another account of the bot."""


class DmChannels(Protocol):
    """Where the channels are remembered."""

    async def channel_of(self, user: DiscordUserId) -> ChannelId | None:
        """The channel, when it is known."""
        ...

    async def remember(self, user: DiscordUserId, channel: ChannelId) -> None:
        """Keep the channel for next time."""
        ...


class DirectMessages:
    """Opens DMs; only ever for people who connected, or asked for alerts.

    Where Discord says that this goes too fast, nobody's is opened for some minutes: it shuts out who goes on asking.
    """

    def __init__(self, client: discord.Client, dms: DmChannels, pacer: Pacer, clock: Clock) -> None:
        self._client = client
        self._dms = dms
        self._pacer = pacer
        self._clock = clock
        self._too_fast: discord.HTTPException | None = None
        self._too_fast_at = clock.now()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def channel_of(self, user: DiscordUserId) -> ChannelId:
        """The DM channel of a person; discord.HTTPException when there can be none."""
        known = await self._dms.channel_of(user)
        return await self._opened(user) if known is None else known

    async def is_reopened(self, user: DiscordUserId, refused: discord.HTTPException) -> bool:
        """Whether trying again can help, for their DM is another channel than the one that refused, or may be."""
        if refused.code not in NOT_OURS:
            return False
        known = await self._dms.channel_of(user)
        try:
            return await self._opened(user) != known
        except discord.HTTPException as error:
            return is_passing(error)

    async def reach(self, user: DiscordUserId, say: Callable[[ChannelId], Awaitable[T]]) -> T:
        """Say it in their DM channel, opened anew where the known one is not ours; discord.HTTPException as of that."""
        known = await self.channel_of(user)
        try:
            return await say(known)
        except discord.HTTPException as error:
            if error.code not in NOT_OURS or (channel := await self._opened(user)) == known:
                raise
        return await say(channel)

    async def tell(
        self,
        user: DiscordUserId,
        embed: discord.Embed,
        view: discord.ui.View | None = None,
        *,
        nonce: str | None = None,
    ) -> bool:
        """Say something by DM; false when that is not possible, DiscordDownError when it cannot be tried now."""
        once: Any = {"nonce": nonce} if nonce else {}

        async def say(channel: ChannelId) -> None:
            await self._pacer.slot()
            await self._client.get_partial_messageable(channel).send(
                embed=embed,
                view=view or discord.utils.MISSING,
                allowed_mentions=discord.AllowedMentions.none(),
                **once,
            )

        try:
            await self.reach(user, say)
        except discord.HTTPException as error:
            if is_passing(error):
                raise DiscordDownError from None
            log.warning("dm_failed", status=error.status)
            return False
        return True

    async def _opened(self, user: DiscordUserId) -> ChannelId:
        async with self._turns:
            if self._too_fast is not None and abs(self._clock.now() - self._too_fast_at) < REST:
                raise self._too_fast.with_traceback(None)
            await self._pacer.slot()
            try:
                channel = ChannelId((await self._client.create_dm(discord.Object(user))).id)
            except discord.HTTPException as error:
                if error.code == DMS_TOO_FAST:
                    self._too_fast, self._too_fast_at = error, self._clock.now()
                raise
        await self._dms.remember(user, channel)
        return channel
