"""Servers that remove the bot: what goes there rests at once, and goes for good when nobody brings it back in time."""

from collections.abc import Callable, Collection
from datetime import timedelta

import structlog

from bot.domain.accounts import GuildId
from bot.domain.clock import Clock
from bot.storage.departures import DepartureStore

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=30)
"""How long a server's rules, rights and defaults are kept after it removed the bot."""


class GuildsService:
    """The clock of a server starts when its departure is noticed, and stops when the bot is back."""

    def __init__(self, departures: DepartureStore, clock: Clock) -> None:
        self._departures = departures
        self._clock = clock

    async def left(self, guild: GuildId) -> None:
        """The bot was removed: nothing goes there any more, and the clock starts."""
        if await self._departures.note(guild, self._clock.now()):
            log.info("guild_left")

    async def returned(self, guild: GuildId) -> bool:
        """The bot is there again: everything is as it was; false when its clock did not run."""
        return await self._departures.undo(guild)

    async def compare(self, present: Collection[GuildId], is_ours: Callable[[GuildId], bool]) -> Collection[GuildId]:
        """Note what came to pass while nobody listened; the servers that are back.

        That one left is noted only of those that this process would hear from.
        """
        gone = await self._departures.all()
        back = [guild for guild in gone.keys() & set(present) if await self.returned(guild)]
        known = await self._departures.known()
        for guild in known - gone.keys() - set(present):
            if is_ours(guild):
                await self.left(guild)
        return back

    async def sweep(self) -> None:
        """Forget the servers whose time is up, with what belongs to them."""
        erased = await self._departures.erase(self._clock.now() - KEPT_FOR)
        if erased:
            log.info("guilds_forgotten", count=erased)
