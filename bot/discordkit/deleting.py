"""Deletes the bot's own messages."""

import discord
import structlog

from bot.alerts.sending import TryLaterError
from bot.discordkit.archived import opened_for
from bot.discordkit.pacer import Pacer
from bot.domain.accounts import ChannelId, MessageId

log = structlog.get_logger(__name__)

MESSAGE_GONE = 10008
UNAUTHORIZED, TOO_MANY, SERVER_ERROR = 401, 429, 500
TOO_MANY_OPEN_POSTS = 160006


class MessageDeleter:
    """Through Discord's REST, paced with everything else that goes out."""

    def __init__(self, client: discord.Client, pacer: Pacer) -> None:
        self._client = client
        self._pacer = pacer

    async def delete(self, channel: ChannelId, message: MessageId) -> None:
        """Delete it; gone or refused for good counts as done. TryLaterError when Discord does not take it now."""
        one = self._client.get_partial_messageable(channel).get_partial_message(message)
        try:
            await opened_for(self._client, self._pacer, channel, one.delete)
        except discord.HTTPException as error:
            if _is_for_now(error):
                raise TryLaterError from None
            if error.code != MESSAGE_GONE:
                log.warning("removal_refused", status=error.status, code=error.code)


def _is_for_now(error: discord.HTTPException) -> bool:
    is_passing = error.status in {UNAUTHORIZED, TOO_MANY} or error.status >= SERVER_ERROR
    return is_passing or error.code == TOO_MANY_OPEN_POSTS
