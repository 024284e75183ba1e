"""A desk's tags: how things stand with a fan, to be seen and filtered by in the forum's list."""

from collections.abc import Iterable, Sequence

import discord

from bot.domain.errors import BadInputError
from bot.services.inbox.desk import Header

WAITING, ANSWERED, BIG_SPENDER, MUTED = "waiting", "answered", "big spender", "muted"
EMOJI = {WAITING: "⏳", ANSWERED: "✅", BIG_SPENDER: "💎", MUTED: "🔕"}
MOST_OF_A_FORUM = 20
MOST_OF_A_POST = 5
UNTAGGED = (
    "its posts need a tag, and it has none of mine: add the tag **waiting** to it, or give me **Manage Channel** there"
)
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


def beginning(forum: discord.ForumChannel, wanted: str) -> list[discord.ForumTag]:
    """What a post begins with: that tag where the forum has it, else another of ours."""
    ours = {tag.name.lower(): tag for tag in forum.available_tags if tag.name.lower() in EMOJI}
    names = sorted(EMOJI, key=lambda name: name != wanted)
    return [ours[name] for name in names if name in ours][:1]


def keeps_posts_out(forum: discord.ForumChannel) -> bool:
    """Whether every post needs a tag there, and the bot neither finds nor can make one of its own."""
    if not forum.flags.require_tag or beginning(forum, WAITING):
        return False
    may_make = forum.permissions_for(forum.guild.me).manage_channels
    return not may_make or len(forum.available_tags) >= MOST_OF_A_FORUM


def retagged(thread: discord.Thread, header: Header, forum: object) -> list[discord.ForumTag] | None:
    """The post's tags as they should be, others' kept; ``None`` when they are so already.

    What is not known of a fan leaves its tags as they are; so does a forum that would be left without one it needs.
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
    if forum.flags.require_tag and not tags:
        return None
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
    await add(forum, names)
    return names


async def add(forum: discord.ForumChannel, names: Sequence[str]) -> discord.ForumChannel | None:
    """The forum with these of our tags added; discord.HTTPException where that is refused."""
    fresh = [discord.ForumTag(name=name, emoji=EMOJI[name]) for name in names]
    return await forum.edit(available_tags=[*forum.available_tags, *fresh], reason="Tags for Fanvue's desk")


def _ids(tags: Iterable[discord.ForumTag]) -> set[int]:
    return {tag.id for tag in tags}
