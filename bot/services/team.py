"""Who else may use a creator's account, for what and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import schedule
from bot.domain.access import GIVEABLE, Capability, Grant, Right
from bot.domain.accounts import ChannelId, DiscordUserId, GuildId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError
from bot.domain.passing import earliest
from bot.domain.shifts import Shift, week_with
from bot.services.access import require
from bot.storage.audit import AuditLog
from bot.storage.defaults import DefaultStore
from bot.storage.rights import RightStore
from bot.storage.shifts import ShiftStore

WORK = tuple(capability for capability in GIVEABLE if capability is not Capability.MANAGE)
"""What "everything" gives: the team is managed by those alone to whom that was given by its name."""
LEAD = "Only the creator, or whoever gave it, can change this right. `/team list` shows who that is."


@dataclass(frozen=True, slots=True)
class Member:
    """What somebody may do with a creator, and when."""

    person: DiscordUserId
    rights: Sequence[Right]
    week: Sequence[Shift]


class TeamService:
    """The creator gives rights to persons, each by itself; a manager gives what they may pass on.

    What a manager gives ends no later than their own, and they change nothing but what they gave.
    """

    def __init__(
        self, rights: RightStore, shifts: ShiftStore, defaults: DefaultStore, audit: AuditLog, clock: Clock
    ) -> None:
        self._rights = rights
        self._shifts = shifts
        self._defaults = defaults
        self._audit = audit
        self._clock = clock

    def until(self, written: str | None, zone: ZoneInfo) -> datetime | None:
        """When the right ends, as written; ``None`` for never. BadInputError says how to write it."""
        instant = schedule.parse(written, self._clock.now(), zone) if written else None
        if instant is not None and instant <= self._clock.now():
            raise BadInputError("That time has passed. Give a time to come, such as `tomorrow 18:00`.")
        return instant

    async def everything(self, grant: Grant) -> tuple[Capability, ...]:
        """What "everything" means here: all the work there is, as far as the actor may give it."""
        require(grant, Capability.MANAGE)
        if grant.is_owner:
            return WORK
        held = await self._held(grant)
        mine = (held.get((grant.actor.user, capability)) for capability in WORK)
        found = tuple(right.capability for right in mine if right is not None and right.may_pass_on)
        if not found:
            raise BadInputError("You may not pass anything on yet: ask the creator for rights with “may pass on”.")
        return found

    async def give(
        self,
        grant: Grant,
        person: DiscordUserId,
        capabilities: Iterable[Capability],
        until: datetime | None,
        *,
        may_pass_on: bool = False,
    ) -> None:
        """Let a person do these things as the creator; given again, the later end counts."""
        require(grant, Capability.MANAGE)
        self._check_person(grant, person)
        held = await self._held(grant)
        now = self._clock.now()
        new = [
            Right(
                creator=grant.creator,
                person=person,
                capability=capability,
                granted_by=grant.actor.user,
                granted_at=now,
                until=self._last_end(grant, held, capability, until),
                may_pass_on=may_pass_on,
                guild=grant.actor.guild,
            )
            for capability in capabilities
        ]
        for right in new:
            self._check_changeable(grant, held.get((person, right.capability)))
        for right in new:
            await self._rights.give(right)
            await self._note(grant, f"give {right.capability.value}", person)

    async def take(self, grant: Grant, person: DiscordUserId, capabilities: Iterable[Capability]) -> int:
        """Take rights back, at once and everywhere, with what was passed on from them; how many the person had."""
        require(grant, Capability.MANAGE)
        held = await self._held(grant)
        chosen = [held[person, capability] for capability in capabilities if (person, capability) in held]
        mine = [right for right in chosen if grant.is_owner or right.granted_by == grant.actor.user]
        if chosen and not mine:
            raise BadInputError(LEAD)
        for right in mine:
            await self._rights.take(grant.creator, person, right.capability, self._clock.now())
            await self._note(grant, f"take {right.capability.value}", person)
        return len(mine)

    async def members(self, grant: Grant) -> Sequence[Member]:
        """Everybody with a right that holds now, or will within their shifts; by person."""
        require(grant, Capability.MANAGE)
        now = self._clock.now()
        by_person: dict[DiscordUserId, list[Right]] = {}
        for right in await self._rights.on(grant.creator):
            if right.holds_at(now):
                by_person.setdefault(right.person, []).append(right)
        weeks = await self._shifts.on(grant.creator)
        return [
            Member(person, sorted(rights, key=lambda right: GIVEABLE.index(right.capability)), weeks.get(person, ()))
            for person, rights in by_person.items()
        ]

    async def check_hand_over(self, grant: Grant, giver: DiscordUserId, taker: DiscordUserId) -> Sequence[Right]:
        """What would change hands; BadInputError when that cannot be."""
        require(grant, Capability.MANAGE)
        self._check_person(grant, taker)
        if giver == taker:
            raise BadInputError("Pick two different people.")
        held = [right for right in await self._rights.on(grant.creator) if right.person == giver]
        if not held:
            raise BadInputError("They have no right that could be handed over. `/team list` shows who has which.")
        for right in held:
            self._check_changeable(grant, right)
        return sorted(held, key=lambda right: GIVEABLE.index(right.capability))

    async def hand_over(self, grant: Grant, giver: DiscordUserId, taker: DiscordUserId) -> None:
        """Everything of one person becomes the other's, in one step, what they had passed on included."""
        await self.check_hand_over(grant, giver, taker)
        await self._rights.hand_over(grant.creator, giver, taker, self._clock.now())
        await self._note(grant, "hand over from", giver)
        await self._note(grant, "hand over to", taker)

    async def set_shift(self, grant: Grant, person: DiscordUserId, shift: Shift) -> None:
        """From now on the person acts within their shifts alone; on the days of this one, it replaces others."""
        await self._check_all_changeable(grant, person)
        week = await self._shifts.of(grant.creator, person)
        await self._shifts.set(grant.creator, person, week_with(week, shift), self._clock.now())
        await self._note(grant, "set a shift of", person)

    async def lift_shifts(self, grant: Grant, person: DiscordUserId) -> None:
        """The person's rights hold at any time again."""
        await self._check_all_changeable(grant, person)
        await self._shifts.set(grant.creator, person, (), self._clock.now())
        await self._note(grant, "lift the shifts of", person)

    async def set_default(self, grant: Grant, guild: GuildId, channel: ChannelId | None) -> None:
        """Mean this creator in that channel, or in the whole server, when nobody names one; gives nobody a right."""
        require(grant, Capability.MANAGE)
        await self._defaults.set(guild, channel, grant.creator)
        await self._note(grant, "default", _extent(channel))

    async def clear_default(self, grant: Grant, guild: GuildId, channel: ChannelId | None) -> bool:
        """No longer mean this creator there; false when it was not meant."""
        require(grant, Capability.MANAGE)
        is_cleared = await self._defaults.clear(guild, channel, grant.creator)
        if is_cleared:
            await self._note(grant, "no default", _extent(channel))
        return is_cleared

    def _check_person(self, grant: Grant, person: DiscordUserId) -> None:
        if person == grant.connection.owner:
            who = "You may do everything with your own account" if grant.is_owner else "Its owner may do everything"
            raise BadInputError(f"{who} already.")
        if person == grant.actor.user:
            raise BadInputError("Nobody gives rights to themselves: ask the creator.")

    async def _held(self, grant: Grant) -> Mapping[tuple[DiscordUserId, Capability], Right]:
        now = self._clock.now()
        rights = await self._rights.on(grant.creator)
        return {(right.person, right.capability): right for right in rights if right.holds_at(now)}

    def _last_end(
        self,
        grant: Grant,
        held: Mapping[tuple[DiscordUserId, Capability], Right],
        capability: Capability,
        until: datetime | None,
    ) -> datetime | None:
        """The end a right can have: a manager's own, and their managing, are the limit."""
        if grant.is_owner:
            return until
        own = held.get((grant.actor.user, capability))
        managing = held.get((grant.actor.user, Capability.MANAGE))
        if own is None or managing is None or not own.may_pass_on:
            raise BadInputError(
                f"You may not pass on the right to {capability.phrase}: you need it yourself, with “may pass on”. "
                "Ask the creator."
            )
        return earliest(until, own.until, managing.until)

    def _check_changeable(self, grant: Grant, right: Right | None) -> None:
        if right is not None and not grant.is_owner and right.granted_by != grant.actor.user:
            raise BadInputError(LEAD)

    async def _check_all_changeable(self, grant: Grant, person: DiscordUserId) -> None:
        require(grant, Capability.MANAGE)
        theirs = [right for right in (await self._held(grant)).values() if right.person == person]
        if not theirs:
            raise BadInputError("They have no right here yet: shifts limit rights. `/team grant` comes first.")
        for right in theirs:
            self._check_changeable(grant, right)

    async def _note(self, grant: Grant, action: str, about: DiscordUserId | str) -> None:
        await self._audit.write(grant.actor, grant.creator, action, str(about), self._clock.now())


def _extent(channel: ChannelId | None) -> str:
    return "server" if channel is None else "channel"
