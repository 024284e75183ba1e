"""Who is in which Discord server."""

from typing import Protocol

from bot.domain.accounts import DiscordUserId, GuildId


class Memberships(Protocol):
    """Answers that are at most five minutes old."""

    async def is_member(self, guild: GuildId, person: DiscordUserId) -> bool:
        """Whether they are in it, as far as the bot may know; DiscordDownError when nobody says."""
        ...
