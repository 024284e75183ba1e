"""A desk: a forum with one post for each fan, which the fan's cards go into."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

import discord

from bot.alerts.sending import Alert, Outgoing, UndeliverableError
from bot.discordkit.alerts import desk_tags
from bot.discordkit.alerts.desk_headers import fan_buttons, first_of, ids_of
from bot.discordkit.controls.components import view_of
from bot.discordkit.look import Colour
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import is_about_words
from bot.domain import text
from bot.domain.accounts import ChannelId, CreatorId, FanId
from bot.domain.clock import Clock

NEEDS_TAG = "40067"
NOBODY = FanId("")
"""The post for what no single fan did."""
OTHERS = "Other events"
NAMELESS = "A fan"
"""Where a server's AutoMod takes offence at a name."""
FANS = "What this fan does, and what is written to them, lands here."
NOBODYS = "What no single fan did lands here."


class RememberedPosts(Protocol):
    """Where posts are remembered."""

    async def thread_of(self, forum: ChannelId, creator: CreatorId, fan: FanId) -> ChannelId | None:
        """The post, when there is one."""
        ...

    async def remember(
        self, forum: ChannelId, creator: CreatorId, fan: FanId, thread: ChannelId, now: datetime
    ) -> None:
        """Use this post from now on."""
        ...

    async def lose(self, forum: ChannelId, creator: CreatorId, fan: FanId) -> bool:
        """Forget a post that is gone; false when there was none."""
        ...


class DeskPosts:
    """Opens a post at a fan's first card.

    The cards go in afterwards, with their nonce. A crash in between leaves an empty post, which the next try looks for.
    """

    def __init__(self, client: discord.Client, posts: RememberedPosts, pacer: Pacer, clock: Clock) -> None:
        self._client = client
        self._posts = posts
        self._pacer = pacer
        self._clock = clock

    async def thread_of(self, outgoing: Outgoing) -> ChannelId:
        """The post for what is sent. discord.HTTPException, UndeliverableError when there can be none."""
        forum, creator, fan = _key(outgoing)
        known = await self._posts.thread_of(forum, creator, fan)
        if known is not None:
            return known
        thread = await self._opened(outgoing, forum)
        await self._posts.remember(forum, creator, fan, thread, self._clock.now())
        return thread

    async def lost(self, outgoing: Outgoing) -> bool:
        """Forget a post somebody deleted, so that the next try opens another; false when the forum itself is gone."""
        return await self._posts.lose(*_key(outgoing))

    async def _opened(self, outgoing: Outgoing, forum: ChannelId) -> ChannelId:
        channel: Any = self._client.get_channel(forum)
        if channel is None:
            await self._pacer.slot()
            channel = await self._client.fetch_channel(forum)
        if not isinstance(channel, discord.ForumChannel):
            raise UndeliverableError("the forum does not exist any more", "10003", is_place_closed=True)
        first = outgoing.alerts[0]
        tags = await self._tags(channel, desk_tags.WAITING if first.event.fan else desk_tags.ANSWERED)
        name = first.event.fan.name if first.event.fan else OTHERS
        found = await self._found(channel, outgoing) if outgoing.is_again else None
        if found is not None:
            return found
        try:
            return await self._created(channel, first, name, tags)
        except discord.HTTPException as error:
            if not is_about_words(error):
                raise
        return await self._created(channel, first, NAMELESS, tags)

    async def _found(self, forum: discord.ForumChannel, outgoing: Outgoing) -> ChannelId | None:
        """The fan's post that an earlier try opened and did not live to note."""
        event = outgoing.alerts[0].event
        fan = event.fan
        if fan is None:
            return None
        wanted = ids_of(view_of(fan_buttons(event.creator, fan.id)))
        names = (text.plain_name(fan.name, 60), NAMELESS)
        await self._pacer.slot()
        for post in reversed(await forum.guild.active_threads()):
            if post.parent_id == forum.id and post.name.startswith(names) and self._is_ours(post):
                await self._pacer.slot()
                first = await first_of(post)
                if first is not None and ids_of(first)[: len(wanted)] == wanted:
                    return ChannelId(post.id)
        return None

    def _is_ours(self, post: discord.Thread) -> bool:
        return self._client.user is not None and post.owner_id == self._client.user.id and not post.locked

    async def _created(
        self, forum: discord.ForumChannel, first: Alert, name: str, tags: list[discord.ForumTag]
    ) -> ChannelId:
        embed = discord.Embed(
            title=text.name(name), description=FANS if first.event.fan else NOBODYS, colour=Colour.QUIET
        )
        embed.set_author(name=f"@{text.plain_name(first.creator_handle)}")
        await self._pacer.slot()
        opened = await forum.create_thread(
            name=f"{text.plain_name(name, 60)} · @{text.plain_name(first.creator_handle, 30)}"[:100],
            embed=embed,
            view=view_of(fan_buttons(first.creator, first.event.fan.id) if first.event.fan else []),
            applied_tags=tags,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        return ChannelId(opened.thread.id)

    async def _tags(self, forum: discord.ForumChannel, wanted: str) -> list[discord.ForumTag]:
        """What a new post begins with where the forum wants every one to have a tag, made where it has none of ours."""
        if not forum.flags.require_tag:
            return []
        return desk_tags.beginning(forum, wanted) or desk_tags.beginning(await self._tagged(forum), wanted)

    async def _tagged(self, forum: discord.ForumChannel) -> discord.ForumChannel:
        """The forum with tags of ours, as Discord has it now: who holds an old one would undo what others made."""
        await self._pacer.slot()
        asked: Any = await self._client.fetch_channel(forum.id)
        found: discord.ForumChannel = asked
        room = desk_tags.MOST_OF_A_FORUM - len(found.available_tags)
        if desk_tags.beginning(found, desk_tags.WAITING):
            return found
        if room > 0:
            await self._pacer.slot()
            with suppress(discord.Forbidden):
                return await desk_tags.add(found, desk_tags.missing(found)[:room]) or found
        raise UndeliverableError(desk_tags.UNTAGGED, NEEDS_TAG, is_place_closed=True)


def _key(outgoing: Outgoing) -> tuple[ChannelId, CreatorId, FanId]:
    event = outgoing.alerts[0].event
    return ChannelId(outgoing.place.target), event.creator, event.fan.id if event.fan else NOBODY
