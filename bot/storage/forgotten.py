"""Who was forgotten a moment ago."""

import time

from bot.domain.accounts import DiscordUserId

UNDER_WAY_SECONDS = 60


class Forgotten:
    """What somebody had under way when they were forgotten is noted without their name, as long as it can last.

    Kept in memory alone: a list of who was forgotten would itself be something stored about them.
    """

    def __init__(self) -> None:
        self._at: dict[DiscordUserId, float] = {}

    def add(self, user: DiscordUserId) -> None:
        """From now on, for as long as something can be under way."""
        self._at = {one: at for one, at in self._at.items() if self.hides(one)}
        self._at[user] = time.time()

    def lift(self, user: DiscordUserId) -> None:
        """They are back of their own will."""
        self._at.pop(user, None)

    def hides(self, user: DiscordUserId | None) -> bool:
        """Whether nothing may name them now."""
        at = self._at.get(user) if user is not None else None
        return at is not None and abs(time.time() - at) < UNDER_WAY_SECONDS
