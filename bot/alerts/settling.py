"""Notes what became of deliveries, off the way of the next ones."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.alerts.bell import Bell
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.storage.deliveries.outbox import Outbox
from bot.storage.deliveries.settling import Outcome

log = structlog.get_logger(__name__)


class Settler:
    """One commit takes whatever came during the last one.

    What cannot be noted now stays leased, is taken over when that runs out, and found sent by its nonce.
    """

    def __init__(
        self, outbox: Outbox, holder: str, clock: Clock, settled: Bell, outdated: Callable[[list[int]], None]
    ) -> None:
        self._outbox = outbox
        self._holder = holder
        self._clock = clock
        self._settled = settled
        self._outdated = outdated
        self._waiting: list[Outcome] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Have them written down soon."""
        self._waiting += outcomes
        if self._waiting and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def finish(self) -> None:
        """Return when everything noted so far is written."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                self._outdated(await self._outbox.settle(batch, self._holder, self._clock.now()))
            except StorageBusyError:
                log.error("worker_cannot_store", count=len(batch))
            self._settled.ring()
