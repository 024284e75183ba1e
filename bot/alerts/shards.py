"""Which creators this process looks at, when several do: a fair share, by leases that end with the process."""

import math
import secrets
import zlib

from bot.domain.accounts import CreatorId
from bot.domain.clock import Clock
from bot.storage.leases import LeaseStore

SHARDS = 16
LEASE_SECONDS = 30
PREFIX = "catch-up:"
WORKER, SHARD = f"{PREFIX}worker:", f"{PREFIX}shard:"


def shard_of(creator: CreatorId) -> int:
    """The same in every process."""
    return zlib.crc32(creator.encode()) % SHARDS


class Shards:
    """Invariant: a shard is held by one process at a time; what nobody holds is taken within a lease."""

    def __init__(self, leases: LeaseStore, clock: Clock) -> None:
        self._leases = leases
        self._clock = clock
        self._holder = secrets.token_hex(8)
        self.held: frozenset[int] = frozenset()

    async def hold(self) -> frozenset[int]:
        """Renew what is ours, take what is free up to a fair share, give away what is more; what is ours now."""
        now = self._clock.now()
        live = await self._leases.live(PREFIX, now, LEASE_SECONDS)
        workers = {name for name in live if name.startswith(WORKER)} | {WORKER + self._holder}
        fair = math.ceil(SHARDS / len(workers))
        names = [f"{SHARD}{number}" for number in range(SHARDS)]
        ours = [name for name in names if live.get(name) == self._holder]
        wanted = [*ours, *(name for name in names if name not in live)][:fair]
        got = await self._leases.hold_many([WORKER + self._holder, *wanted], self._holder, now, LEASE_SECONDS)
        self.held = frozenset(int(name.removeprefix(SHARD)) for name in got if name.startswith(SHARD))
        await self._leases.release_many(ours[fair:], self._holder)
        return self.held

    async def release(self) -> None:
        """Let others go on at once."""
        names = [f"{SHARD}{number}" for number in self.held]
        await self._leases.release_many([*names, WORKER + self._holder], self._holder)
        self.held = frozenset()
