"""Finishing refreshes that a killed process began, while Fanvue still takes a spent token once more."""

import asyncio

import structlog

from bot.domain.accounts import ConnectionId
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.storage.leases import LeaseStore
from bot.vault.tokens import TURN_PREFIX, TokenKeeper

log = structlog.get_logger(__name__)

BEAT_SECONDS = 5
"""With the length of a lease well within the 30 s of Fanvue's grace."""


class Recovery:
    """A lease that nobody let go of means that its holder died, perhaps with a pair nobody else has seen."""

    def __init__(self, tokens: TokenKeeper, leases: LeaseStore, clock: Clock) -> None:
        self._tokens = tokens
        self._leases = leases
        self._clock = clock

    async def run(self) -> None:
        """Look after them until cancelled."""
        while True:
            try:
                await self.finish()
            except StorageBusyError:
                log.warning("recovery_cannot_store")
            await asyncio.sleep(BEAT_SECONDS)

    async def finish(self) -> None:
        """Refresh every account whose refresh was broken off; one whose grant is dead by now is found out so."""
        now = self._clock.now()
        for name in await self._leases.run_out(TURN_PREFIX, now):
            log.warning("refresh_taken_over")
            await self._tokens.renew(ConnectionId(name.removeprefix(TURN_PREFIX)))
            await self._leases.forget(name, now)
