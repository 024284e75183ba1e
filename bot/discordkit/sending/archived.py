"""Acting on what stands in an archived post, where Discord lets nothing be changed."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import discord

from bot.discordkit.sending.pacer import Pacer
from bot.domain.accounts import ChannelId

ARCHIVED = 50083


async def opened_for(
    client: discord.Client, pacer: Pacer, channel: ChannelId, act: Callable[[], Awaitable[object]]
) -> None:
    """Do it, where the channel is an archived post by opening that for a moment.

    discord.HTTPException as of the act itself where the post is not ours to open.
    """
    try:
        await act()
    except discord.HTTPException as error:
        if error.code != ARCHIVED:
            raise
        await _opened(client, pacer, channel, error)
        try:
            await pacer.slot()
            await act()
        finally:
            await pacer.slot()
            with suppress(discord.HTTPException):
                await client.http.edit_channel(channel, archived=True)


async def _opened(client: discord.Client, pacer: Pacer, post: ChannelId, refused: discord.HTTPException) -> None:
    await pacer.slot()
    try:
        await client.http.edit_channel(post, archived=False)
    except (discord.Forbidden, discord.NotFound):
        raise refused from None
