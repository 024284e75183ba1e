"""A team member's words as plain text for a fan."""

import re
from datetime import UTC, datetime

import discord

CUSTOM_EMOJI = re.compile(r"<a?:(\w{1,32}):\d{1,20}>")
COMMAND = re.compile(r"</([^:<>\n]{1,100}):\d{1,20}>")
MENTION = re.compile(r"<(@!?|@&|#)(\d{1,20})>")
TIMESTAMP = re.compile(r"<t:(\d{1,11})(?::([tTdDfFR]))?>")
BACKSLASHED = re.compile(r"\\([*_~|`>\\])")


def plain_words(message: discord.Message) -> str:
    """What a person meant: mentions by name but the bot's, custom emoji by name, no escapes; else as it is."""
    return BACKSLASHED.sub(r"\1", _plain(_without_own(message)))


def typed_words(interaction: discord.Interaction, words: str) -> str:
    """The same for what was typed into a box or a command, where Discord leaves the names and keeps backslashes."""

    def name_of(found: re.Match[str]) -> str:
        kind, number = found[1], int(found[2])
        guild = interaction.guild
        if kind == "#":
            channel = guild.get_channel_or_thread(number) if guild else None
            return f"#{channel.name}" if channel else "#channel"
        if kind == "@&":
            role = guild.get_role(number) if guild else None
            return f"@{role.name}" if role else "@role"
        person = (guild.get_member(number) if guild else None) or interaction.client.get_user(number)
        return f"@{person.display_name}" if person else "@somebody"

    return _plain(MENTION.sub(name_of, words))


def _plain(words: str) -> str:
    words = COMMAND.sub(r"/\1", CUSTOM_EMOJI.sub(r":\1:", words))
    return TIMESTAMP.sub(_moment, words).replace("\u200b", "").strip()


def _moment(found: re.Match[str]) -> str:
    """A moment that Discord shows in each reader's zone, in a zone that is named."""
    try:
        at = datetime.fromtimestamp(int(found[1]), UTC)
    except (OverflowError, ValueError, OSError):
        return ""
    clock, day = f"{at:%H:%M} UTC", f"{at.day} {at:%B %Y}"
    return {"t": clock, "T": clock, "d": day, "D": day}.get(found[2], f"{day}, {clock}")


def _without_own(message: discord.Message) -> str:
    """The words with mentions by name; whoever calls the bot means no fan."""
    words = message.clean_content
    me = message.guild.me if message.guild else getattr(message.channel, "me", None)
    if me is None or not re.search(rf"<@!?{me.id}>", message.content):
        return words
    return re.sub(rf"@{re.escape(me.display_name)}(?!\w)", "", words)
