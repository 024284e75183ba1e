"""Where Discord's own Reply sends: from age-restricted places always, from others as the creator chose."""

from dataclasses import dataclass

from bot.domain.access import Capability, Grant
from bot.domain.alerts import PlaceKind
from bot.domain.clock import Clock
from bot.services.access import require
from bot.storage.audit import AuditLog
from bot.storage.reply_places import DIRECT, ReplyPlace, ReplyPlaceStore
from bot.storage.routes import RouteStore

__all__ = ["DIRECT", "ReplyPlacesService", "Standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A place that cards come to, and whether replies are sent from it though it is not age-restricted."""

    place: int
    is_allowed: bool


class ReplyPlacesService:
    """What a team writes is held to what fans write: adult words need an age-restricted place, or a private one."""

    def __init__(self, choices: ReplyPlaceStore, routes: RouteStore, audit: AuditLog, clock: Clock) -> None:
        self._choices = choices
        self._routes = routes
        self._audit = audit
        self._clock = clock

    async def allows(self, grant: Grant, place: int) -> bool:
        """Whether a reply written there is sent; ``place`` is a channel, a thread's parent, or ``DIRECT``."""
        if grant.actor.is_age_restricted:
            return True
        return (await self._choices.of_creator(grant.creator)).get(place, place == DIRECT)

    async def all(self, grant: Grant) -> list[Standing]:
        """Every place that cards come to, or that was chosen about; direct messages first."""
        chosen = await self._choices.of_creator(grant.creator)
        routes = await self._routes.of_creator(grant.creator)
        known = {route.place.target for route in routes if route.place.kind is not PlaceKind.DM}
        places = [DIRECT, *sorted((known | chosen.keys()) - {DIRECT})]
        return [Standing(place, chosen.get(place, place == DIRECT)) for place in places]

    async def choose(self, grant: Grant, place: int, *, is_allowed: bool) -> None:
        """Send from there, or no longer; the creator's own choice."""
        require(grant, Capability.OWN)
        now = self._clock.now()
        await self._choices.set(ReplyPlace(grant.creator, place, is_allowed, grant.actor.user, now))
        await self._audit.write(grant.actor, grant.creator, "reply place", "on" if is_allowed else "off", now)
