"""Who was forgotten a moment ago."""

import time

from bot.domain.accounts import DiscordUserId

UNDER_WAY_SECONDS = 60


class Forgotten:
    """What somebody had under way when they were forgotten is noted without their name, as long as it can last.

    Kept in memory alone: a list of who was forgotten would itself be something stored about them.
    """

    def __init__(self) -> None:
        self._until: dict[DiscordUserId, float] = {}

    def add(self, user: DiscordUserId) -> None:
        """From now on, for as long as something can be under way."""
        now = time.monotonic()
        self._until = {one: until for one, until in self._until.items() if until > now}
        self._until[user] = now + UNDER_WAY_SECONDS

    def lift(self, user: DiscordUserId) -> None:
        """They are back of their own will."""
        self._until.pop(user, None)

    def hides(self, user: DiscordUserId | None) -> bool:
        """Whether nothing may name them now."""
        return user in self._until and self._until[user] > time.monotonic() if user is not None else False
