"""Turns stored events into deliveries; starts with what a restart left behind."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.alerts.bell import Bell
from bot.alerts.board import Board
from bot.alerts.handover import Handover
from bot.alerts.mirroring import Mirror
from bot.alerts.retelling import Retelling
from bot.alerts.routing import decide
from bot.alerts.sealing import open_event
from bot.alerts.worker import AlertWorker
from bot.domain.accounts import CreatorId, FanId
from bot.domain.alerts import Dispatch, Route
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.domain.events import Event, EventKind
from bot.domain.faults import where
from bot.domain.rules import Mute, Spender
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.arrivals import ArrivalStore, Arrived
from bot.storage.deliveries.at_once import AtOnce
from bot.storage.deliveries.leasing import Lease, Parcel
from bot.storage.deliveries.outbox import Outbox
from bot.storage.deliveries.standing import Standing, StandingStore
from bot.storage.events import EventStore, NewEvent, StoredEvent
from bot.storage.mutes import MuteStore
from bot.storage.spenders import SpenderStore
from bot.vault.keyring import Keyring, SealError

log = structlog.get_logger(__name__)

BATCH = 100
FORWARDED_AT_ONCE = 4
"""More at once is a crowd: it is stored as fast as possible, and routed after that."""
BEAT_SECONDS = 5
BEAT = timedelta(seconds=BEAT_SECONDS)
Begin = Callable[[Sequence[Parcel]], None]
"""Has messages made ready whose lease is on its way to the disk."""


class Router:
    """Each stored event is routed once, in order, in one transaction with its deliveries."""

    def __init__(
        self,
        events: EventStore,
        keyring: Keyring,
        clock: Clock,
        *,
        mutes: MuteStore,
        spenders: SpenderStore,
        mirror: Mirror,
        outbox: Outbox,
        arrivals: ArrivalStore,
        board: Board,
        standing: StandingStore,
        worker: AlertWorker | None = None,
        stored: Handover,
        due: Bell,
    ) -> None:
        self._events = events
        self._keyring = keyring
        self._clock = clock
        self._mutes = mutes
        self._spenders = spenders
        self._mirror = mirror
        self._outbox = outbox
        self._arrivals = arrivals
        self._worker = worker
        self._board = board
        self._stored = stored
        self._standing = standing
        self._due = due
        self._woken_at = clock.now()
        self._retelling = Retelling(events, keyring)

    async def run(self) -> None:
        """Route until cancelled."""
        while True:
            try:
                routed = await self.route_waiting()
                if not routed or self._clock.now() - self._woken_at > BEAT:
                    await self.wake_held()
            except StorageBusyError:
                log.error("router_cannot_store")
                self._stored.lose()
                routed = 0
            if routed:
                await asyncio.sleep(0)  # the cards just begun go out before storage is asked for more
            else:
                await self._stored.wait(BEAT_SECONDS)

    async def wake_held(self) -> int:
        """Make due what waited for the end of quiet hours, its digest or a shift; how many."""
        self._woken_at = self._clock.now()
        woken = await self._outbox.wake(self._woken_at)
        if woken:
            self._due.ring()
            log.info("held_cards_due", count=woken)
        return woken

    async def route_waiting(self) -> int:
        """Route one batch of what waits, in one commit; returns how many there were."""
        waiting = self._stored.take(BATCH) or await self._read()
        if not waiting:
            return 0
        now = self._clock.now()
        told_more = [await self._retelling.of(stored) for stored in waiting if stored.adds_to is not None]
        instead = {more.report.id: more for more in told_more}
        waiting = [instead[stored.id].report if stored.id in instead else stored for stored in waiting]
        chosen = await self._standing_of(waiting)
        muted = {creator for (creator, _), standing in chosen.items() if standing is not None and standing.has_mutes}
        mutes = await self._mutes.holding(muted, now) if muted else []
        routed: list[tuple[int, tuple[Dispatch, ...]]] = []
        opening: set[tuple[str, FanId]] = set()
        for stored in waiting:
            is_added = stored.id in instead and not instead[stored.id].is_card
            standing = None if is_added else chosen[stored.creator, stored.kind]
            dispatches = await self._dispatches(stored, standing.routes if standing else (), mutes, opening)
            opening.update((one.route.place.key, one.fan) for one in dispatches if one.fan is not None)
            routed.append((stored.id, dispatches))
        is_any_noted = await self._note_updates(waiting)
        lease = self._worker.lease() if self._worker else None
        if self._worker is not None and lease is not None:
            self._worker.start(await self._outbox.route_and_lease(routed, lease))
        else:
            await self._events.route_many(routed, now)
            self._due.ring()
        if is_any_noted and opening:
            await self._note_updates(waiting)  # for what came in together with what happened to it since
        if changed := [more.changed for more in told_more if more.changed is not None]:
            self._board.changed(await self._outbox.parcels_of(changed))
        log.info("events_routed", count=len(waiting))
        return len(waiting)

    async def forward(self, events: Sequence[Event], rows: Sequence[NewEvent]) -> Arrived | None:
        """Store what just arrived, route it and take its cards along, in one commit; ``None``: nothing was done.

        Only while nothing older waits to be routed, so that nothing is overtaken and the card can go out at once.
        """
        worker, lease = self._worker, self._worker.lease() if self._worker and self._stored.is_idle else None
        if worker is None or lease is None:
            return None
        arrived, written, begun = None, asyncio.Event(), list[asyncio.Task[None]]()

        def begin(parcels: Sequence[Parcel]) -> None:
            begun.extend(worker.start(parcels, written))

        try:
            arrived = await self._at_once(events, rows, lease, begin)
            if arrived is None:
                arrived = await self._together(events, rows, lease, begin)
        except StorageBusyError:
            raise
        except Exception as error:  # noqa: BLE001 - the usual way knows what to do with what is odd
            log.error("not_forwarded", error=where(error))
        finally:
            if arrived is not None:
                written.set()
            else:
                _cancel(begun)
        return arrived

    async def _at_once(
        self, events: Sequence[Event], rows: Sequence[NewEvent], lease: Lease, begin: Begin
    ) -> Arrived | None:
        """One event that is a card of its own wherever it goes; what that needs is read in one look beforehand."""
        event, row = events[0], rows[0]
        if len(events) > 1 or row.sighting is not None or not event.kind.has_card:
            return None
        standing = await self._standing.of(event.creator, event.kind, event.fan.id if event.fan else None)
        if standing is None or standing.closed_at is not None:
            return None
        mutes = await self._mutes_of(event.creator, standing)
        at_once = AtOnce(event, row, await self._chosen(event, standing.routes, mutes, ()), standing, lease)
        taken = await self._arrivals.keep_at_once(at_once, begin) if at_once.is_possible else None
        if taken is None:
            return None
        if taken.is_any_waiting:
            self._due.ring()
        return Arrived({row.key: taken.number})

    async def _together(
        self, events: Sequence[Event], rows: Sequence[NewEvent], lease: Lease, begin: Begin
    ) -> Arrived | None:
        if not await self._can_forward(events, rows):
            return None
        dispatches = {event.key: await self._forwarded(event) for event in events}
        return await self._arrivals.keep_routed(rows, dispatches, lease, begin)

    async def _can_forward(self, events: Sequence[Event], rows: Sequence[NewEvent]) -> bool:
        """A few that are told once and change no card that is there."""
        is_plain = all(row.sighting is None for row in rows)
        return (
            is_plain
            and len(rows) <= FORWARDED_AT_ONCE
            and not any([await self._board.minds(event.kind, event.creator) for event in events])
        )

    async def _forwarded(self, event: Event) -> tuple[Dispatch, ...]:
        kind = event.kind.routed_as
        standing = await self._standing.of(event.creator, kind, None) if kind.has_card else None
        if standing is None:
            return ()
        return await self._chosen(event, standing.routes, await self._mutes_of(event.creator, standing), ())

    async def _mutes_of(self, creator: CreatorId, standing: Standing) -> Sequence[Mute]:
        return await self._mutes.holding({creator}, self._clock.now()) if standing.has_mutes else ()

    async def _note_updates(self, waiting: Sequence[StoredEvent]) -> bool:
        """What changes cards that are there is written down before it counts as routed; whether there is any."""
        is_any = False
        for stored in waiting:
            if await self._board.minds(stored.kind, stored.creator):
                is_any = True
                try:
                    await self._board.note(open_event(self._keyring, stored))
                except (SealError, UnexpectedAnswerError) as error:
                    log.error("event_unreadable", stored=stored.id, error=where(error))
        return is_any

    async def _read(self) -> list[StoredEvent]:
        """The oldest that wait in storage: after a start, after trouble, and what other processes took in."""
        self._stored.collect()
        waiting = await self._events.unrouted(BATCH)
        if not waiting:
            self._stored.caught_up()
        return waiting

    async def _standing_of(self, waiting: Sequence[StoredEvent]) -> dict[tuple[CreatorId, EventKind], Standing | None]:
        """The rules of each creator and kind among them, asked once."""
        wanted = {(stored.creator, stored.kind) for stored in waiting}
        return {
            (creator, kind): await self._standing.of(creator, kind.routed_as, None) if kind.routed_as.has_card else None
            for creator, kind in wanted
        }

    async def _dispatches(
        self,
        stored: StoredEvent,
        routes: Sequence[Route],
        mutes: Sequence[Mute],
        opening: Collection[tuple[str, FanId]],
    ) -> tuple[Dispatch, ...]:
        if not routes:
            return ()
        try:
            found = await self._chosen(open_event(self._keyring, stored), routes, mutes, opening)
            return tuple(replace(one, instead_of=stored.adds_to) for one in found) if stored.adds_to else found
        except StorageBusyError:
            raise
        except Exception as error:  # noqa: BLE001 - an event that cannot be routed stops nothing behind it
            log.error("event_unreadable", stored=stored.id, error=where(error))
            return ()

    async def _chosen(
        self, event: Event, routes: Sequence[Route], mutes: Sequence[Mute], opening: Collection[tuple[str, FanId]]
    ) -> tuple[Dispatch, ...]:
        if event.kind is EventKind.MESSAGE_SENT:
            routes = await self._mirror.desks(event, routes, opening)
        spent = await self._spent(event, routes)
        decisions = decide(event, routes, self._clock.now(), mutes=mutes, spent=spent)
        fan = event.fan.id if event.fan else None
        wanted = (decision.dispatch for decision in decisions)
        return tuple(replace(one, happened_at=event.happened_at, fan=fan) for one in wanted if one is not None)

    async def _spent(self, event: Event, routes: Sequence[Route]) -> dict[FanId, Spender]:
        """Asked only where a rule wants to know it."""
        if event.fan is None or not any(route.wishes.ask_for_spending for route in routes):
            return {}
        return await self._spenders.spent(event.creator, [event.fan.id], self._clock.now())


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Nothing of what they have in hand is on the disk."""
    for task in tasks:
        task.cancel()
