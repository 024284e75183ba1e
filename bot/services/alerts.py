"""Where a creator's alerts go."""

from collections.abc import Iterable, Sequence

from bot.domain.access import Capability, Grant
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.clock import Clock
from bot.domain.errors import NotAllowedError
from bot.domain.events import EventKind
from bot.storage.routes import RouteStore

CARD_KINDS = tuple(kind for kind in EventKind if kind.has_card)


class AlertsService:
    """Sets and shows routes; what a person may set is checked by the grant, the channel by the front door."""

    def __init__(self, routes: RouteStore, clock: Clock) -> None:
        self._routes = routes
        self._clock = clock

    async def routes(self, grant: Grant) -> Sequence[Route]:
        """Every route of the creator."""
        self._check(grant)
        return await self._routes.of_creator(grant.creator)

    async def send_to(self, grant: Grant, place: Place, kinds: Iterable[EventKind], *, shows_amounts: bool) -> None:
        """Send these kinds of the creator's events to a place from now on."""
        self._check(grant)
        for kind in kinds:
            route = Route(grant.creator, kind, place, grant.actor.user, shows_amounts)
            await self._routes.set(route, self._clock.now())

    async def stop(self, grant: Grant, place: Place, kinds: Iterable[EventKind] = CARD_KINDS) -> None:
        """No longer send these kinds there."""
        self._check(grant)
        for kind in kinds:
            await self._routes.remove(grant.creator, kind, place)

    def own_dm(self, grant: Grant) -> Place:
        """The actor's own DM."""
        return Place(PlaceKind.DM, grant.actor.user)

    def _check(self, grant: Grant) -> None:
        if grant.capability is not Capability.ALERTS:
            raise NotAllowedError(Capability.ALERTS)
