"""Deletes the bot's own messages."""

from functools import partial

import discord
import structlog

from bot.alerts.sending import TryLaterError
from bot.discordkit.sending.archived import opened_for
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import is_passing
from bot.domain.accounts import ChannelId, MessageId

log = structlog.get_logger(__name__)

MESSAGE_GONE = 10008
UNNAMED = "Removed"


class MessageDeleter:
    """Through Discord's REST, paced with everything else that goes out."""

    def __init__(self, client: discord.Client, pacer: Pacer) -> None:
        self._client = client
        self._pacer = pacer

    async def delete(self, channel: ChannelId, message: MessageId) -> None:
        """Delete it; gone or refused for good counts as done. TryLaterError when Discord does not take it now.

        A post whose first message goes loses its name, too.
        """
        delete = self._client.get_partial_messageable(channel).get_partial_message(message).delete
        try:
            if int(channel) == int(message):
                await self._unname(channel)
            await self._pacer.slot()
            await opened_for(self._client, self._pacer, channel, delete)
        except discord.HTTPException as error:
            if is_passing(error):
                raise TryLaterError from None
            if error.code != MESSAGE_GONE:
                log.warning("removal_refused", status=error.status, code=error.code)

    async def _unname(self, post: ChannelId) -> None:
        await self._pacer.slot()
        try:
            await opened_for(
                self._client, self._pacer, post, partial(self._client.http.edit_channel, post, name=UNNAMED)
            )
        except (discord.NotFound, discord.Forbidden):
            log.info("post_keeps_its_name")
