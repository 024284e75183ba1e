"""Deletes the bot's own messages."""

import discord

from bot.alerts.sending import TryLaterError
from bot.discordkit.pacer import Pacer
from bot.domain.accounts import ChannelId, MessageId


class MessageDeleter:
    """Through Discord's REST, paced with everything else that goes out."""

    def __init__(self, client: discord.Client, pacer: Pacer) -> None:
        self._client = client
        self._pacer = pacer

    async def delete(self, channel: ChannelId, message: MessageId) -> None:
        """Delete it; gone or closed to us counts as done. TryLaterError when Discord does not take it now."""
        await self._pacer.slot()
        try:
            await self._client.get_partial_messageable(channel).get_partial_message(message).delete()
        except (discord.NotFound, discord.Forbidden):
            return
        except discord.HTTPException:
            raise TryLaterError from None
