"""Who may do what: makes a grant for one act, from storage, or refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access import Actor, Capability, Grant, Right
from bot.domain.accounts import Creator, CreatorId, DiscordUserId
from bot.domain.clock import Clock
from bot.domain.errors import (
    BadInputError,
    DomainError,
    NotAllowedError,
    NotConnectedError,
    OffShiftError,
    PickCreatorError,
    UnknownCreatorError,
)
from bot.domain.membership import Memberships
from bot.domain.shifts import Shift, is_on_shift, next_shift
from bot.services.managed import ManagedCreatorsService
from bot.storage.audit import AuditLog
from bot.storage.creators import CreatorStore
from bot.storage.defaults import DefaultStore
from bot.storage.rights import RightStore
from bot.storage.shifts import ShiftStore

NOBODY_MANAGED = (
    "Your agency account manages no creator at Fanvue that I can see. Add one there, or allow it with `/connect`."
)


@dataclass(frozen=True, slots=True)
class Held:
    """A creator, and what storage just told that somebody was given on it; ``None`` for its owner."""

    creator: Creator
    right: Right | None = None
    week: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Resting:
    """A creator somebody has rights on, off shift; when the next one begins."""

    creator: Creator
    begins_at: datetime | None


class AccessService:
    """The only maker of grants; nothing is remembered between two acts."""

    def __init__(
        self,
        *,
        creators: CreatorStore,
        rights: RightStore,
        shifts: ShiftStore,
        defaults: DefaultStore,
        memberships: Memberships,
        managed: ManagedCreatorsService,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._creators = creators
        self._rights = rights
        self._shifts = shifts
        self._defaults = defaults
        self._memberships = memberships
        self._managed = managed
        self._audit = audit
        self._clock = clock

    async def require(self, actor: Actor, creator: CreatorId, capability: Capability) -> Grant:
        """A grant for this act on this creator.

        Raises UnknownCreatorError when nobody has connected the creator; NotAllowedError or OffShiftError (and
        writes it down) when the actor lacks this right on it now. For what people type use ``choose``, which tells
        no more than they may know.
        """
        subject = await self._creators.find(creator)
        if subject is None:
            raise UnknownCreatorError
        return await self._granted(actor, await self._held(actor.user, subject, capability), capability)

    async def choose(self, actor: Actor, creator: str | None, *capabilities: Capability) -> Grant:
        """A grant for the creator named (an id or a handle), else for the one that is meant here.

        That is the default of the channel, of the server, the only one there is, or the actor's own. Of several
        capabilities it is for the first that the actor has on that creator. Raises NotConnectedError,
        UnknownCreatorError, PickCreatorError (several to choose from) and what ``require`` does.
        """
        own = await self._own(actor.user, capabilities[0], is_asked_anew=True)
        given = await self._given_any(actor.user, capabilities, besides=own)
        now = self._clock.now()
        is_anybody_now = bool(own) or any(is_on_shift(one.week, now) for one in given)
        usable = [one for one in given if creator or not is_anybody_now or is_on_shift(one.week, now)]
        choices = own + [one.creator for one in usable]
        if creator:
            choices = [one for one in choices if _is_named(one, creator)]
        if not choices:
            await self._refuse_where_known(actor, creator, capabilities[-1])
            raise UnknownCreatorError if creator else NotConnectedError
        meant = await self._meant(actor, choices)
        held = next((one for one in usable if one.creator is meant), Held(meant))
        return await self._granted(actor, held, held.right.capability if held.right else capabilities[0])

    async def choose_own(self, actor: Actor, creator: str | None) -> Grant:
        """A grant for what is decided by whoever connected a creator alone, or the account that manages them.

        Raises what ``choose`` does.
        """
        own = await self._own(actor.user, Capability.MANAGE, is_asked_anew=True)
        choices = [one for one in own if not creator or _is_named(one, creator)]
        if not choices:
            await self._refuse_where_known(actor, creator, Capability.OWN)
            raise UnknownCreatorError if creator else NotConnectedError
        return Grant.on(await self._meant(actor, choices), actor, Capability.OWN)

    async def creators_for(self, actor: Actor, *capabilities: Capability) -> list[Creator]:
        """The creators this person may use now in one of these ways, own ones first; asks nobody outside."""
        own = await self._own(actor.user, capabilities[0])
        now = self._clock.now()
        given = await self._given_any(actor.user, capabilities, besides=own)
        return own + [one.creator for one in given if is_on_shift(one.week, now)]

    async def resting(self, person: DiscordUserId) -> list[Resting]:
        """Where the person has rights, and is off shift now."""
        now = self._clock.now()
        held = dict.fromkeys(right.creator for right in await self._rights.of(person) if right.holds_at(now))
        weeks = await self._shifts.of_person(person) if held else {}
        away = {identity: week for identity, week in weeks.items() if identity in held and not is_on_shift(week, now)}
        found = [(await self._creators.find(identity), week) for identity, week in away.items()]
        return [Resting(one, next_shift(week, now)) for one, week in found if one is not None]

    async def may(self, person: DiscordUserId, creator: CreatorId, capability: Capability) -> bool:
        """Whether somebody may at this moment: to show or leave out what would be refused; nothing is written down."""
        return await self._refusal(person, creator, capability) is None

    async def holds(self, person: DiscordUserId, creator: CreatorId, capability: Capability) -> bool:
        """Whether somebody still has the right, on shift or off: for what they left behind while they were on it."""
        refusal = await self._refusal(person, creator, capability)
        return refusal is None or isinstance(refusal, OffShiftError)

    async def others_may(self, grant: Grant, capability: Capability) -> bool:
        """Whether anybody but the actor was given that right on the creator, or owns it."""
        if not grant.is_owner:
            return True
        now = self._clock.now()
        held = await self._rights.on(grant.creator)
        return any(right.capability is capability and right.holds_at(now) for right in held)

    async def _refuse_where_known(self, actor: Actor, named: str | None, capability: Capability) -> None:
        """Whoever has or had another right on the creator that is meant hears that this one is missing.

        Whoever works for others alone hears that what takes an account of one's own is not theirs.
        """
        rights = await self._rights.of(actor.user)
        if not capability.is_giveable:
            if any(right.holds_at(self._clock.now()) for right in rights):
                raise NotAllowedError(capability)
            return
        for identity in dict.fromkeys(right.creator for right in rights):
            subject = await self._creators.find(identity)
            if subject is not None and (named is None or _is_named(subject, named)):
                await self._granted(actor, await self._held(actor.user, subject, capability), capability)

    async def _granted(self, actor: Actor, held: "Held", capability: Capability) -> Grant:
        subject = held.creator
        try:
            await self._check(actor, held, capability)
        except DomainError as error:
            outcome = "off shift" if isinstance(error, OffShiftError) else "refused"
            await self._audit.write(actor, subject.id, capability.value, outcome, self._clock.now())
            raise
        return Grant.on(subject, actor, capability)

    async def _held(self, person: DiscordUserId, subject: Creator, capability: Capability) -> "Held":
        """What the person has on that creator, as it is stored now."""
        if subject.owner == person:
            return Held(subject)
        right = await self._rights.held(person, subject.id, capability)
        return Held(subject, right, await self._shifts.of(subject.id, person) if right else ())

    async def _refusal(
        self, person: DiscordUserId, creator: CreatorId, capability: Capability
    ) -> UnknownCreatorError | NotAllowedError | OffShiftError | None:
        subject = await self._creators.find(creator)
        if subject is None:
            return UnknownCreatorError()
        try:
            await self._check(Actor(person, ""), await self._held(person, subject, capability), capability)
        except (NotAllowedError, OffShiftError) as refusal:
            return refusal
        return None

    async def _check(self, actor: Actor, held: "Held", capability: Capability) -> None:
        subject, right, now = held.creator, held.right, self._clock.now()
        if subject.owner == actor.user:
            return
        if right is None or not capability.is_giveable or not right.holds_at(now):
            raise NotAllowedError(capability)
        if not is_on_shift(held.week, now):
            raise OffShiftError(subject.account.handle, next_shift(held.week, now))
        if not await self._is_member(actor, right):
            raise NotAllowedError(capability)

    async def _is_member(self, actor: Actor, right: Right) -> bool:
        """Acting in a server proves being in it; about any other, and about what is found later, Discord is asked."""
        if right.guild is None or (actor.is_there and right.guild == actor.guild):
            return True
        return await self._memberships.is_member(right.guild, actor.user)

    async def _own(
        self, person: DiscordUserId, capability: Capability, *, is_asked_anew: bool = False
    ) -> list[Creator]:
        """The person's account and those it manages; an account that is no creator itself can only be owned."""
        found = await self._creators.of_owner(person)
        if not found or capability is Capability.OWN:
            return found[:1]
        account = found[0].connection
        if is_asked_anew and not account.account.is_creator:
            await self._managed.keep_fresh(account)
            found = await self._creators.of_owner(person)
        creators = [one for one in found if one.managed or one.account.is_creator]
        if is_asked_anew and not creators:
            raise BadInputError(NOBODY_MANAGED)
        return creators

    async def _given_any(
        self, person: DiscordUserId, capabilities: Sequence[Capability], *, besides: Sequence[Creator]
    ) -> list["Held"]:
        """What the person was given, each creator once, with the first of these rights."""
        found: list[Held] = []
        for capability in capabilities:
            found += await self._given(person, capability, besides=[*besides, *(one.creator for one in found)])
        return found

    async def _given(
        self, person: DiscordUserId, capability: Capability, *, besides: Sequence[Creator]
    ) -> list["Held"]:
        """What the person was given on creators of others, on shift or off."""
        if not capability.is_giveable:
            return []
        now, own = self._clock.now(), {one.id for one in besides}
        found = [
            (right, creator)
            for right, creator in await self._rights.given(person, capability)
            if right.holds_at(now) and creator.id not in own and creator.owner != person
        ]
        weeks = await self._shifts.of_person(person) if found else {}
        return [Held(creator, right, weeks.get(creator.id, ())) for right, creator in found]

    async def _meant(self, actor: Actor, choices: Sequence[Creator]) -> Creator:
        if len(choices) == 1:
            return choices[0]
        if actor.guild is not None:
            for default in await self._defaults.of(actor.guild, actor.channel):
                for one in choices:
                    if one.id == default:
                        return one
        if choices[0].owner == actor.user and not choices[0].managed:
            return choices[0]
        raise PickCreatorError([one.account for one in choices])


def _is_named(creator: Creator, words: str) -> bool:
    """Whether an option's value means this creator: an id from the list, or a handle somebody typed."""
    return words.removeprefix("@").lower() in {creator.id.lower(), creator.account.handle.lower()}


def require(grant: Grant, capability: Capability) -> None:
    """NotAllowedError unless the grant was given for this."""
    if grant.capability is not capability:
        raise NotAllowedError(capability)
