"""What was just read for an answer, so that whoever turns it over meets the same numbers and waits for nobody."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from bot.domain.accounts import CreatorId
from bot.domain.clock import Clock
from bot.domain.periods import Asked

T = TypeVar("T")

KEPT_FOR = timedelta(minutes=1)
KEPT_AT_MOST = 100


class Reading:
    """Fanvue's numbers of one creator and period, as of one instant; each is asked for once."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self._known: dict[Hashable, Any] = {}

    async def get(self, what: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """One of its numbers: as it was read, or read now. Whoever asks was found to have the right to it."""
        if what not in self._known:
            self._known[what] = await read()
        return cast("T", self._known[what])


class Readings:
    """The latest reading of each creator, period and zone, for a minute; in memory alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest: OrderedDict[Hashable, Reading] = OrderedDict()

    def begin(self, creator: CreatorId, asked: Asked, zone: ZoneInfo, *, goes_on: bool) -> Reading:
        """A new one as of now; the latest again when somebody ``goes_on`` with an answer of the last minute."""
        now, key = self._clock.now(), (creator, asked.key, zone.key)
        known = self._latest.get(key)
        if known and goes_on and now - KEPT_FOR < known.as_of <= now:
            return known
        self._latest[key] = reading = Reading(now)
        self._latest.move_to_end(key)
        while len(self._latest) > KEPT_AT_MOST or next(iter(self._latest.values())).as_of < now - KEPT_FOR:
            self._latest.popitem(last=False)
        return reading

    def of(self, creator: CreatorId, asked: Asked, zone: ZoneInfo, as_of: datetime) -> Reading:
        """The one an answer was made from; an empty one when it is gone."""
        known = self._latest.get((creator, asked.key, zone.key))
        return known if known and known.as_of == as_of else Reading(as_of)
