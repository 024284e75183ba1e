"""Nobody waits for ever: after a while the role on duty is told, then the lead, once each."""

from typing import Protocol

from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, DiscordDownError
from bot.domain.waiting import ROLE, Overdue, Watch
from bot.services.access import require
from bot.storage.audit import AuditLog
from bot.storage.watches import WatchStore

LONGEST_MINUTES = 24 * 60


class Caller(Protocol):
    """Tells people that a fan waits."""

    async def call(self, overdue: Overdue, *, role: int | None, lead: DiscordUserId | None) -> None:
        """Under the fan's card, mentioning the role or the lead. DiscordDownError when that has to wait."""
        ...


class WaitingService:
    """Whoever answers, here or at Fanvue, ends the wait."""

    def __init__(self, watches: WatchStore, caller: Caller, audit: AuditLog, clock: Clock) -> None:
        self._watches = watches
        self._caller = caller
        self._audit = audit
        self._clock = clock
        self._put_off: set[tuple[CreatorId, FanId]] = set()

    async def watch(self, grant: Grant, minutes: int, role: int | None, lead: DiscordUserId | None) -> None:
        """Tell them after so many minutes; nobody any more with none. BadInputError says what to change."""
        require(grant, Capability.ALERTS)
        if not 0 <= minutes <= LONGEST_MINUTES:
            raise BadInputError("Give the minutes from 1 to 1440, or 0 to watch no longer.")
        if minutes and role is None and lead is None:
            raise BadInputError("Name a role on duty, a lead, or both.")
        if minutes:
            await self._watches.set(Watch(grant.creator, minutes, role, lead))
        else:
            await self._watches.remove(grant.creator)
        await self._audit.write(grant.actor, grant.creator, "watch", "done", self._clock.now())

    async def sweep(self) -> int:
        """Tell whoever is to be told now; how many times.

        What Discord does not take now ends it, and comes after all others the next time.
        """
        now, called = self._clock.now(), 0
        found = [(watch, one) for watch in await self._watches.all() for one in await self._watches.overdue(watch, now)]
        self._put_off &= {(one.creator, one.fan) for _, one in found}
        for watch, one in sorted(found, key=lambda pair: (pair[1].creator, pair[1].fan) in self._put_off):
            try:
                called += await self._call(watch, one, watch.due(now - one.since, one.told))
            except DiscordDownError:
                self._put_off.add((one.creator, one.fan))
                break
            self._put_off.discard((one.creator, one.fan))
        return called

    async def _call(self, watch: Watch, one: Overdue, level: int) -> bool:
        """Noted afterwards: what is told again before it is noted is told once all the same."""
        if level == one.told:
            return False
        role, lead = (watch.role, None) if level == ROLE else (None, watch.lead)
        await self._caller.call(one, role=role, lead=lead)
        return await self._watches.tell(one, level)
