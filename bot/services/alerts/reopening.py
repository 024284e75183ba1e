"""Mending a place that refused cards: trying it again, or another place instead."""

from datetime import timedelta

from bot.alerts.bell import Bell
from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.alerts import PAUSED, Place, PlaceKind, Route
from bot.domain.clock import Clock
from bot.domain.errors import RIGHT_ENDED, BadInputError, DomainError
from bot.services.access import AccessService
from bot.services.alerts.routes import AlertsService
from bot.storage.deliveries.outbox import Outbox
from bot.storage.departures import DepartureStore
from bot.storage.refusals import RefusalStore
from bot.storage.routes import RouteStore

LOOK_BACK = timedelta(days=7)
NOT_THERE = "I am not in that server any more. Add me to it again, or have the alerts sent to your direct messages."
NOTHING = "Nothing rests there any more. `/alerts panel` shows where your alerts go."


class ReopeningService:
    """Each act is for those creators of the place whose alerts the person may set up, asked anew."""

    def __init__(
        self,
        *,
        access: AccessService,
        alerts: AlertsService,
        routes: RouteStore,
        refusals: RefusalStore,
        departures: DepartureStore,
        outbox: Outbox,
        due: Bell,
        clock: Clock,
    ) -> None:
        self._access = access
        self._alerts = alerts
        self._routes = routes
        self._refusals = refusals
        self._departures = departures
        self._outbox = outbox
        self._due = due
        self._clock = clock

    async def retry(self, actor: Actor, key: str) -> int:
        """Send there again, what waited included; how many cards that were. BadInputError, NotAllowedError."""
        guild = next((route.place.guild for route in await self._routes.of_place(_place(key))), None)
        if guild in await self._departures.all():
            raise BadInputError(NOT_THERE)
        revived, now = 0, self._clock.now()
        for grant, rested in await self._resting(actor, key):
            place, reasons = rested[0].place, {route.pause.reason for route in rested if route.pause}
            await self._alerts.resume(grant, place)
            await self._refusals.clear(place)
            revived += await self._outbox.revive(grant.creator, place, [PAUSED, *reasons], now - LOOK_BACK, now)
        self._due.ring()
        return revived

    async def move(self, actor: Actor, key: str) -> None:
        """Send what went there to the person's own DM instead, from now on. BadInputError, NotAllowedError."""
        for grant, rested in await self._resting(actor, key):
            place, kinds = rested[0].place, [route.kind for route in rested]
            await self._alerts.send_to(grant, Place(PlaceKind.DM, actor.user), kinds, shows_amounts=True)
            await self._alerts.stop(grant, place, kinds)
            await self._refusals.clear(place)

    async def _resting(self, actor: Actor, key: str) -> list[tuple[Grant, list[Route]]]:
        found: dict[CreatorId, list[Route]] = {}
        for route in await self._routes.of_place(_place(key)):
            if route.pause is not None:
                found.setdefault(route.creator, []).append(route)
        if not found:
            raise BadInputError(NOTHING)
        allowed: list[tuple[Grant, list[Route]]] = []
        refused: DomainError | None = None
        for creator, rested in found.items():
            try:
                allowed.append((await self._access.require(actor, creator, Capability.ALERTS), rested))
            except RIGHT_ENDED as error:
                refused = error
        if not allowed and refused is not None:
            raise refused
        return allowed


def _place(key: str) -> Place:
    kind, _, target = key.partition(":")
    if kind not in set(PlaceKind) or not target.isdecimal():
        raise BadInputError(NOTHING)
    return Place(PlaceKind(kind), int(target))
