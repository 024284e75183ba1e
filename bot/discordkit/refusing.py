"""What Discord's refusals mean: which ones pass."""

import discord

UNAUTHORIZED, TOO_MANY, SERVER_ERROR = 401, 429, 500
OLD_EDITS = 30046
OPEN_POSTS = 160006
PASSING = frozenset({OLD_EDITS, OPEN_POSTS})


def is_passing(error: discord.HTTPException) -> bool:
    """Whether the same may be taken later."""
    return error.status in {UNAUTHORIZED, TOO_MANY} or error.status >= SERVER_ERROR or error.code in PASSING
