"""Who acts and from where, from what Discord says."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import discord

from bot.discordkit.responses.under_way import patiently
from bot.domain.access import Actor, Way
from bot.domain.accounts import ChannelId, DiscordUserId, GuildId, Person

T = TypeVar("T")

WAYS = {
    discord.InteractionType.application_command: Way.COMMAND,
    discord.InteractionType.component: Way.PRESS,
    discord.InteractionType.modal_submit: Way.BOX,
}


def actor_of(interaction: discord.Interaction) -> Actor:
    """The person behind an interaction."""
    return Actor(
        user=DiscordUserId(interaction.user.id),
        name=interaction.user.display_name,
        guild=GuildId(interaction.guild_id) if interaction.guild_id else None,
        channel=ChannelId(interaction.channel_id) if interaction.channel_id else None,
        is_age_restricted=is_age_restricted(interaction.channel),
        way=WAYS.get(interaction.type),
    )


def author_of(message: discord.Message, *, is_live: bool = True) -> Actor:
    """The person who wrote a message, just now or some time ago."""
    return Actor(
        user=DiscordUserId(message.author.id),
        name=message.author.display_name,
        guild=GuildId(message.guild.id) if message.guild else None,
        channel=ChannelId(message.channel.id),
        is_age_restricted=is_age_restricted(message.channel),
        is_there=is_live,
        way=Way.REPLY,
    )


def person_of(user: discord.User | discord.Member) -> Person:
    """The person as our page names them."""
    return Person(DiscordUserId(user.id), user.name, user.avatar.url if user.avatar else None)


def is_age_restricted(channel: object) -> bool:
    """Whether a place may show adult text; DMs and unknown places may not."""
    if isinstance(channel, discord.Thread):
        return channel.parent is not None and channel.parent.is_nsfw()
    check = getattr(channel, "is_nsfw", None)
    return bool(check()) if callable(check) else False


async def deferred(interaction: discord.Interaction, work: Coroutine[Any, Any, T], what: str = "") -> T:
    """Defer privately while the work is already under way, so that the shorter of the two costs nothing.

    With a name for ``what`` is read, people are told when it takes long.
    """
    return await beside(interaction.response.defer(ephemeral=True, thinking=True), work, interaction, what)


async def beside(
    said: Awaitable[object], work: Coroutine[Any, Any, T], answer: discord.Interaction | None = None, what: str = ""
) -> T:
    """Tell Discord something while the work for what comes next is already under way; what the work brings.

    With a name for ``what`` is read, the answer says so when it takes long.
    """
    task = asyncio.ensure_future(work)
    try:
        await said
    except BaseException:
        task.cancel()
        raise
    if answer is not None and what and not task.done():
        return await patiently(answer, task, what)
    return await task
