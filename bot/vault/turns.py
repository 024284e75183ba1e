"""One at a time across tasks and processes: a turn is a lease that is renewed while its holder lives."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.storage.leases import LeaseStore

LEASE_SECONDS = 12
"""Short, so that after a crash another process comes in time for the 30 s in which Fanvue forgives a lost answer."""
RENEW_SECONDS = 4
WAIT_SECONDS = 30
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.5
GROWTH = 1.5


class Turns:
    """Hands out turns; whoever waits looks ever less often."""

    def __init__(self, leases: LeaseStore, clock: Clock) -> None:
        self._leases = leases
        self._clock = clock

    @asynccontextmanager
    async def turn(self, name: str, is_settled: Callable[[], Awaitable[bool]]) -> AsyncIterator[bool]:
        """Whether the turn is ours; false when it is settled without us, or nobody let go of it for half a minute."""
        holder = secrets.token_hex(8)
        if not await self._taken(name, holder, is_settled):
            yield False
            return
        over = asyncio.Event()
        heart = asyncio.create_task(self._beat(name, holder, over))
        try:
            yield True
        finally:
            over.set()
            await heart
            with suppress(StorageBusyError):
                await self._leases.release(name, holder)

    async def _taken(self, name: str, holder: str, is_settled: Callable[[], Awaitable[bool]]) -> bool:
        gives_up_at = time.monotonic() + WAIT_SECONDS
        pause = FIRST_PAUSE_SECONDS
        while not await self._leases.acquire(name, holder, self._clock.now(), LEASE_SECONDS):
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, keeps no secret
            pause = min(pause * GROWTH, LONGEST_PAUSE_SECONDS)
            if time.monotonic() > gives_up_at or await is_settled():
                return False
        return True

    async def _beat(self, name: str, holder: str, over: asyncio.Event) -> None:
        """Renew until told to stop; not cancelled, so that no write to storage is broken off."""
        while not over.is_set():
            try:
                async with asyncio.timeout(RENEW_SECONDS):
                    await over.wait()
            except TimeoutError:
                with suppress(StorageBusyError):
                    await self._leases.renew(name, holder, self._clock.now(), LEASE_SECONDS)
