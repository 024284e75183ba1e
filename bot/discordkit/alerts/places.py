"""Places of alerts as Discord has them: what they are called, what the bot or a person lacks there."""

from collections.abc import Iterable

import discord

from bot.discordkit.alerts import desk_tags
from bot.domain import text
from bot.domain.accounts import GuildId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.errors import BadInputError

Channel = discord.TextChannel | discord.ForumChannel
NEEDED = {
    "View Channel": "view_channel",
    "Send Messages": "send_messages",
    "Embed Links": "embed_links",
    "Read Message History": "read_message_history",
}
NEEDED_IN_FORUMS = {
    "View Channel": "view_channel",
    "Create Posts": "send_messages",
    "Send Messages in Posts": "send_messages_in_threads",
    "Embed Links": "embed_links",
    "Read Message History": "read_message_history",
}


def place_of(channel: Channel) -> Place:
    """The channel as a place for alerts."""
    kind = PlaceKind.FORUM if isinstance(channel, discord.ForumChannel) else PlaceKind.CHANNEL
    return Place(kind, channel.id, GuildId(channel.guild.id))


def channel_at(client: discord.Client, place: Place) -> Channel | None:
    """The channel behind a place, as far as the bot can see it."""
    found = client.get_channel(place.target) if place.kind is not PlaceKind.DM else None
    return found if isinstance(found, Channel) else None


def mention_of(place: Place, reader: int) -> str:
    """The place in a sentence, where only Discord reads it."""
    if place.kind is not PlaceKind.DM:
        return f"<#{place.target}>"
    return "Your direct messages" if place.target == reader else f"Direct messages of <@{place.target}>"


def name_of(client: discord.Client, place: Place, reader: int) -> str:
    """The place in a sentence; a channel by its name, which leads there."""
    if place.kind is not PlaceKind.DM:
        channel = channel_at(client, place)
        return f"[#{text.name(channel.name)}]({channel.jump_url})" if channel else "a channel I cannot see"
    return mention_of(place, reader)


def lacking(channel: Channel) -> tuple[str, ...]:
    """What the bot lacks to send a card there, as Discord names it."""
    held = channel.permissions_for(channel.guild.me)
    needed = NEEDED_IN_FORUMS if isinstance(channel, discord.ForumChannel) else NEEDED
    return tuple(name for name, permission in needed.items() if not getattr(held, permission))


def trouble(client: discord.Client, place: Place, roles: Iterable[int] = ()) -> str | None:
    """What keeps cards, or their mentions, from that place, with what mends it; ``None`` when all is well."""
    if place.kind is PlaceKind.DM:
        return None
    channel = channel_at(client, place)
    if channel is None:
        return "I cannot see this channel. Give me View Channel there, or turn it off here."
    missing = lacking(channel)
    if missing:
        return f"Give me {', '.join(missing)} there (channel settings, Permissions)."
    if isinstance(channel, discord.ForumChannel) and desk_tags.keeps_posts_out(channel):
        return f"I cannot open posts there: {desk_tags.UNTAGGED}."
    for role in roles:
        problem = role_trouble(channel, role)
        if problem:
            return problem
    return None


def role_name(client: discord.Client, role_id: int) -> str:
    """The role by its name, which notifies nobody."""
    found = (guild.get_role(role_id) for guild in client.guilds)
    role = next((one for one in found if one is not None), None)
    return f"@{text.name(role.name)}" if role else "a role that is gone"


def role_trouble(channel: Channel, role_id: int) -> str | None:
    """Why mentioning a role would notify nobody there; ``None`` when it would."""
    role = channel.guild.get_role(role_id)
    if role is None:
        return "The role to mention does not exist any more: pick another."
    if not (role.mentionable or channel.permissions_for(channel.guild.me).mention_everyone):
        return f"I may not mention {role.mention}: allow everyone to mention it, or give me Mention All Roles there."
    return None


async def require_usable(interaction: discord.Interaction, channel: Channel) -> None:
    """BadInputError unless the person sees the channel and the bot may write there."""
    member = await _member(interaction, channel.guild)
    if member is None or not channel.permissions_for(member).view_channel:
        raise BadInputError("Pick a channel that you can see yourself.")
    missing = lacking(channel)
    if missing:
        names = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
        raise BadInputError(f"I may not write in {channel.mention}. Give me {names} there, then try again.")
    if isinstance(channel, discord.ForumChannel) and desk_tags.keeps_posts_out(channel):
        raise BadInputError(f"I cannot open posts in {channel.mention}: {desk_tags.UNTAGGED}.")


async def require_mentionable(interaction: discord.Interaction, channel: Channel, role_id: int) -> None:
    """BadInputError unless the person, and the bot, may mention that role there; never everyone."""
    role, member = channel.guild.get_role(role_id), await _member(interaction, channel.guild)
    if role is None or role.is_default():
        raise BadInputError("Pick a role of that server; everyone at once is nothing I mention.")
    if member is None or not (role.mentionable or channel.permissions_for(member).mention_everyone):
        raise BadInputError(f"You may not mention {role.mention} there yourself, so I will not do it for you.")
    problem = role_trouble(channel, role_id)
    if problem:
        raise BadInputError(problem)


async def _member(interaction: discord.Interaction, guild: discord.Guild) -> discord.Member | None:
    """The person in that server; ``None`` when they are not in it."""
    if isinstance(interaction.user, discord.Member) and interaction.user.guild.id == guild.id:
        return interaction.user
    try:
        return await guild.fetch_member(interaction.user.id)
    except discord.HTTPException:
        return None
