"""Knowing what fans have spent, for rules that ask for it."""

from datetime import timedelta

import structlog

from bot.domain.accounts import Creator, CreatorId, FanId
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, FanvueDownError
from bot.domain.faults import where
from bot.domain.rules import Spender
from bot.fanvue.insights import TopSpender, top_spenders
from bot.fanvue.paging import pages
from bot.fanvue.wire import OWN, ActingAs
from bot.storage.creators import CreatorStore
from bot.storage.routes import RouteStore
from bot.storage.spenders import SpenderStore
from bot.vault.gate import Gate

log = structlog.get_logger(__name__)

FRESH = timedelta(hours=6)
AGAIN = timedelta(minutes=10)
MOST_MINOR = 2**31 - 1
MOST = 500
"""Fans on a list; whoever spent less than the last of them is known to have spent at most that."""


class SpendingService:
    """Reads Fanvue's list of spenders of those creators somebody has such a rule for, and of no others."""

    def __init__(
        self, *, creators: CreatorStore, routes: RouteStore, spenders: SpenderStore, gate: Gate, clock: Clock
    ) -> None:
        self._creators = creators
        self._routes = routes
        self._spenders = spenders
        self._gate = gate
        self._clock = clock
        self._tried: dict[CreatorId, int] = {}

    async def sweep(self) -> int:
        """Read the lists that are missing or hours old; how many were read. What cannot be read is tried later."""
        wanted = await self._routes.creators_with_spenders()
        self._tried = {creator: at for creator, at in self._tried.items() if creator in wanted}
        read = 0
        for creator in wanted:
            try:
                read += await self._refreshed(creator)
            except FanvueDownError:
                break
        return read

    async def _refreshed(self, creator_id: CreatorId) -> bool:
        now = self._clock.now()
        read_at = await self._spenders.read_at(creator_id)
        tried_at = self._tried.get(creator_id)
        if read_at is not None and now - read_at < FRESH:
            return False
        if tried_at is not None and now.timestamp() - tried_at < AGAIN.total_seconds():
            return False
        self._tried[creator_id] = int(now.timestamp())
        creator = await self._creators.find(creator_id)
        if creator is None or not creator.connection.is_active:
            return False
        try:
            rows = await self._listed(creator)
        except FanvueDownError:
            raise
        except DomainError as error:
            log.info("spenders_not_listed", error=where(error))
            return False
        return await self._spenders.save(creator_id, *_as_list(rows), now)

    async def _listed(self, creator: Creator) -> list[TopSpender]:
        acting_as = ActingAs(creator.managed) if creator.managed else OWN
        rows = pages(lambda call: self._gate.work(creator, call), top_spenders(acting_as), MOST)
        return [row async for row in rows]


def _as_list(rows: list[TopSpender]) -> tuple[dict[FanId, Spender], int]:
    """What each fan spent, and the most anybody can have spent who is not listed."""
    found = {
        FanId(row.user.uuid): Spender(min(int(row.gross), MOST_MINOR), is_top=row.user.is_top_spender) for row in rows
    }
    floor = min(one.spent for one in found.values()) if len(rows) >= MOST else 0
    return found, floor
