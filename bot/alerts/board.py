"""Draws messages anew when something happened to what they tell: answered, read, deleted."""

from datetime import datetime, timedelta

import structlog

from bot.alerts.bell import Bell
from bot.alerts.loading import alert_of, outgoing_of
from bot.alerts.mirroring import Mirror
from bot.alerts.sending import CardGoneError, Sender, TryLaterError, UndeliverableError
from bot.domain.accounts import CreatorId, FanId
from bot.domain.alerts import Sent
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.domain.events import Event, EventKind
from bot.domain.faults import where
from bot.domain.parcels import Shape
from bot.fanvue.errors import UnexpectedAnswerError
from bot.storage.cards import CardRow, CardStore
from bot.storage.claims import ClaimStore
from bot.storage.deliveries.due import DeliveryStatus, Due
from bot.storage.deliveries.outbox import Outbox
from bot.vault.keyring import Keyring, SealError

log = structlog.get_logger(__name__)

BEAT_SECONDS = 60
SOON_SECONDS = 2
BEFORE = timedelta(hours=1)
UPDATES = frozenset({EventKind.MESSAGE_SENT, EventKind.MESSAGE_READ, EventKind.MESSAGE_DELETED})
"""Kinds that change cards which are there, and make none."""


class Board:
    """A message is drawn from what is stored, so drawing it at any time, and twice, is right."""

    def __init__(
        self,
        outbox: Outbox,
        cards: CardStore,
        sender: Sender,
        mirror: Mirror,
        keyring: Keyring,
        *,
        claims: ClaimStore,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._cards = cards
        self._claims = claims
        self._sender = sender
        self._mirror = mirror
        self._keyring = keyring
        self._clock = clock
        self._changed: dict[int, None] = {}
        self._has_under_way = False
        """Whether a message is just being sent that changed meanwhile; it is drawn once it is there."""
        self._bell = Bell()

    async def run(self) -> None:
        """Draw what changed until cancelled; many changes of one message meanwhile are one."""
        has_caught_up = False
        while True:
            try:
                if not has_caught_up:
                    await self.catch_up()
                has_caught_up = True
                await self.draw_changed()
            except StorageBusyError:
                log.error("board_cannot_read")
            await self._bell.wait(SOON_SECONDS if self._has_under_way else BEAT_SECONDS)

    async def catch_up(self) -> None:
        """Have drawn what was noted shortly before a start: its process may not have lived to show it."""
        self.changed(await self._cards.changed_since(self._clock.now() - BEFORE))

    async def draw_changed(self) -> int:
        """Draw everything that changed since; how many messages were.

        The first that Discord does not take ends it: that one, behind all others, and the rest wait for the next beat.
        """
        waiting, self._changed, drawn = self._changed, {}, 0
        self._has_under_way = False
        try:
            while waiting:
                parcel = next(iter(waiting))
                is_taken = await self.draw(parcel)
                del waiting[parcel]
                if not is_taken:
                    break
                drawn += 1
        finally:
            self._changed = waiting | self._changed
        return drawn

    async def minds(self, kind: EventKind, creator: CreatorId) -> bool:
        """Whether such an event can change cards that are there."""
        return kind in UPDATES or (kind is EventKind.MESSAGE and await self._claims.any_closed(creator))

    async def note(self, event: Event) -> None:
        """Write down what an update means for the cards that are there, and have them drawn soon."""
        self.changed(await self._cards.parcels_of(await self._touched(event)))

    def changed(self, parcels: list[int]) -> None:
        """Have these messages drawn soon."""
        self._changed.update(dict.fromkeys(parcels))
        if parcels:
            self._bell.ring()

    async def draw(self, parcel: int) -> bool:
        """Draw one message as things stand; one that is gone, or in a place that is closed now, is left alone.

        What Discord does not take now is drawn at the next beat; False then.
        """
        try:
            await self._draw(parcel)
        except TryLaterError:
            self._changed[parcel] = None
            return False
        except (CardGoneError, UndeliverableError):
            return True
        except (SealError, UnexpectedAnswerError) as error:
            log.error("card_unreadable", error=type(error).__name__)
        except StorageBusyError:
            raise
        except Exception as error:  # noqa: BLE001 - one message that cannot be drawn must not stop the others
            log.error("card_not_drawn", error=where(error))
        return True

    async def _draw(self, parcel: int) -> None:
        found = await self._outbox.contents(parcel)
        if any(_is_under_way(due) for due in found):
            self._changed[parcel], self._has_under_way = None, True
        contents = [due for due in found if _is_shown(due)]
        card = next((due.card for due in contents if due.card is not None), None)
        if card is None:
            return
        alerts = [alert for due in contents if (alert := alert_of(due, self._keyring)) is not None]
        if len(alerts) < len(contents):
            return
        shape = Shape.AWAY if contents[0].delivery.shape is Shape.AWAY else Shape.CARDS
        outgoing = outgoing_of(parcel, shape, contents, await self._mirror.signed(alerts), card.channel)
        await self._sender.change(outgoing, Sent(card.channel, card.message))

    async def _touched(self, event: Event) -> list[CardRow]:
        if event.kind is EventKind.MESSAGE_DELETED and event.message_uuid:
            return await self._cards.removed(event.creator, event.message_uuid, event.happened_at)
        if event.fan is None:
            return []
        if event.kind is EventKind.MESSAGE:
            return await self._reopened(event.creator, event.fan.id, event.happened_at)
        if event.kind is EventKind.MESSAGE_SENT:
            return await self._cards.answered_elsewhere(event.creator, event.fan.id, event.happened_at)
        if event.kind is EventKind.MESSAGE_READ:
            return await self._cards.read(event.creator, event.fan.id, event.happened_at)
        return []

    async def _reopened(self, creator: CreatorId, fan: FanId, written_at: datetime) -> list[CardRow]:
        """Who writes can be written to again."""
        is_news = await self._claims.open_chat(creator, fan, written_at)
        return await self._cards.still_open(creator, fan) if is_news else []


def _is_shown(due: Due) -> bool:
    """Whether it stands in the message, or is just being added to it."""
    return due.card is not None or due.delivery.shape is Shape.GROWN


def _is_under_way(due: Due) -> bool:
    return due.card is None and due.delivery.status is DeliveryStatus.LEASED and due.delivery.shape is not Shape.GROWN
