"""The header of a fan's post in a forum: drawn when something changed, with its tags."""

from functools import partial
from typing import Any

import discord

from bot.discordkit.alerts import desk_tags
from bot.discordkit.alerts.cards import CLOSED, closed_words
from bot.discordkit.controls.components import button, view_of
from bot.discordkit.inbox.views import CHAT_VERB, PAST_VERB, TAGS_VERB, WRITE_VERB, on_it
from bot.discordkit.look import Colour
from bot.discordkit.people import is_age_restricted
from bot.discordkit.sending.archived import opened_for
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import is_passing
from bot.domain import text
from bot.domain.accounts import ChannelId, CreatorId, FanId
from bot.domain.events import Fan
from bot.domain.money import Money
from bot.services.inbox.desk import Header
from bot.services.inbox.desk_facts import FanFacts

FACTS = ("Lifetime", "Subscription", "At Fanvue")
NOTE_LIMIT = 150
STATUSES = {
    "subscriber": "Subscribed",
    "expired": "Was subscribed",
    "follower": "Follows",
    "not_contactable": "Cannot be written to",
}


class DeskHeaders:
    """The post's first message says how things stand; it is edited only when that differs from what it says."""

    def __init__(self, client: discord.Client, pacer: Pacer) -> None:
        self._client = client
        self._pacer = pacer

    async def draw(self, post: ChannelId, header: Header) -> bool:
        """Draw it on that post; one that is gone or closed to us is left alone, an archived one goes on resting.

        False when Discord should be tried again.
        """
        try:
            await self._draw(post, header)
        except discord.HTTPException as error:
            return not is_passing(error)
        return True

    async def _draw(self, post: ChannelId, header: Header) -> None:
        thread = await self._found(post)
        if not isinstance(thread, discord.Thread):
            return
        forum = thread.parent or await self._found(ChannelId(thread.parent_id))
        await self._pacer.slot()
        first = await first_of(thread)
        if first is None or self._client.user is None or first.author.id != self._client.user.id:
            return
        await opened_for(self._client, self._pacer, post, partial(self._show, thread, first, header, forum))

    async def _show(self, post: discord.Thread, first: discord.Message, header: Header, forum: object) -> None:
        await self._edit(first, header, forum)
        tags = desk_tags.retagged(post, header, forum)
        if tags is not None:
            await self._pacer.slot()
            await post.edit(applied_tags=tags)

    async def _edit(self, first: discord.Message, header: Header, forum: object) -> None:
        before = first.embeds[0] if first.embeds else discord.Embed()
        embed = embed_of(before, header, shows_notes=is_age_restricted(forum))
        view = header_view(header, forum)
        if embed.to_dict() == before.to_dict() and ids_of(view) == ids_of(first):
            return
        await self._pacer.slot()
        await first.edit(embed=embed, view=view, allowed_mentions=discord.AllowedMentions.none())

    async def _found(self, channel: ChannelId) -> object:
        known = self._client.get_channel(channel)
        if known is not None:
            return known
        await self._pacer.slot()
        return await self._client.fetch_channel(channel)


async def first_of(thread: discord.Thread) -> discord.Message | None:
    """A post's first message: at Discord it has the post's own id; the sandbox gives it the one before."""
    try:
        return await thread.fetch_message(thread.id)
    except discord.NotFound:
        return await anext(aiter(thread.history(limit=1, before=discord.Object(thread.id))), None)


def header_view(header: Header, forum: object) -> discord.ui.View:
    """The conversation, privately; the missing tags, where there are any."""
    items = fan_buttons(header.creator, header.fan)
    if isinstance(forum, discord.ForumChannel) and desk_tags.missing(forum):
        items.append(button("Make the tags", TAGS_VERB, f"{header.creator}|{header.fan}", emoji="🏷️"))
    return view_of(items)


def fan_buttons(creator: CreatorId, fan: FanId) -> list[discord.ui.Item[discord.ui.View]]:
    """The conversation with a fan, as its post's header offers it."""
    key = f"{creator}|{fan}"
    return [
        button("Write", WRITE_VERB, key, style=discord.ButtonStyle.primary, emoji="↩️"),
        button("Conversation", CHAT_VERB, key, emoji="📖"),
        button("Earlier messages", PAST_VERB, f"{key}|2", emoji="⏫"),
    ]


def embed_of(before: discord.Embed, header: Header, *, shows_notes: bool) -> discord.Embed:
    """The header as it stands now; what was read about the fan before stays until it is read again."""
    embed = before.copy()
    kept = {field.name: field.value for field in before.fields if field.name in FACTS}
    embed.clear_fields()
    embed.colour = discord.Colour(Colour.CALM if header.waiting_since else Colour.QUIET)
    since = discord.utils.format_dt(header.waiting_since, "R") if header.waiting_since else "nothing, all is answered ✓"
    embed.add_field(name="Waiting since" if header.waiting_since else "Waiting", value=since)
    if header.closed_since is not None:
        embed.add_field(name=CLOSED, value=closed_words(header.closed_since))
    if header.claim is not None:
        embed.add_field(name="On it", value=on_it(header.claim))
    facts = kept if header.facts is None else _facts(header.facts, shows_amounts=header.shows_amounts)
    for name, value in facts.items():
        embed.add_field(name=name, value=value)
    if header.facts is not None and header.facts.fan is not None:
        embed.title = _who(header.facts.fan)
    if header.notes:
        embed.add_field(name="Notes, for the team alone", value=_notes(header, shows_notes=shows_notes), inline=False)
    embed.set_footer(text="Reply to a card to answer the fan. Anything else you write here stays here.")
    return embed


def _who(fan: Fan) -> str:
    handle = f" · @{text.name(fan.handle)}" if fan.handle and fan.handle != fan.name else ""
    return f"{text.name(fan.name)}{handle}"[:256]


def _facts(facts: FanFacts, *, shows_amounts: bool) -> dict[str, str]:
    found = {}
    if facts.spent is not None and shows_amounts:
        found["Lifetime"] = str(Money(facts.spent))
    if facts.status:
        found["Subscription"] = _subscription(facts)
    marks = ["💎 big spender"] if facts.is_top_spender else []
    marks += ["🔕 muted"] if facts.is_muted else []
    return found | ({"At Fanvue": " · ".join(marks)} if marks else {})


def _subscription(facts: FanFacts) -> str:
    words = STATUSES.get(facts.status, "Not subscribed")
    if facts.status != "subscriber" or facts.renews_at is None:
        return words
    return f"{words}, {'renews' if facts.renews else 'ends'} {discord.utils.format_dt(facts.renews_at, 'd')}"


def _notes(header: Header, *, shows_notes: bool) -> str:
    """The words only where adults alone read; elsewhere how many there are."""
    if not shows_notes:
        several = "1 note" if len(header.notes) == 1 else f"{len(header.notes)} notes"
        return f"📝 {several}, under **Conversation**."
    lines = (f"• {text.fit(note.text, NOTE_LIMIT)} ({discord.utils.format_dt(note.at, 'd')})" for note in header.notes)
    return "\n".join(lines)[:1024]


def ids_of(holder: Any) -> list[str]:
    """The ids of the buttons of a message, or of a view."""
    rows = (
        holder.to_components() if isinstance(holder, discord.ui.View) else [row.to_dict() for row in holder.components]
    )
    return [part.get("custom_id", "") for row in rows for part in row.get("components", ())]
