"""A team member's message as plain text for a fan."""

import re

import discord

CUSTOM_EMOJI = re.compile(r"<a?:(\w{1,32}):\d{1,20}>")
TIMESTAMP = re.compile(r"<t:\d{1,13}(?::[tTdDfFR])?>")
BACKSLASHED = re.compile(r"\\([*_~|`>\\])")


def plain_words(message: discord.Message) -> str:
    """What a person meant: mentions by name, custom emoji by name, no escapes; other words as they are."""
    text = CUSTOM_EMOJI.sub(r":\1:", message.clean_content)
    return BACKSLASHED.sub(r"\1", TIMESTAMP.sub("", text)).replace("\u200b", "").strip()
