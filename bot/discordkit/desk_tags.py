"""A desk's tags: how things stand with a fan, to be seen and filtered by in the forum's list."""

from collections.abc import Iterable

import discord

from bot.domain.errors import BadInputError
from bot.services.desk import Header

WAITING, ANSWERED, BIG_SPENDER, MUTED = "waiting", "answered", "big spender", "muted"
EMOJI = {WAITING: "⏳", ANSWERED: "✅", BIG_SPENDER: "💎", MUTED: "🔕"}
MOST_OF_A_FORUM = 20
MOST_OF_A_POST = 5
BY_HAND = "In Discord: Edit Channel of the forum, Tags, and add: **{names}**. I set them from then on."


def wanted(header: Header) -> set[str]:
    """The tags that are true of a fan."""
    found = {WAITING if header.waiting_since else ANSWERED}
    if header.facts is not None:
        found |= {BIG_SPENDER} if header.facts.is_top_spender else set()
        found |= {MUTED} if header.facts.is_muted else set()
    return found


def missing(forum: discord.ForumChannel) -> list[str]:
    """Our tags that the forum does not have."""
    known = {tag.name.lower() for tag in forum.available_tags}
    return [name for name in EMOJI if name not in known]


def retagged(thread: discord.Thread, header: Header, forum: object) -> list[discord.ForumTag] | None:
    """The post's tags as they should be, others' kept; ``None`` when they are so already.

    What is not known of a fan leaves its tags as they are.
    """
    if not isinstance(forum, discord.ForumChannel):
        return None
    ours = set(EMOJI) if header.facts is not None else {WAITING, ANSWERED}
    known = {tag.name.lower(): tag for tag in forum.available_tags}
    applied = [tag for tag in forum.available_tags if tag.id in thread._applied_tags]  # noqa: SLF001 - see below
    # The public list needs the forum in the cache, which a process without the gateway lacks.
    kept = [tag for tag in applied if tag.name.lower() not in ours]
    chosen = [known[name] for name in EMOJI if name in wanted(header) & set(known)]
    tags = [*chosen, *kept][:MOST_OF_A_POST]
    return None if _ids(tags) == _ids(applied) else tags


async def make(channel: object) -> list[str]:
    """Make the missing tags in the forum of a post; which. BadInputError says what to do where that is not possible."""
    forum = channel.parent if isinstance(channel, discord.Thread) else None
    if not isinstance(forum, discord.ForumChannel):
        raise BadInputError("This is no post of a forum, so there are no tags to make.")
    names = missing(forum)
    if not names:
        return []
    by_hand = BY_HAND.format(names=", ".join(names))
    if not forum.permissions_for(forum.guild.me).manage_channels:
        raise BadInputError(
            f"I may not change this forum. Give me **Manage Channel** on it, or do it by hand. {by_hand}"
        )
    if len(forum.available_tags) + len(names) > MOST_OF_A_FORUM:
        raise BadInputError(f"A forum has at most {MOST_OF_A_FORUM} tags. Remove some that nobody needs. {by_hand}")
    fresh = [discord.ForumTag(name=name, emoji=EMOJI[name]) for name in names]
    await forum.edit(available_tags=[*forum.available_tags, *fresh], reason="Tags for Fanvue's desk")
    return names


def _ids(tags: Iterable[discord.ForumTag]) -> set[int]:
    return {tag.id for tag in tags}
