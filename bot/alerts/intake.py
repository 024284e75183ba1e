"""Takes verified deliveries in: durable before the answer, as many in one commit as came meanwhile."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.alerts.bell import Bell
from bot.alerts.sealing import seal_event
from bot.domain.errors import StorageBusyError
from bot.domain.events import Event
from bot.storage.events import EventStore, NewEvent
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

QUEUE_LENGTH = 5000
BATCH = 500


@dataclass(slots=True)
class _Waiting:
    row: NewEvent
    is_new: asyncio.Future[bool] = field(repr=False)


class Intake:
    """Group commit: one writer takes whatever queued during the last commit; there is no timer.

    Invariant: ``take`` returns only after the row is committed, or raises StorageBusyError.
    """

    def __init__(self, events: EventStore, keyring: Keyring, stored: Bell) -> None:
        self._events = events
        self._keyring = keyring
        self._stored = stored
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(QUEUE_LENGTH)

    async def take(self, event: Event, received_at: datetime) -> bool:
        """Store the event durably; false when it was known already. StorageBusyError when it cannot be kept now."""
        row = seal_event(self._keyring, event, received_at)
        waiting = _Waiting(row, asyncio.get_running_loop().create_future())
        try:
            self._queue.put_nowait(waiting)
        except asyncio.QueueFull:
            raise StorageBusyError from None
        return await waiting.is_new

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._store(batch)

    async def _store(self, batch: list[_Waiting]) -> None:
        try:
            new = await self._events.add_many([waiting.row for waiting in batch])
        except StorageBusyError as error:
            log.error("intake_cannot_store", count=len(batch))
            for waiting in batch:
                if not waiting.is_new.done():
                    waiting.is_new.set_exception(error)
            return
        if new:
            self._stored.ring()
        for waiting in batch:
            if not waiting.is_new.done():
                waiting.is_new.set_result(waiting.row.key in new)
                new.discard(waiting.row.key)
