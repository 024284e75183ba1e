"""Whether somebody may still have cards sent, asked before each: nobody acts at that moment who could be asked."""

from datetime import datetime

from bot.domain.access import Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.clock import Clock
from bot.domain.membership import Memberships
from bot.domain.shifts import is_on_shift, next_shift
from bot.storage.rights import RightStore
from bot.storage.shifts import ShiftStore


class Permits:
    """For everybody but the creator's owner, who needs none. DiscordDownError when a membership is not known."""

    def __init__(self, rights: RightStore, shifts: ShiftStore, memberships: Memberships, clock: Clock) -> None:
        self._rights = rights
        self._shifts = shifts
        self._memberships = memberships
        self._clock = clock

    async def may_set(self, person: DiscordUserId, creator: CreatorId) -> bool:
        """Whether rules they set for the creator still count: shifts, which come and go, do not matter."""
        right = await self._rights.held(person, creator, Capability.ALERTS)
        return right is not None and right.holds_at(self._clock.now()) and await self._is_member(right)

    async def off_shift_until(self, person: DiscordUserId, creator: CreatorId) -> datetime | None:
        """When the next shift of somebody off shift begins, until which cards wait; ``None`` on shift."""
        week, now = await self._shifts.of(creator, person), self._clock.now()
        return None if is_on_shift(week, now) else next_shift(week, now)

    async def _is_member(self, right: Right) -> bool:
        return right.guild is None or await self._memberships.is_member(right.guild, right.person)
