"""Direct messages: whose channel is which is asked once and remembered."""

from typing import Any, Protocol

import discord
import structlog

from bot.discordkit.pacer import Pacer
from bot.discordkit.refusing import is_passing
from bot.domain.accounts import ChannelId, DiscordUserId
from bot.domain.errors import DiscordDownError

log = structlog.get_logger(__name__)


class DmChannels(Protocol):
    """Where the channels are remembered."""

    async def channel_of(self, user: DiscordUserId) -> ChannelId | None:
        """The channel, when it is known."""
        ...

    async def remember(self, user: DiscordUserId, channel: ChannelId) -> None:
        """Keep the channel for next time."""
        ...


class DirectMessages:
    """Opens DMs; only ever for people who connected, or asked for alerts."""

    def __init__(self, client: discord.Client, dms: DmChannels, pacer: Pacer) -> None:
        self._client = client
        self._dms = dms
        self._pacer = pacer

    async def channel_of(self, user: DiscordUserId) -> ChannelId:
        """The DM channel of a person; discord.HTTPException when there can be none."""
        known = await self._dms.channel_of(user)
        if known is not None:
            return known
        await self._pacer.slot()
        channel = ChannelId((await self._client.create_dm(discord.Object(user))).id)
        await self._dms.remember(user, channel)
        return channel

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
        try:
            channel = await self.channel_of(user)
            await self._pacer.slot()
            await self._client.get_partial_messageable(channel).send(
                embed=embed,
                view=view or discord.utils.MISSING,
                allowed_mentions=discord.AllowedMentions.none(),
                **once,
            )
        except discord.HTTPException as error:
            if is_passing(error):
                raise DiscordDownError from None
            log.warning("dm_failed", status=error.status)
            return False
        return True
