"""Whether somebody may still have cards sent, asked before each: nobody acts at that moment who could be asked."""

from bot.domain.access import Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.clock import Clock
from bot.domain.membership import Memberships
from bot.domain.shifts import is_on_shift
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

    async def may_receive(self, person: DiscordUserId, creator: CreatorId) -> bool:
        """Whether cards about the creator may go to their direct messages now: within their shifts alone."""
        if not await self.may_set(person, creator):
            return False
        return is_on_shift(await self._shifts.of(creator, person), self._clock.now())

    async def _is_member(self, right: Right) -> bool:
        return right.guild is None or await self._memberships.is_member(right.guild, right.person)
