"""Turns stored events into deliveries; starts with what a restart left behind."""

from collections.abc import Sequence

import structlog

from bot.alerts.bell import Bell
from bot.alerts.routing import routes_for
from bot.alerts.sealing import open_event
from bot.domain.accounts import CreatorId
from bot.domain.alerts import Route
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.domain.events import EventKind
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.events import EventStore, StoredEvent
from bot.storage.routes import RouteStore
from bot.vault.keyring import Keyring, SealError

log = structlog.get_logger(__name__)

BATCH = 100
BEAT_SECONDS = 5


class Router:
    """Each stored event is routed once, in order, in one transaction with its deliveries."""

    def __init__(
        self, events: EventStore, routes: RouteStore, keyring: Keyring, clock: Clock, *, stored: Bell, due: Bell
    ) -> None:
        self._events = events
        self._routes = routes
        self._keyring = keyring
        self._clock = clock
        self._stored = stored
        self._due = due

    async def run(self) -> None:
        """Route until cancelled."""
        while True:
            try:
                routed = await self.route_waiting()
            except StorageBusyError:
                log.error("router_cannot_store")
                routed = 0
            if not routed:
                await self._stored.wait(BEAT_SECONDS)

    async def route_waiting(self) -> int:
        """Route one batch of what waits, in one commit; returns how many there were."""
        waiting = await self._events.unrouted(BATCH)
        if not waiting:
            return 0
        chosen = await self._routes_of(waiting)
        routed = [(stored.id, self._places(stored, chosen[stored.creator, stored.kind])) for stored in waiting]
        await self._events.route_many(routed, self._clock.now())
        self._due.ring()
        log.info("events_routed", count=len(waiting))
        return len(waiting)

    async def _routes_of(self, waiting: Sequence[StoredEvent]) -> dict[tuple[CreatorId, EventKind], list[Route]]:
        """The routes of each creator and kind among them, asked once."""
        wanted = {(stored.creator, stored.kind) for stored in waiting}
        return {
            (creator, kind): await self._routes.for_event(creator, kind) if kind.has_card else []
            for creator, kind in wanted
        }

    def _places(self, stored: StoredEvent, routes: Sequence[Route]) -> tuple[Route, ...]:
        try:
            event = open_event(self._keyring, stored)
        except (SealError, UnexpectedAnswerError) as error:
            log.error("event_unreadable", error=type(error).__name__)
            return ()
        return routes_for(event, routes)
