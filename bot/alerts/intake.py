"""Takes events in: durable before the answer, as many in one commit as came meanwhile."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Protocol

import structlog

from bot.alerts.handover import Handover
from bot.alerts.sealing import seal_event
from bot.domain.errors import StorageBusyError
from bot.domain.events import Event, EventKind
from bot.storage.arrivals import ArrivalStore, Arrived
from bot.storage.events import NewEvent, StoredEvent
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

QUEUE_LENGTH = 5000
BATCH = 500
ENOUGH = 4
"""Nobody waits for more to share the first commit."""
TURNS = 3
"""Of the event loop, from a socket that can be read to an event in the queue."""


class Kept(Enum):
    """What became of an event."""

    NEWS = "news"
    KNOWN = "known"
    STRANGER = "stranger"
    """Nobody has connected its creator: nothing of it is kept."""


class Forwarder(Protocol):
    """Takes a few events all the way to their cards in one commit; ``None`` when they go the usual way."""

    def __call__(self, events: Sequence[Event], rows: Sequence[NewEvent], /) -> Awaitable[Arrived | None]: ...


@dataclass(slots=True)
class _Waiting:
    event: Event = field(repr=False)
    row: NewEvent
    kept: asyncio.Future[Kept] = field(repr=False)


class Intake:
    """Group commit: the one writer takes whatever queued during the last commit, itself; there is no timer.

    Invariant: ``keep`` and ``take`` return only after the row is committed, or raise StorageBusyError.
    """

    def __init__(
        self, arrivals: ArrivalStore, keyring: Keyring, stored: Handover, forward: Forwarder | None = None
    ) -> None:
        self._arrivals = arrivals
        self._keyring = keyring
        self._stored = stored
        self._forward = forward
        self._queue: deque[_Waiting] = deque()
        self._has_work = asyncio.Event()
        self._is_over = False

    async def take(self, event: Event, received_at: datetime) -> bool:
        """Store the event durably; false when it was known already. StorageBusyError when it cannot be kept now."""
        return await self.keep(event, received_at) is Kept.NEWS

    async def keep(self, event: Event, received_at: datetime) -> Kept:
        """The same, telling strangers from what was known."""
        if self._is_over or len(self._queue) >= QUEUE_LENGTH:
            raise StorageBusyError
        row = seal_event(self._keyring, event, received_at)
        waiting = _Waiting(event, row, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._has_work.set()
        return await waiting.kept

    async def run(self) -> None:
        """Write until cancelled; what comes then is not kept, and told so at once."""
        self._is_over = False
        try:
            while True:
                await self._has_work.wait()
                self._has_work.clear()
                while self._queue:
                    await self._write()
        finally:
            self._is_over = True
            self._refuse(self._taken(QUEUE_LENGTH))

    async def _write(self) -> None:
        batch = self._taken(BATCH)
        followed: list[_Waiting] = []
        try:
            if not await self._forwarded(batch):
                batch += await self._gathered(BATCH - len(batch))
                await self._arrivals.keep_flowing(batch, partial(self._more, followed), self._settle)
        except StorageBusyError as error:
            self._settle(batch, error)
        except BaseException:
            self._refuse([*batch, *followed])
            raise

    async def _gathered(self, most: int) -> list[_Waiting]:
        """What else comes at once: a commit costs as much for a few as for one."""
        seen = -1
        while seen < len(self._queue) < ENOUGH:
            seen = len(self._queue)
            for _ in range(TURNS):
                await asyncio.sleep(0)
        return self._taken(most)

    async def _forwarded(self, batch: Sequence[_Waiting]) -> bool:
        if self._forward is None:
            return False
        arrived = await self._forward([waiting.event for waiting in batch], [waiting.row for waiting in batch])
        if arrived is None:
            return False
        await asyncio.sleep(0)  # the cards just begun go out before Fanvue hears that all is well
        self._tell(batch, arrived)
        return True

    @staticmethod
    def _refuse(batch: Sequence[_Waiting]) -> None:
        """Fanvue sends again what may not be there."""
        for waiting in batch:
            if not waiting.kept.done():
                waiting.kept.set_exception(StorageBusyError("the bot stops"))

    def _more(self, followed: list[_Waiting]) -> list[_Waiting]:
        """What queued during a commit. Called in the database's thread; what other routes tell as well is left."""
        batch = self._taken(BATCH, is_plain=True)
        followed += batch
        return batch

    def _taken(self, most: int, *, is_plain: bool = False) -> list[_Waiting]:
        """The oldest in the queue, up to one that other routes tell where only plain ones are wanted."""
        queue, batch = self._queue, list[_Waiting]()
        while queue and len(batch) < most and not (is_plain and queue[0].row.sighting):
            batch.append(queue.popleft())
        return batch

    def _settle(self, batch: Sequence[_Waiting], arrived: Arrived | StorageBusyError) -> None:
        """Answer those of a commit, or of one that failed, and pass on what is news."""
        if isinstance(arrived, StorageBusyError):
            log.error("intake_cannot_store", count=len(batch))
            for waiting in batch:
                if not waiting.kept.done():
                    waiting.kept.set_exception(arrived)
            return
        if arrived.news or arrived.more:
            self._stored.give(_stored(batch, arrived) if self._stored.is_listening else [])
        self._tell(batch, arrived)

    def _tell(self, batch: Sequence[_Waiting], arrived: Arrived) -> None:
        told = set(arrived.news)
        for waiting in batch:
            if not waiting.kept.done():
                waiting.kept.set_result(_outcome(waiting.row, told, arrived))
                told.discard(waiting.row.key)


def _outcome(row: NewEvent, news: set[str], arrived: Arrived) -> Kept:
    """Of those that came twice in one batch, the first is the news."""
    if row.key in news:
        return Kept.NEWS
    return Kept.STRANGER if row.creator in arrived.strangers else Kept.KNOWN


def _stored(batch: Sequence[_Waiting], arrived: Arrived) -> list[StoredEvent]:
    """The rows as they rest now, in their order."""
    rows = {waiting.row.key: waiting.row for waiting in reversed(batch)}
    news = [
        StoredEvent(number, key, EventKind(row.kind), row.creator, row.sealed_body, row.topic, row.received_at)
        for key, number in arrived.news.items()
        for row in (rows[key],)
    ]
    return sorted([*news, *arrived.more], key=lambda stored: stored.id)
