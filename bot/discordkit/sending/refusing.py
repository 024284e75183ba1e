"""What Discord's refusals mean: they pass, close the place, or are about this one message."""

import discord

from bot.alerts.sending import ContentRefusedError, TryLaterError, UndeliverableError
from bot.discordkit.alerts.desk_tags import UNTAGGED

UNAUTHORIZED, TOO_MANY, SERVER_ERROR = 401, 429, 500
UNKNOWN_CHANNEL = 10003
NO_ACCESS = 50001
DMS_TOO_FAST = 40003
OLD_EDITS = 30046
OPEN_POSTS = 160006
PASSING = frozenset({20016, 20022, 20028, 20029, OLD_EDITS, DMS_TOO_FAST, 40004, 40006, 40062, 130000, OPEN_POSTS})
"""Limits of a channel, a server or the bot, and what Discord switches off for a while."""
PATIENCE_SECONDS = {DMS_TOO_FAST: 600}
NO_PERSON = "this person's Discord account does not exist any more"
NO_TEXT = "nothing can be written there: it is no text channel"
CLOSED = {
    UNKNOWN_CHANNEL: "the channel does not exist any more",
    10004: "the bot is no longer in the server",
    10013: NO_PERSON,
    20026: "Discord lets the bot write to nobody directly at the moment",
    40058: NO_TEXT,
    40067: UNTAGGED,
    NO_ACCESS: "the bot cannot see the channel",
    50007: "this person takes no direct messages from the bot",
    50008: NO_TEXT,
    50013: "the bot may not write in the channel",
    50024: NO_TEXT,
    50033: NO_PERSON,
    50278: "the bot shares no server with this person",
    OPEN_POSTS: "the server has as many open posts and threads as Discord allows: close some",
}
"""What refuses one card refuses the next one too."""
AUTOMOD = "the server's AutoMod blocked the card"
BLOCKED = {
    20009: "Discord takes the card for explicit content",
    200000: AUTOMOD,
    200001: AUTOMOD,
    240000: "Discord takes a link in the card for a harmful one",
}
"""Words in it are the reason."""


def is_passing(error: discord.HTTPException) -> bool:
    """Whether the same may be taken later."""
    return error.status in {UNAUTHORIZED, TOO_MANY} or error.status >= SERVER_ERROR or error.code in PASSING


def is_about_words(error: discord.HTTPException) -> bool:
    """Whether the same would be taken without a fan's words."""
    return error.code in BLOCKED


def translated(error: discord.HTTPException) -> Exception:
    """What it means for what was to be sent; a refusal without Discord's code is not Discord's, and passes."""
    cause = str(error.code)
    if error.code in CLOSED:
        return UndeliverableError(CLOSED[error.code], cause, is_place_closed=True)
    if is_passing(error) or not error.code:
        return TryLaterError(PATIENCE_SECONDS.get(error.code, 0))
    if isinstance(error, discord.NotFound | discord.Forbidden) and not is_about_words(error):
        return UndeliverableError("Discord refuses cards there", cause, is_place_closed=True)
    return ContentRefusedError(BLOCKED.get(error.code, "Discord refused the card's content"), cause)
