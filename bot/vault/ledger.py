"""Notes what tokens are used for, without anybody waiting for it."""

import asyncio
from datetime import datetime

import structlog

from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.domain.uses import Use, period_of
from bot.storage.audit import AuditLog
from bot.storage.uses import Tally, UseStore

log = structlog.get_logger(__name__)

BEAT_SECONDS = 60
MOMENT_SECONDS = 0.2
MOST_ENTRIES = 100_000
"""What storage did not take by then is let go, so that memory stays bounded."""


class Ledger:
    """Uses gather in memory, counted, and are written in one commit each time storage is free.

    What a person does is written a moment later, when its answer is out; what the bot does by itself waits for the
    next time, or a minute. So do acts that storage did not take when they were done.
    """

    def __init__(self, store: UseStore, acts: AuditLog, clock: Clock) -> None:
        self._store = store
        self._acts = acts
        self._clock = clock
        self._waiting: dict[tuple[Use, datetime], Tally] = {}
        self._writing = asyncio.Lock()
        self._rung = asyncio.Event()

    def note(self, use: Use) -> None:
        """Count one use; returns at once."""
        now = self._clock.now()
        key = use, period_of(use, now)
        known = self._waiting.get(key)
        if known is None and len(self._waiting) >= MOST_ENTRIES:
            log.error("uses_lost", count=1)
            return
        self._waiting[key] = Tally(known.count + 1 if known else 1, now)
        if not use.is_background:
            self._rung.set()

    async def run(self) -> None:
        """Write until cancelled, and what is left then."""
        try:
            while True:
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        await self._rung.wait()
                    await asyncio.sleep(MOMENT_SECONDS)
                except TimeoutError:
                    log.debug("ledger_beat")
                self._rung.clear()
                await self._flush_or_wait()
        finally:
            await self._flush_or_wait()

    async def aclose(self) -> None:
        """A last try, once nobody does anything any more; what storage refuses now is lost."""
        try:
            await self.flush()
        except StorageBusyError:
            log.error("uses_lost", count=self._acts.waiting + len(self._waiting))

    async def flush(self) -> None:
        """Everything noted so far is stored when this returns; StorageBusyError when it cannot be."""
        await self._acts.flush()
        async with self._writing:
            taken, self._waiting = self._waiting, {}
            if not taken:
                return
            try:
                await self._store.add_many(taken)
            except StorageBusyError:
                self._take_back(taken)
                raise

    async def _flush_or_wait(self) -> None:
        try:
            await self.flush()
        except StorageBusyError:
            log.warning("uses_put_off", count=len(self._waiting))

    def _take_back(self, taken: dict[tuple[Use, datetime], Tally]) -> None:
        for key, tally in taken.items():
            newer = self._waiting.get(key)
            self._waiting[key] = Tally(tally.count + newer.count, newer.last_at) if newer else tally
