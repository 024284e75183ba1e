"""Turns stored events into deliveries; starts with what a restart left behind."""

import structlog

from bot.alerts.bell import Bell
from bot.alerts.routing import routes_for
from bot.alerts.sealing import open_event
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
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
        """Route one batch of what waits; returns how many there were."""
        waiting = await self._events.unrouted(BATCH)
        for stored in waiting:
            await self._route(stored)
        if waiting:
            self._due.ring()
        return len(waiting)

    async def _route(self, stored: StoredEvent) -> None:
        try:
            event = open_event(self._keyring, stored)
        except (SealError, UnexpectedAnswerError) as error:
            log.error("event_unreadable", error=type(error).__name__)
            await self._events.route(stored.id, (), self._clock.now())
            return
        routes = routes_for(event, await self._routes.for_event(event.creator, event.kind))
        await self._events.route(stored.id, routes, self._clock.now())
        log.info("event_routed", kind=event.kind.value, count=len(routes))
