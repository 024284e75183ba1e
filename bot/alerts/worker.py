"""Delivers what is due: lease, send with a nonce, settle."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.alerts.backoff import next_try
from bot.alerts.bell import Bell
from bot.alerts.board import Board
from bot.alerts.closing import Closing
from bot.alerts.loading import alert_of, outgoing_of
from bot.alerts.mirroring import Mirror
from bot.alerts.permits import Permits
from bot.alerts.sending import (
    Alert,
    CardGoneError,
    ContentRefusedError,
    Outgoing,
    Sender,
    TryLaterError,
    UndeliverableError,
)
from bot.alerts.settling import Settler
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.alerts import OFF_SHIFT, PAUSED, SET_ASIDE, UNWANTED, PlaceKind, Sent
from bot.domain.clock import Clock
from bot.domain.errors import DiscordDownError, StorageBusyError
from bot.domain.events import EventKind
from bot.domain.faults import where
from bot.domain.parcels import GROWS, OpenCard, Shape
from bot.storage.cards import NewCard
from bot.storage.deliveries.due import UNNOTED, Due, Noted, StandingAccount, StandingRoute
from bot.storage.deliveries.leasing import Lease, Parcel
from bot.storage.deliveries.outbox import Outbox
from bot.storage.deliveries.settling import Outcome
from bot.storage.events import EventStore
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

LEASE_SECONDS = 20
"""What another worker waits before it takes over from one that was killed."""
SEND_SECONDS = 15
"""Less than a lease: whoever sends still holds it."""
MESSAGES_AT_ONCE = 64
"""Enough for the pacer to be the only limit where Discord takes a second to answer."""
BEAT_SECONDS = 5
NONCE_SECONDS = 120
PATIENCE_SECONDS = 120
"""Others wait no longer for a card that Discord does not take."""
OPEN_CARDS = 1000
NOT_TAKEN = "Discord did not take it"
NOT_SAID = "Discord did not say who is in the server"
GIVEN_UP = "{} for a day"


class AlertWorker:
    """One message at a time for each place, once: what it holds is written down before it is sent.

    The nonce covers a crash between send and settle, the history covers longer gaps; a card that grows is drawn from
    storage, so drawing it twice changes nothing.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        events: EventStore,
        permits: Permits,
        sender: Sender,
        closing: Closing,
        mirror: Mirror,
        board: Board,
        keyring: Keyring,
        clock: Clock,
        due: Bell,
    ) -> None:
        self._outbox = outbox
        self._events = events
        self._permits = permits
        self._sender = sender
        self._closing = closing
        self._mirror = mirror
        self._keyring = keyring
        self._clock = clock
        self._due = due
        self._holder = secrets.token_hex(8)
        self._settler = Settler(outbox, self._holder, clock, due, board.changed)
        self._open_cards: dict[str, OpenCard] = {}
        self._passed: dict[str, bool] = {}
        """Places where something was set aside, and whether anything went there since; until another is not taken."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._is_running = False

    async def run(self) -> None:
        """Deliver until cancelled; a place that does not answer holds up no other."""
        self._is_running = True
        try:
            while True:
                try:
                    started = await self._start_due()
                    is_idle = not started and not self._under_way
                    wait = await self._until_next() if is_idle else BEAT_SECONDS
                except StorageBusyError:
                    log.error("worker_cannot_store")
                    started, wait = 0, BEAT_SECONDS
                if len(self._under_way) >= MESSAGES_AT_ONCE or not started:
                    await self._due.wait(wait)
        finally:
            self._is_running = False
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            await self._settler.finish()

    def lease(self) -> Lease | None:
        """What this worker would take now, for the router to take along; ``None`` while it has its hands full."""
        room = MESSAGES_AT_ONCE - len(self._under_way)
        if room <= 0 or not self._is_running:
            return None
        return Lease(self._holder, self._clock.now(), LEASE_SECONDS, room, self._open_cards)

    async def _start_due(self) -> int:
        room = MESSAGES_AT_ONCE - len(self._under_way)
        if room <= 0:
            return 0
        now = self._clock.now()
        parcels = await self._outbox.lease(self._holder, now, LEASE_SECONDS, room, self._open_cards)
        self.start(parcels)
        return len(parcels)

    def start(self, parcels: Sequence[Parcel], written: asyncio.Event | None = None) -> list[asyncio.Task[None]]:
        """Deliver what was leased for this worker.

        While the lease is on its way to the disk, cards are drawn; they leave once it is ``written``. Whoever leased
        in vain cancels these tasks.
        """
        tasks = [asyncio.create_task(self._deliver(parcel, written)) for parcel in parcels]
        for task in tasks:
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return tasks

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Its place is free again; what could not be noted stays leased, and is found again when that runs out."""
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("worker_cannot_store", error=where(error))

    async def _until_next(self) -> float:
        due_at = await self._outbox.next_due_at()
        if due_at is None:
            return BEAT_SECONDS
        return min(BEAT_SECONDS, max(0.05, (due_at - self._clock.now()).total_seconds()))

    async def _deliver(self, parcel: Parcel, written: asyncio.Event | None = None) -> None:
        try:
            wanted, outcomes = await self._sorted_out(parcel.contents)
        except DiscordDownError:
            wanted, outcomes = [], await self._put_off(parcel, [], reason=NOT_SAID)
        wanted, said = await self._mirror.unsaid(parcel.place, wanted)
        outcomes += [Outcome(alert.delivery, reason=UNWANTED) for alert in said]
        if wanted:
            outcomes += await self._tried(parcel, wanted, written)
        if written is not None:
            await written.wait()
        self._settler.note(outcomes)

    async def _sorted_out(self, contents: Sequence[Due]) -> tuple[list[Alert], list[Outcome]]:
        """What is still to be sent, and what became of the rest: one that cannot be read stops no other."""
        wanted: list[Alert] = []
        outcomes: list[Outcome] = []
        for due in contents:
            try:
                found = await self._wanted(due)
            except (StorageBusyError, DiscordDownError):
                raise
            except Exception as error:  # noqa: BLE001 - what one card cannot be made of holds up no other
                log.error("card_unreadable", delivery=due.delivery.id, error=where(error))
                found = f"unreadable: {type(error).__name__}"
            if isinstance(found, Alert):
                wanted.append(found)
            elif isinstance(found, datetime):
                outcomes.append(Outcome(due.delivery.id, held_until=found, reason=OFF_SHIFT))
            else:
                outcomes.append(Outcome(due.delivery.id, reason=found))
        return wanted, outcomes

    async def _wanted(self, due: Due) -> Alert | datetime | str:
        """What to send, when account and rule still stand and all concerned still may; else until when not, or why."""
        if due.route is None or due.account is None:
            return UNWANTED
        if due.account.is_paused:
            await self._events.take_back(due.account.id, due.delivery.id)
            return UNWANTED
        if not await self._may_route(due, due.route, due.account):
            return UNWANTED
        alert = alert_of(due, self._keyring)
        if alert is None:
            return UNWANTED
        if due.route.is_paused and not alert.event.is_sample:
            return PAUSED
        return await self._off_shift_until(due, due.account) or alert

    async def _may_route(self, due: Due, route: StandingRoute, account: StandingAccount) -> bool:
        people = {route.set_by}
        if due.delivery.place.kind is PlaceKind.DM:
            people.add(DiscordUserId(due.delivery.place.target))
        for person in people - {account.owner}:
            if not await self._permits.may_set(person, due.creator):
                return False
        return True

    async def _off_shift_until(self, due: Due, account: StandingAccount) -> datetime | None:
        """Cards to somebody's direct messages wait for their shift; what was set for channels goes on."""
        receiver = DiscordUserId(due.delivery.place.target)
        if due.delivery.place.kind is not PlaceKind.DM or receiver == account.owner:
            return None
        return await self._permits.off_shift_until(receiver, due.creator)

    async def _tried(self, parcel: Parcel, wanted: Sequence[Alert], written: asyncio.Event | None) -> list[Outcome]:
        """Send it, and say what became of each part."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                sent = await self._sent(parcel, wanted, written)
        except (ContentRefusedError, CardGoneError) as error:
            return await self._refused(parcel, wanted, error)
        except UndeliverableError as error:
            log.warning("card_undeliverable", delivery=parcel.id, reason=error.reason)
            if error.is_place_closed:
                await self._closing.close(parcel.place, error)
            else:
                await self._closing.give_up(parcel.place, _handles(wanted), error.reason)
            return [Outcome(alert.delivery, reason=error.reason) for alert in wanted]
        except TryLaterError as error:
            return await self._put_off(parcel, wanted, error.at_least_seconds)
        except TimeoutError:
            return await self._put_off(parcel, wanted)
        except Exception as error:  # noqa: BLE001 - one bad card must not stop the others
            log.error("card_failed", delivery=parcel.id, error=where(error))
            return await self._put_off(parcel, wanted)
        if parcel.place.key in self._passed:
            self._passed[parcel.place.key] = True
        shown = {due.delivery.id: _shown(due) for due in parcel.contents}
        cards = [_card(alert, sent) for alert in wanted]
        return [Outcome(card.delivery, card, parcel=parcel.id, shown=shown[card.delivery]) for card in cards]

    async def _refused(self, parcel: Parcel, wanted: Sequence[Alert], error: Exception) -> list[Outcome]:
        """What was refused together is tried alone, what cannot be added to a card as a card of its own."""
        if len(wanted) > 1 or parcel.shape is Shape.GROWN:
            await self._outbox.part(parcel.id, self._clock.now())
            self._due.ring()
            return []
        reason = error.reason if isinstance(error, UndeliverableError) else NOT_TAKEN
        await self._closing.give_up(parcel.place, _handles(wanted), reason)
        log.warning("card_undeliverable", delivery=parcel.id, reason=reason)
        return [Outcome(alert.delivery, reason=reason) for alert in wanted]

    async def _sent(self, parcel: Parcel, wanted: Sequence[Alert], written: asyncio.Event | None = None) -> Sent:
        first = parcel.contents[0].delivery.first_tried_at
        is_old = first is not None and (self._clock.now() - first).total_seconds() > NONCE_SECONDS
        if parcel.shape is Shape.GROWN:
            if is_old and self._is_to_part(parcel):
                raise CardGoneError
            if written is not None:
                await written.wait()
            return await self._grown(parcel, wanted)
        outgoing = outgoing_of(parcel.id, parcel.shape, parcel.contents, wanted, parcel.channel)
        sent = None
        if is_old:
            sent = await self._sender.find(outgoing)
            if sent is None and self._is_to_part(parcel):
                raise CardGoneError
        if sent is None:
            sent = await self._sender.send(outgoing, written)
        self._open(outgoing)
        return sent

    def _is_to_part(self, parcel: Parcel) -> bool:
        """Whether it is the message that is not taken, while its place works: then what is in it is tried alone."""
        is_shared = len(parcel.contents) > 1 and parcel.shape is Shape.CARDS
        return (is_shared or parcel.shape is Shape.GROWN) and self._passed.get(parcel.place.key, False)

    async def _grown(self, parcel: Parcel, wanted: Sequence[Alert]) -> Sent:
        """The card as it stands, with these added."""
        standing = [due for due in await self._outbox.contents(parcel.id) if due.card is not None]
        card = standing[0].card if standing else None
        if card is None:
            raise CardGoneError
        shown = [alert for due in standing if (alert := alert_of(due, self._keyring)) is not None]
        outgoing = outgoing_of(parcel.id, Shape.CARDS, [*standing, *parcel.contents], [*shown, *wanted], parcel.channel)
        sent = Sent(card.channel, card.message)
        await self._sender.change(outgoing, sent)
        self._open(outgoing)
        return sent

    def _open(self, outgoing: Outgoing) -> None:
        """What one fan wrote stays open for a minute for what they write next; any other card closes it."""
        now, key, first = self._clock.now(), outgoing.place.key, outgoing.alerts[0].event
        standing = self._open_cards.pop(key, None)
        is_one_fans = all(
            alert.event.kind is EventKind.MESSAGE and (alert.creator, alert.event.fan) == (first.creator, first.fan)
            for alert in outgoing.alerts
        )
        if not is_one_fans or first.fan is None or first.is_sample or outgoing.shape is Shape.AWAY:
            return
        if len(self._open_cards) >= OPEN_CARDS:
            self._open_cards = {place: card for place, card in self._open_cards.items() if now < card.until}
        until = standing.until if standing is not None and standing.parcel == outgoing.id else now + GROWS
        self._open_cards[key] = OpenCard(outgoing.id, first.creator, first.fan.id, len(outgoing.alerts), until)

    async def _put_off(
        self, parcel: Parcel, wanted: Sequence[Alert], at_least_seconds: float = 0, reason: str = NOT_TAKEN
    ) -> list[Outcome]:
        """Everything in a message is tried again together; so is what it is not known of whether it is ``wanted``."""
        ids = [alert.delivery for alert in wanted] or [due.delivery.id for due in parcel.contents]
        now, first = self._clock.now(), parcel.contents[0].delivery
        due_at = next_try(first.attempts, first.first_tried_at or now, now, at_least_seconds=at_least_seconds)
        if due_at is None:
            reason = GIVEN_UP.format(reason)
            everybody = {due.creator: due.handle for due in parcel.contents if due.handle}
            handles = _handles(wanted) if wanted else everybody
            await self._closing.give_up(parcel.place, handles, reason)
            return [Outcome(one, reason=reason) for one in ids]
        is_stuck = first.first_tried_at is not None and (now - first.first_tried_at).total_seconds() > PATIENCE_SECONDS
        if not is_stuck or at_least_seconds:
            self._passed.pop(parcel.place.key, None)
            return [Outcome(one, due_at=due_at, reason=reason) for one in ids]
        self._passed[parcel.place.key] = False
        return [Outcome(one, due_at=due_at, reason=SET_ASIDE, is_passed=True) for one in ids]


def _handles(alerts: Sequence[Alert]) -> dict[CreatorId, str]:
    """Whose cards these are; a sample is nobody's."""
    return {alert.creator: alert.creator_handle for alert in alerts if not alert.event.is_sample}


def _shown(due: Due) -> Noted:
    """What a card says of what happened before it; one that was tried before may have been sent then."""
    return due.met if due.met is not None and due.delivery.attempts == 1 else UNNOTED


def _card(alert: Alert, sent: Sent) -> NewCard:
    event = alert.event
    return NewCard(
        message=sent.message,
        channel=sent.channel,
        delivery=alert.delivery,
        creator=event.creator,
        fan=event.fan.id if event.fan else None,
        fanvue_message=event.message_uuid,
    )
