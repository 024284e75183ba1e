"""A team member's message as plain text for a fan."""

import re

import discord

CUSTOM_EMOJI = re.compile(r"<a?:(\w{1,32}):\d{1,20}>")
TIMESTAMP = re.compile(r"<t:\d{1,13}(?::[tTdDfFR])?>")
BACKSLASHED = re.compile(r"\\([*_~|`>\\])")


def plain_words(message: discord.Message) -> str:
    """What a person meant: mentions by name but the bot's, custom emoji by name, no escapes; else as it is."""
    text = CUSTOM_EMOJI.sub(r":\1:", _without_own(message))
    return BACKSLASHED.sub(r"\1", TIMESTAMP.sub("", text)).replace("\u200b", "").strip()


def _without_own(message: discord.Message) -> str:
    """The words with mentions by name; whoever calls the bot means no fan."""
    words = message.clean_content
    me = message.guild.me if message.guild else getattr(message.channel, "me", None)
    if me is None or not re.search(rf"<@!?{me.id}>", message.content):
        return words
    return re.sub(rf"@{re.escape(me.display_name)}(?!\w)", "", words)
