"""Lists of Fanvue's that are kept here for hours: whose are due to be read again, and what a failure means."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import structlog

from bot.domain.accounts import Creator, CreatorId
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, FanvueDownError
from bot.domain.faults import where
from bot.storage.creators import CreatorStore

log = structlog.get_logger(__name__)

FRESH = timedelta(hours=6)
AGAIN = timedelta(minutes=10)

ReadAt = Callable[[CreatorId], Awaitable[datetime | None]]
Read = Callable[[Creator, datetime], Awaitable[bool]]


class Rounds:
    """Goes round the creators whose list is missing or hours old; what cannot be read is tried ten minutes later."""

    def __init__(self, creators: CreatorStore, clock: Clock, *, read_at: ReadAt, read: Read) -> None:
        self._creators = creators
        self._clock = clock
        self._read_at = read_at
        self._read = read
        self._tried: dict[CreatorId, datetime] = {}

    async def go(self, wanted: Collection[CreatorId]) -> int:
        """How many were read; the round ends early when Fanvue is down."""
        self._tried = {creator: at for creator, at in self._tried.items() if creator in wanted}
        count = 0
        for creator in wanted:
            try:
                count += await self._is_due(creator) and await self._refreshed(creator)
            except FanvueDownError:
                break
        return count

    async def _is_due(self, creator: CreatorId) -> bool:
        now = self._clock.now()
        read_at, tried_at = await self._read_at(creator), self._tried.get(creator)
        return not (_is_within(FRESH, read_at, now) or _is_within(AGAIN, tried_at, now))

    async def _refreshed(self, creator_id: CreatorId) -> bool:
        self._tried[creator_id] = now = self._clock.now()
        creator = await self._creators.find(creator_id)
        if creator is None or not creator.connection.is_active:
            return False
        try:
            return await self._read(creator, now)
        except FanvueDownError:
            raise
        except DomainError as error:
            log.info("list_not_read", error=where(error))
            return False


def _is_within(span: timedelta, moment: datetime | None, now: datetime) -> bool:
    """Whether it was so lately; what lies ahead of that was noted under a wrong clock."""
    return moment is not None and abs(now - moment) < span
