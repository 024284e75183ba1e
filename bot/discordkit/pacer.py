"""Keeps all sends together below Discord's global limit; discord.py only reacts to it, and loses bursts."""

import asyncio

from bot.domain.clock import Clock

PER_SECOND = 45


class Pacer:
    """Slots at a fixed rate; the first one after a pause comes at once.

    It goes by the injected clock: the event loop's own can stand still or run ahead under simulation. A clock that
    is set back takes the queue along, so nobody waits for the hour to come round again.
    """

    def __init__(self, clock: Clock, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self._interval_seconds = 1 / per_second
        self._next = 0.0
        self._seen = 0.0

    async def slot(self) -> None:
        """Return when the next request may go out."""
        now = self._clock.now().timestamp()
        self._next += min(0.0, now - self._seen)
        self._seen = now
        start = max(now, self._next)
        self._next = start + self._interval_seconds
        if start > now:
            await asyncio.sleep(start - now)
