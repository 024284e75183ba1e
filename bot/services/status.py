"""What works and what does not, as values, for those who may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access import GIVEABLE, Actor, Capability
from bot.domain.accounts import Connection, Creator, CreatorId
from bot.domain.alerts import UNWANTED, Place, Route
from bot.domain.catching_up import Polling
from bot.domain.clock import Clock
from bot.domain.subscribers import ENDINGS, can_be_looked_for
from bot.fanvue.limits import Room
from bot.services.access import AccessService, Resting
from bot.storage.cursors import CursorStore
from bot.storage.deliveries.outbox import Outbox, Unsent
from bot.storage.dms import DmStore
from bot.storage.events import EventStore
from bot.storage.routes import RouteStore
from bot.storage.subscribers import SubscriberLists
from bot.vault.gate import Gate

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """One place alerts go to."""

    place: Place
    roles: Sequence[int]
    """Whom its rules mention."""
    resting: str | None
    """Why its rules rest; ``None`` while they work."""


@dataclass(frozen=True, slots=True)
class Endings:
    """How subscriptions that end are looked for, which no list of Fanvue's tells by itself."""

    can_be_found: bool
    """Whether this creator's grant lets us."""
    read_at: datetime | None
    """When Fanvue was last asked who is subscribed."""


@dataclass(frozen=True, slots=True)
class AlertsStatus:
    """How one creator's alerts are doing; ``unsent`` are cards that wait, or died within a day."""

    received_at: datetime | None
    polling: Polling
    places: Sequence[PlaceStatus]
    unsent: Sequence[Unsent]
    endings: Endings | None
    """How subscriptions that end are looked for; ``None`` where no rule asks for them."""


@dataclass(frozen=True, slots=True)
class CreatorStatus:
    """One creator; ``alerts`` only for those who may set them up."""

    creator: Creator
    is_own: bool
    room: Room | None
    """What is left of Fanvue's limit; ``None`` while nothing was asked lately."""
    alerts: AlertsStatus | None

    @property
    def connection(self) -> Connection:
        """The connection by which the creator is reached."""
        return self.creator.connection


@dataclass(frozen=True, slots=True)
class Status:
    """Everything one person may know, their own account first."""

    creators: Sequence[CreatorStatus]
    has_dm: bool
    """Whether the person's DM channel is known."""
    resting: Sequence[Resting] = ()
    """Whom the person acts for, but not now."""


class StatusService:
    """Reads alone; asks Fanvue and Discord nothing."""

    def __init__(
        self,
        *,
        access: AccessService,
        gate: Gate,
        events: EventStore,
        cursors: CursorStore,
        outbox: Outbox,
        routes: RouteStore,
        dms: DmStore,
        subscribers: SubscriberLists,
        clock: Clock,
    ) -> None:
        self._access = access
        self._gate = gate
        self._events = events
        self._cursors = cursors
        self._outbox = outbox
        self._routes = routes
        self._dms = dms
        self._subscribers = subscribers
        self._clock = clock

    async def of(self, actor: Actor) -> Status:
        """The status of the actor's own account and of those they hold a right on."""
        found: dict[CreatorId, Creator] = {}
        alerting: Mapping[CreatorId, Creator] = {}
        for capability in (Capability.OWN, *GIVEABLE):
            held = {one.id: one for one in await self._access.creators_for(actor, capability)}
            found.update(held)
            if capability is Capability.ALERTS:
                alerting = held
        creators = [
            CreatorStatus(
                one,
                one.owner == actor.user,
                self._gate.room(one),
                await self._alerts(one) if key in alerting else None,
            )
            for key, one in found.items()
        ]
        has_dm = await self._dms.channel_of(actor.user) is not None
        return Status(creators, has_dm, await self._access.resting(actor.user))

    async def _alerts(self, shown: Creator) -> AlertsStatus:
        creator = shown.id
        routes = await self._routes.of_creator(creator)
        unsent = await self._outbox.unsent(creator, self._clock.now() - RECENT)
        return AlertsStatus(
            received_at=await self._events.last_received_at(creator),
            polling=await self._cursors.of_creator(creator),
            places=_places(routes),
            unsent=[entry for entry in unsent if entry.reason != UNWANTED],
            endings=await self._endings(shown, routes),
        )

    async def _endings(self, creator: Creator, routes: Sequence[Route]) -> Endings | None:
        if not any(route.kind in ENDINGS and route.pause is None for route in routes):
            return None
        return Endings(can_be_looked_for(creator), await self._subscribers.read_at(creator.id))


def _places(routes: Sequence[Route]) -> Sequence[PlaceStatus]:
    found: dict[str, PlaceStatus] = {}
    for route in routes:
        known = found.get(route.place.key)
        roles = {*(known.roles if known else ()), *([route.wishes.role] if route.wishes.role else ())}
        resting = route.pause.reason if route.pause else known.resting if known else None
        found[route.place.key] = PlaceStatus(route.place, sorted(roles), resting)
    return tuple(found.values())
