"""Who else may use a creator's account, and for what."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import schedule
from bot.domain.access import Capability, Grant, Right
from bot.domain.accounts import DiscordUserId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, NotAllowedError
from bot.storage.audit import AuditLog
from bot.storage.rights import RightStore

GIVEABLE = tuple(capability for capability in Capability if capability is not Capability.MANAGE)


class TeamService:
    """Only the creator gives rights and takes them back; to persons, each right by itself."""

    def __init__(self, rights: RightStore, audit: AuditLog, clock: Clock) -> None:
        self._rights = rights
        self._audit = audit
        self._clock = clock

    def until(self, written: str | None, zone: ZoneInfo) -> datetime | None:
        """When the right ends, as written; ``None`` for never. BadInputError says how to write it."""
        instant = schedule.parse(written, self._clock.now(), zone) if written else None
        if instant is not None and instant <= self._clock.now():
            raise BadInputError("That time has passed. Give a time to come, such as `tomorrow 18:00`.")
        return instant

    async def give(
        self, grant: Grant, person: DiscordUserId, capabilities: Iterable[Capability], until: datetime | None
    ) -> None:
        """Let a person do these things with the creator's account; given again, the later end counts."""
        self._check(grant)
        if person == grant.actor.user:
            raise BadInputError("You may do everything with your own account already.")
        now = self._clock.now()
        for capability in capabilities:
            await self._rights.give(Right(grant.creator, person, capability, grant.actor.user, now, until))
            await self._note(grant, f"give {capability.value}", person)

    async def take(self, grant: Grant, person: DiscordUserId, capabilities: Iterable[Capability]) -> int:
        """Take rights back, at once and everywhere; how many the person had of them."""
        self._check(grant)
        taken = 0
        for capability in capabilities:
            if await self._rights.take(grant.creator, person, capability):
                taken += 1
                await self._note(grant, f"take {capability.value}", person)
        return taken

    async def members(self, grant: Grant) -> Sequence[Right]:
        """Every right that holds now on the creator."""
        self._check(grant)
        now = self._clock.now()
        return [right for right in await self._rights.on(grant.creator) if right.holds_at(now)]

    def _check(self, grant: Grant) -> None:
        if grant.capability is not Capability.MANAGE:
            raise NotAllowedError(Capability.MANAGE)

    async def _note(self, grant: Grant, action: str, person: DiscordUserId) -> None:
        await self._audit.write(grant.actor, grant.creator, action, str(person), self._clock.now())
