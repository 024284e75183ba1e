"""Why a card came, and not hearing of something for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from bot.alerts.sealing import open_event
from bot.domain.access import Actor, Capability, Grant
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, CardUnknownError, NotAllowedError
from bot.domain.events import Event, EventKind
from bot.domain.rules import Mute, MuteScope, MuteSubject
from bot.fanvue.errors import UnexpectedAnswerError
from bot.services.access import AccessService
from bot.storage.audit import AuditLog
from bot.storage.deliveries.outbox import Outbox
from bot.storage.events import EventStore
from bot.storage.mutes import MuteStore
from bot.storage.routes import RouteStore
from bot.vault.keyring import Keyring, SealError

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a card came from: the event, its place, and the rule as it is now."""

    grant: Grant
    event: Event
    place: Place
    route: Route | None
    comes_to_me: bool
    """Whether some rule sends such events to the person's own direct messages."""

    @property
    def may_change(self) -> bool:
        """Whether this person sets up alerts, and so may mute for all."""
        return self.grant.capability is Capability.ALERTS


@dataclass(frozen=True, slots=True)
class NamedMute:
    """A mute with what to call it."""

    mute: Mute
    label: str


class MutingService:
    """A mute for me touches my own direct messages alone; one for all touches every place of the creator."""

    def __init__(
        self,
        *,
        access: AccessService,
        mutes: MuteStore,
        outbox: Outbox,
        events: EventStore,
        routes: RouteStore,
        audit: AuditLog,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._access = access
        self._mutes = mutes
        self._outbox = outbox
        self._events = events
        self._routes = routes
        self._audit = audit
        self._keyring = keyring
        self._clock = clock

    async def origin(self, actor: Actor, delivery_id: int) -> Origin:
        """Why a card came, for those who may set up alerts or answer. CardUnknownError, NotAllowedError otherwise."""
        delivery = await self._outbox.by_id(delivery_id)
        stored = await self._events.by_id(delivery.event_id) if delivery else None
        if delivery is None or stored is None:
            raise CardUnknownError
        may_set = await self._access.may(actor.user, stored.creator, Capability.ALERTS)
        capability = Capability.ALERTS if may_set else Capability.REPLY
        grant = await self._access.require(actor, stored.creator, capability)
        try:
            event = open_event(self._keyring, stored)
        except (SealError, UnexpectedAnswerError):
            raise CardUnknownError from None
        route = await self._routes.one(stored.creator, stored.kind, delivery.place.key)
        return Origin(grant, event, delivery.place, route, await self.comes_to_me(grant, stored.kind))

    async def comes_to_me(self, grant: Grant, kind: EventKind) -> bool:
        """Whether a mute for oneself changes anything: only one's own direct messages can be spared."""
        own = Place(PlaceKind.DM, grant.actor.user)
        return await self._routes.one(grant.creator, kind, own.key) is not None

    async def mute(
        self, origin: Origin, scope: MuteScope, subject: MuteSubject, seconds: int | None, label: str
    ) -> Mute:
        """Mute what a card is about, for so long or until it is undone; ``label`` is what lists will call it."""
        place = Place(PlaceKind.DM, origin.grant.actor.user) if scope is MuteScope.ME else origin.place
        match subject:
            case MuteSubject.FAN if origin.event.fan is not None:
                value: str = origin.event.fan.id
            case MuteSubject.FAN:
                raise BadInputError("This card is about no single fan. Mute its kind or its place instead.")
            case MuteSubject.KIND:
                value = origin.event.kind.value
            case MuteSubject.PLACE:
                value = place.key
        return await self.add(origin.grant, scope, subject, value, seconds, label)

    async def mute_kind(self, grant: Grant, scope: MuteScope, kind: EventKind, seconds: int | None, label: str) -> Mute:
        """Mute a kind of event of the creator."""
        return await self.add(grant, scope, MuteSubject.KIND, kind.value, seconds, label)

    async def add(
        self, grant: Grant, scope: MuteScope, subject: MuteSubject, value: str, seconds: int | None, label: str
    ) -> Mute:
        """Mute it from now on; NotAllowedError for all without the right to set up alerts."""
        if scope is MuteScope.ALL and grant.capability is not Capability.ALERTS:
            raise NotAllowedError(Capability.ALERTS)
        now = self._clock.now()
        until = None if seconds is None else now + min(timedelta(seconds=seconds), LONGEST)
        mute = Mute(uuid4().hex, grant.creator, scope, grant.actor.user, subject, value, until, now)
        await self._mutes.add(mute, self._keyring.seal(label, identity=_identity(mute)))
        await self._audit.write(grant.actor, grant.creator, f"mute for {scope.value}", "done", now)
        return mute

    async def muted(self, grant: Grant) -> Sequence[NamedMute]:
        """What is muted now for all, and for the actor."""
        found = await self._mutes.of_creator(grant.creator, self._clock.now())
        return [
            NamedMute(mute, self._label(mute, sealed))
            for mute, sealed in found
            if mute.scope is MuteScope.ALL or mute.person == grant.actor.user
        ]

    async def undo(self, grant: Grant, mute_id: str) -> NamedMute | None:
        """Hear of it again; ``None`` when that was done already. One's own always, what is for all with the right."""
        for named in await self.muted(grant):
            if named.mute.id == mute_id:
                if named.mute.scope is MuteScope.ALL and grant.capability is not Capability.ALERTS:
                    raise NotAllowedError(Capability.ALERTS)
                await self._mutes.remove(grant.creator, mute_id)
                await self._audit.write(grant.actor, grant.creator, "mute undone", "done", self._clock.now())
                return named
        return None

    async def sweep(self) -> None:
        """Forget mutes that have run out."""
        await self._mutes.sweep(self._clock.now())

    def _label(self, mute: Mute, sealed: str) -> str:
        try:
            return self._keyring.open(sealed, identity=_identity(mute))
        except SealError:
            return mute.subject.value


def _identity(mute: Mute) -> str:
    return f"mute:{mute.id}"
