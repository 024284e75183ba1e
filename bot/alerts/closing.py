"""What happens to a place that refuses cards for good: its rules rest, and their owners are told once."""

import structlog

from bot.alerts.sending import Herald, Notice, UndeliverableError
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.clock import Clock
from bot.domain.faults import where
from bot.storage.connections import ConnectionStore
from bot.storage.refusals import RefusalStore
from bot.storage.routes import RouteStore

log = structlog.get_logger(__name__)


class Closing:
    """Nothing is sent to a closed place, so a refusal costs one request; each owner hears of it once."""

    def __init__(
        self,
        routes: RouteStore,
        refusals: RefusalStore,
        connections: ConnectionStore,
        herald: Herald,
        clock: Clock,
    ) -> None:
        self._routes = routes
        self._refusals = refusals
        self._connections = connections
        self._herald = herald
        self._clock = clock

    async def close(self, place: Place, error: UndeliverableError) -> None:
        """Pause what goes there and tell whose it is; failing to tell changes nothing about the pause."""
        await self._routes.pause(place, error.reason, self._clock.now())
        try:
            for owner, creators in (await self._owners(place)).items():
                if await self._refusals.claim(place, owner, error.cause, self._clock.now()):
                    notice = Notice(place, tuple(creators.items()), error.reason)
                    await self._herald.tell(notice, owner, await self._others(place, owner, creators))
        except Exception as problem:  # noqa: BLE001 - the cards of other places must not wait for a notice
            log.error("refusal_not_told", error=where(problem))

    async def _owners(self, place: Place) -> dict[DiscordUserId, dict[CreatorId, str]]:
        """Whose cards went there: creators and their handles by owner."""
        found: dict[DiscordUserId, dict[CreatorId, str]] = {}
        for creator in {route.creator for route in await self._routes.of_place(place)}:
            connection = await self._connections.of_creator(creator)
            if connection is not None:
                found.setdefault(connection.owner, {})[creator] = connection.account.handle
        return found

    async def _others(self, place: Place, owner: DiscordUserId, creators: dict[CreatorId, str]) -> tuple[Place, ...]:
        """Where else these creators' cards go, but for other people's direct messages and what rests."""
        found: dict[str, Place] = {}
        for creator in creators:
            for route in await self._routes.of_creator(creator):
                is_private = route.place.kind is PlaceKind.DM and route.place.target != owner
                if route.place.key != place.key and route.pause is None and not is_private:
                    found[route.place.key] = route.place
        return tuple(found.values())
