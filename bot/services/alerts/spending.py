"""Knowing what fans have spent, for rules that ask for it."""

from datetime import datetime

from bot.alerts.rounds import Rounds
from bot.domain.accounts import Creator, FanId
from bot.domain.clock import Clock
from bot.domain.rules import Spender
from bot.fanvue.insights import TopSpender, top_spenders
from bot.fanvue.paging import pages
from bot.fanvue.wire import OWN, ActingAs
from bot.storage.creators import CreatorStore
from bot.storage.routes import RouteStore
from bot.storage.spenders import SpenderStore
from bot.vault.gate import Gate

MOST_MINOR = 2**31 - 1
MOST = 500
"""Fans on a list; whoever spent less than the last of them is known to have spent at most that."""


class SpendingService:
    """Reads Fanvue's list of spenders of those creators somebody has such a rule for, and of no others."""

    def __init__(
        self, *, creators: CreatorStore, routes: RouteStore, spenders: SpenderStore, gate: Gate, clock: Clock
    ) -> None:
        self._routes = routes
        self._spenders = spenders
        self._gate = gate
        self._rounds = Rounds(creators, clock, read_at=spenders.read_at, read=self._read)

    async def sweep(self) -> int:
        """Read the lists that are missing or hours old; how many were read. What cannot be read is tried later."""
        return await self._rounds.go(await self._routes.creators_with_spenders())

    async def _read(self, creator: Creator, now: datetime) -> bool:
        return await self._spenders.save(creator.id, *_as_list(await self._listed(creator)), now)

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
