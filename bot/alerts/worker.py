"""Delivers what is due: lease, send with a nonce, settle."""

import asyncio
import secrets

import structlog

from bot.alerts.backoff import next_try
from bot.alerts.bell import Bell
from bot.alerts.sealing import open_event
from bot.alerts.sending import Alert, Sender, TryLaterError, UndeliverableError
from bot.domain.access import Capability
from bot.domain.accounts import Connection, DiscordUserId
from bot.domain.alerts import UNWANTED, PlaceKind, Route, Sent
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.domain.faults import where
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.cards import NewCard
from bot.storage.connections import ConnectionStore
from bot.storage.events import EventStore
from bot.storage.outbox import Delivery, Outbox
from bot.storage.rights import RightStore
from bot.storage.routes import RouteStore
from bot.vault.keyring import Keyring, SealError

log = structlog.get_logger(__name__)

LEASE_SECONDS = 20
"""What another worker waits before it takes over from one that was killed."""
SEND_SECONDS = 15
"""Less than a lease: whoever sends still holds it."""
BATCH = 20
BEAT_SECONDS = 5
NONCE_SECONDS = 120


class AlertWorker:
    """One delivery, one card: the nonce covers a crash between send and settle, the history covers longer gaps."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        events: EventStore,
        connections: ConnectionStore,
        routes: RouteStore,
        rights: RightStore,
        sender: Sender,
        keyring: Keyring,
        clock: Clock,
        due: Bell,
    ) -> None:
        self._outbox = outbox
        self._events = events
        self._connections = connections
        self._routes = routes
        self._rights = rights
        self._sender = sender
        self._keyring = keyring
        self._clock = clock
        self._due = due
        self._holder = secrets.token_hex(8)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver until cancelled; a place that does not answer holds up no other."""
        try:
            while True:
                try:
                    started = await self._start_due()
                    wait = BEAT_SECONDS if started else await self._until_next()
                except StorageBusyError:
                    log.error("worker_cannot_store")
                    started, wait = 0, BEAT_SECONDS
                if not started:
                    await self._due.wait(wait)
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def deliver_due(self) -> int:
        """Deliver one batch of what is due, to its end; returns how many there were."""
        started = await self._start_due()
        await asyncio.gather(*self._under_way)
        return started

    async def _start_due(self) -> int:
        room = BATCH - len(self._under_way)
        if not room:
            return 0
        leased = await self._outbox.lease(self._holder, self._clock.now(), LEASE_SECONDS, room)
        for delivery in leased:
            task = asyncio.create_task(self._deliver(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(leased)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Its place is free again; what could not be noted stays leased, and is found again when that runs out."""
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("worker_cannot_store", error=where(error))
        self._due.ring()

    async def _until_next(self) -> float:
        due_at = await self._outbox.next_due_at()
        if due_at is None:
            return BEAT_SECONDS
        return min(BEAT_SECONDS, max(0.05, (due_at - self._clock.now()).total_seconds()))

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            alert = await self._wanted(delivery)
            sent = None if alert is None else await self._send_once(delivery, alert)
        except UndeliverableError as error:
            log.warning("card_undeliverable", delivery=delivery.id, reason=error.reason)
            await self._outbox.settle_dead(delivery.id, error.reason, self._clock.now())
        except (SealError, UnexpectedAnswerError) as error:
            await self._outbox.settle_dead(delivery.id, f"unreadable: {type(error).__name__}", self._clock.now())
        except TryLaterError as error:
            await self._put_off(delivery, error)
        except Exception as error:  # noqa: BLE001 - one bad card must not stop the others
            log.error("card_failed", delivery=delivery.id, error=where(error))
            await self._put_off(delivery, TryLaterError())
        else:
            await self._settle(delivery, alert, sent)

    async def _wanted(self, delivery: Delivery) -> Alert | None:
        """What to send, when connection and route still stand and whoever set it up still may."""
        stored = await self._events.by_id(delivery.event_id)
        if stored is None:
            return None
        connection, routes = await asyncio.gather(
            self._connections.of_creator(stored.creator), self._routes.for_event(stored.creator, stored.kind)
        )
        if connection is None:
            return None
        for route in routes:
            if route.place.key == delivery.place.key and await self._may_route(route, connection):
                event = open_event(self._keyring, stored)
                return Alert(delivery.id, event, connection.account.handle, route.shows_amounts)
        return None

    async def _may_route(self, route: Route, connection: Connection) -> bool:
        people = {route.set_by}
        if route.place.kind is PlaceKind.DM:
            people.add(DiscordUserId(route.place.target))
        for person in people - {connection.owner}:
            if not await self._rights.holds(person, route.creator, Capability.ALERTS, self._clock.now()):
                return False
        return True

    async def _send_once(self, delivery: Delivery, alert: Alert) -> Sent:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._found_or_sent(delivery, alert)
        except TimeoutError:
            raise TryLaterError from None

    async def _found_or_sent(self, delivery: Delivery, alert: Alert) -> Sent:
        first = delivery.first_tried_at
        if first is not None and (self._clock.now() - first).total_seconds() > NONCE_SECONDS:
            found = await self._sender.find(alert, delivery.place)
            if found is not None:
                return found
        return await self._sender.send(alert, delivery.place)

    async def _put_off(self, delivery: Delivery, error: TryLaterError) -> None:
        now = self._clock.now()
        due_at = next_try(
            delivery.attempts, delivery.first_tried_at or now, now, at_least_seconds=error.at_least_seconds
        )
        if due_at is None:
            await self._outbox.settle_dead(delivery.id, "Discord did not take it for a day", now)
        else:
            await self._outbox.retry(delivery.id, self._holder, due_at, "Discord did not take it")

    async def _settle(self, delivery: Delivery, alert: Alert | None, sent: Sent | None) -> None:
        if alert is None or sent is None:
            await self._outbox.settle_dead(delivery.id, UNWANTED, self._clock.now())
            return
        event = alert.event
        await self._outbox.settle_sent(
            delivery.id,
            self._holder,
            NewCard(
                message=sent.message,
                channel=sent.channel,
                delivery=delivery.id,
                creator=event.creator,
                fan=event.fan.id if event.fan else None,
                fanvue_message=event.message_uuid,
            ),
            self._clock.now(),
        )
