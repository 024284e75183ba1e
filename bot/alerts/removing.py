"""Deletes cards in Discord that somebody wants gone, slowly, through restarts."""

from typing import Protocol

import structlog

from bot.alerts.bell import Bell
from bot.alerts.sending import TryLaterError
from bot.domain.accounts import ChannelId, MessageId
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.storage.removals import RemovalStore

log = structlog.get_logger(__name__)

BATCH = 20
BEAT_SECONDS = 30


class Deleter(Protocol):
    """Deletes the bot's own messages, paced."""

    async def delete(self, channel: ChannelId, message: MessageId) -> None:
        """Delete it; one that is gone, or refused for good, is done with. TryLaterError otherwise."""
        ...


class Remover:
    """One message at a time, so that cards on their way are hardly held up."""

    def __init__(self, removals: RemovalStore, deleter: Deleter, asked: Bell, clock: Clock) -> None:
        self._removals = removals
        self._deleter = deleter
        self._asked = asked
        self._clock = clock

    async def run(self) -> None:
        """Delete until cancelled."""
        while True:
            try:
                removed = await self.remove_some()
            except StorageBusyError as error:
                log.warning("removal_put_off", error=type(error).__name__)
                removed = 0
            if not removed:
                await self._asked.wait(BEAT_SECONDS)

    async def remove_some(self) -> int:
        """Delete one batch; how many went. One that Discord does not take now ends it, and goes behind all others."""
        removed = 0
        for one in await self._removals.next(BATCH):
            try:
                await self._deleter.delete(one.channel, one.message)
            except TryLaterError:
                log.warning("removal_put_off")
                await self._removals.put_off(one.message, self._clock.now())
                break
            await self._removals.done(one.message)
            removed += 1
        return removed
