"""What works and what does not, as values, for those who may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.access import Actor, Capability
from bot.domain.accounts import Connection, CreatorId
from bot.domain.alerts import UNWANTED, Place
from bot.domain.clock import Clock
from bot.services.access import AccessService
from bot.storage.dms import DmStore
from bot.storage.events import EventStore
from bot.storage.outbox import Outbox, Unsent
from bot.storage.routes import RouteStore

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AlertsStatus:
    """How one creator's alerts are doing; ``unsent`` are cards that wait, or died within a day."""

    received_at: datetime | None
    places: Sequence[Place]
    unsent: Sequence[Unsent]


@dataclass(frozen=True, slots=True)
class CreatorStatus:
    """One creator; ``alerts`` only for those who may set them up."""

    connection: Connection
    is_own: bool
    alerts: AlertsStatus | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything one person may know, their own account first."""

    creators: Sequence[CreatorStatus]
    has_dm: bool
    """Whether the person's DM channel is known."""


class StatusService:
    """Reads alone; asks Fanvue and Discord nothing."""

    def __init__(
        self,
        *,
        access: AccessService,
        events: EventStore,
        outbox: Outbox,
        routes: RouteStore,
        dms: DmStore,
        clock: Clock,
    ) -> None:
        self._access = access
        self._events = events
        self._outbox = outbox
        self._routes = routes
        self._dms = dms
        self._clock = clock

    async def of(self, actor: Actor) -> Status:
        """The status of the actor's own account and of those they hold a right on."""
        found: dict[CreatorId, Connection] = {}
        alerting: Mapping[CreatorId, Connection] = {}
        for capability in (Capability.MANAGE, *(one for one in Capability if one is not Capability.MANAGE)):
            held = {one.account.id: one for one in await self._access.creators_for(actor, capability)}
            found.update(held)
            if capability is Capability.ALERTS:
                alerting = held
        creators = [
            CreatorStatus(one, one.owner == actor.user, await self._alerts(one) if key in alerting else None)
            for key, one in found.items()
        ]
        return Status(creators, await self._dms.channel_of(actor.user) is not None)

    async def _alerts(self, connection: Connection) -> AlertsStatus:
        creator = connection.account.id
        places = {route.place.key: route.place for route in await self._routes.of_creator(creator)}
        unsent = await self._outbox.unsent(creator, self._clock.now() - RECENT)
        return AlertsStatus(
            received_at=await self._events.last_received_at(creator),
            places=tuple(places.values()),
            unsent=[entry for entry in unsent if entry.reason != UNWANTED],
        )
