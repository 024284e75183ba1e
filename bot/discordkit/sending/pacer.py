"""Keeps all sends together below Discord's global limit; discord.py only reacts to it, and loses bursts."""

import asyncio
from collections import deque

from bot.domain.clock import Clock

PER_SECOND = 45
LEEWAY = 1
"""How many more than that may go out within a second, after a moment in which nothing could."""


class Pacer:
    """Slots at a fixed rate; the first one after a pause comes at once.

    It goes by the injected clock: the event loop's own can stand still or run ahead under simulation. A clock that
    is set back takes the queue along, so nobody waits for the hour to come round again. Who wakes late, because the
    process had no time, does not go out in a bunch with the others who did.
    """

    def __init__(self, clock: Clock, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self._interval_seconds = 1 / per_second
        self._next = 0.0
        self._seen = 0.0
        self._gone: deque[float] = deque(maxlen=max(1, int(per_second) + LEEWAY))

    async def slot(self) -> None:
        """Return when the next request may go out."""
        now = self._clock.now().timestamp()
        self._next += min(0.0, now - self._seen)
        self._seen = now
        start = max(now, self._next)
        self._next = start + self._interval_seconds
        if start > now:
            await asyncio.sleep(start - now)
        while (bunched := self._bunched_seconds()) > 0:  # noqa: ASYNC110 - nothing tells when a second has passed
            await asyncio.sleep(bunched)
        self._gone.append(self._clock.now().timestamp())

    def _bunched_seconds(self) -> float:
        """How long until a second holds few enough; nothing for a clock that was set back."""
        if len(self._gone) < (self._gone.maxlen or 0):
            return 0.0
        passed = self._clock.now().timestamp() - self._gone[0]
        return 1.0 - passed if 0 <= passed < 1.0 else 0.0
