"""The header of a fan's post in a forum, and its tags."""

from typing import Any

import discord

from bot.discordkit.components import button, view_of
from bot.discordkit.inbox import CHAT_VERB, on_it
from bot.discordkit.look import Colour
from bot.discordkit.pacer import Pacer
from bot.domain.accounts import ChannelId
from bot.services.desk import Header

WAITING, ANSWERED = "waiting", "answered"


class DeskHeaders:
    """The post's first message says how things stand; tags are set where the forum has them, by their names."""

    def __init__(self, client: discord.Client, pacer: Pacer) -> None:
        self._client = client
        self._pacer = pacer

    async def draw(self, post: ChannelId, header: Header) -> None:
        """Draw it on that post; one that is gone is left alone."""
        try:
            thread = await self._thread(post)
            if thread is None:
                return
            await self._pacer.slot()
            first = await self._first(thread)
            if first is None or self._client.user is None or first.author.id != self._client.user.id:
                return
            embed = embed_of(first.embeds[0] if first.embeds else discord.Embed(), header)
            key = f"{header.creator}|{header.fan}"
            await self._pacer.slot()
            await first.edit(
                embed=embed,
                view=view_of([button("Conversation", CHAT_VERB, key, emoji="📖")]),
                allowed_mentions=discord.AllowedMentions.none(),
            )
            await self._tag(thread, WAITING if header.waiting_since else ANSWERED)
        except discord.HTTPException:
            return

    async def _thread(self, post: ChannelId) -> discord.Thread | None:
        found: Any = self._client.get_channel(post)
        if found is None:
            await self._pacer.slot()
            found = await self._client.fetch_channel(post)
        return found if isinstance(found, discord.Thread) else None

    async def _first(self, thread: discord.Thread) -> discord.Message | None:
        """At Discord it has the post's own id; the sandbox gives it the one before."""
        try:
            return await thread.fetch_message(thread.id)
        except discord.NotFound:
            await self._pacer.slot()
            return await anext(aiter(thread.history(limit=1, before=discord.Object(thread.id))), None)

    async def _tag(self, thread: discord.Thread, state: str) -> None:
        forum = thread.parent
        if not isinstance(forum, discord.ForumChannel):
            return
        known = {tag.name.lower(): tag for tag in forum.available_tags}
        ours = {WAITING, ANSWERED}
        wanted = [tag for tag in thread.applied_tags if tag.name.lower() not in ours]
        if state in known:
            wanted.append(known[state])
        if {tag.id for tag in wanted} != {tag.id for tag in thread.applied_tags}:
            await self._pacer.slot()
            await thread.edit(applied_tags=wanted[:5])


def embed_of(before: discord.Embed, header: Header) -> discord.Embed:
    """The header as it stands now; whose it is stays."""
    embed = before.copy()
    embed.clear_fields()
    embed.colour = discord.Colour(Colour.CALM if header.waiting_since else Colour.QUIET)
    since = discord.utils.format_dt(header.waiting_since, "R") if header.waiting_since else "nothing, all is answered ✓"
    embed.add_field(name="Waiting since" if header.waiting_since else "Waiting", value=since)
    if header.claim is not None:
        embed.add_field(name="On it", value=on_it(header.claim))
    embed.set_footer(text="Reply to a card to answer the fan. Anything else you write here stays here.")
    return embed
