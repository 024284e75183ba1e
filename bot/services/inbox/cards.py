"""From a card to the conversation behind it: opening it, reading it, marking it read."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.alerts.board import Board
from bot.alerts.loading import alert_of
from bot.alerts.sealing import open_event
from bot.alerts.sending import Alert
from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import ChannelId, FanId, MessageId
from bot.domain.alerts import Sent
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, CardUnknownError, DomainError, GoneError
from bot.domain.events import Event, EventKind
from bot.fanvue import chats
from bot.fanvue.wire import ActingAs
from bot.services.access import AccessService
from bot.services.inbox.replies import Recipient
from bot.storage.cards import CardStore
from bot.storage.deliveries.outbox import Outbox
from bot.storage.events import EventStore
from bot.storage.replies import ReplyStore
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring

LOOK_BACK = timedelta(days=7)
ANSWERED_LATELY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CardMessage:
    """The Discord message somebody acts on.

    ``delivery`` is what its buttons say it belongs to: a card can be pressed before its sending is written down.
    """

    message: MessageId
    channel: ChannelId
    delivery: int | None


@dataclass(frozen=True, slots=True, repr=False)
class Conversation:
    """A card and the event behind it, for somebody who may answer it."""

    grant: Grant
    card: Sent
    delivery: int
    event: Event

    @property
    def fan(self) -> FanId:
        """Who is at the other end. BadInputError for a sample, CardUnknownError when it is about no fan."""
        require_true(self.event)
        if self.event.fan is None:
            raise CardUnknownError
        return self.event.fan.id

    @property
    def is_sent(self) -> bool:
        """Whether the card shows what the creator's side wrote."""
        return self.event.kind is EventKind.MESSAGE_SENT

    @property
    def recipient(self) -> Recipient:
        """To be answered. Raises what ``fan`` does."""
        return Recipient(self.grant, self.fan, self.card, self.delivery, self.event)


def require_true(event: Event) -> None:
    """BadInputError for a sample: nobody is behind it."""
    if event.is_sample:
        raise BadInputError("This is a sample: no fan is behind it, so there is nothing to do at Fanvue.")


class InboxService:
    """Nothing is known from the card itself but which one it is."""

    def __init__(
        self,
        *,
        access: AccessService,
        gate: Gate,
        cards: CardStore,
        replies: ReplyStore,
        events: EventStore,
        outbox: Outbox,
        board: Board,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._access = access
        self._gate = gate
        self._cards = cards
        self._replies = replies
        self._events = events
        self._outbox = outbox
        self._board = board
        self._keyring = keyring
        self._clock = clock

    async def open(self, actor: Actor, shown: CardMessage) -> Conversation:
        """The conversation behind a card, for this person, now.

        Raises CardUnknownError, UnknownCreatorError, NotAllowedError.
        """
        card = None if shown.delivery else await self._cards.by_message(shown.message)
        delivery = await self._outbox.by_id(card.delivery if card else shown.delivery or 0)
        stored = await self._events.by_id(delivery.event_id) if delivery else None
        if delivery is None or stored is None:
            raise CardUnknownError
        grant = await self._access.require(actor, stored.creator, Capability.REPLY)
        event = open_event(self._keyring, stored)
        return Conversation(grant, Sent(shown.channel, shown.message), delivery.id, event)

    async def show(self, conversation: Conversation) -> str:
        """All that the card's fan wrote on it. GoneError when there is nothing any more."""
        found: list[str] = []
        for event in await self._written(conversation):
            with suppress(GoneError):
                found.append(await self._text_of(conversation, event))
        if not found:
            raise GoneError
        return "\n\n".join(found)

    async def name_of(self, delivery: int | None) -> str | None:
        """Whom a card is about, for a title that its reader may see already."""
        found = await self._outbox.by_id(delivery) if delivery is not None else None
        stored = await self._events.by_id(found.event_id) if found else None
        event = open_event(self._keyring, stored) if stored else None
        return event.fan.name if event and event.fan else None

    async def deliveries_of(self, message: MessageId) -> list[int]:
        """The cards a message was sent as, where Discord no longer shows it."""
        return [card.delivery for card in await self._cards.of_message(message)]

    async def alerts(self, actor: Actor, shown: CardMessage) -> list[Alert]:
        """One card out of a message that holds several, for somebody who may answer it. Raises what ``open`` does."""
        conversation = await self.open(actor, shown)
        delivery = await self._outbox.by_id(conversation.delivery)
        contents = await self._outbox.contents(delivery.parcel) if delivery and delivery.parcel else []
        wanted = {event.key for event in await self._written(conversation)}
        shares = [due for due in contents if due.event_key in wanted]
        found = [alert for due in shares if (alert := alert_of(due, self._keyring)) is not None]
        if not found:
            raise CardUnknownError
        return found

    async def mark_read(self, conversation: Conversation) -> None:
        """Mark the fan's chat read at Fanvue, and the cards. CardUnknownError and what the gate raises."""
        await self.mark_fan_read(conversation.grant, conversation.fan)

    async def mark_fan_read(self, grant: Grant, fan: FanId) -> None:
        """Mark a chat read at Fanvue, and its cards. Raises what the gate does."""
        await self._gate.call(grant, chats.update_chat(fan, acting_as=ActingAs(grant.managed), is_read=True))
        touched = await self._cards.read(grant.creator, fan, self._clock.now())
        for parcel in await self._cards.parcels_of(touched):
            await self._board.draw(parcel)

    async def mark_fans_read(self, grant: Grant, fans: Sequence[FanId]) -> int:
        """Mark chats read one after the other, until Fanvue takes no more; how many. Raises when it takes none."""
        for number, fan in enumerate(fans):
            try:
                await self.mark_fan_read(grant, fan)
            except GoneError:
                continue
            except DomainError:
                if not number:
                    raise
                return number
        return len(fans)

    async def _written(self, conversation: Conversation) -> list[Event]:
        """The events behind a card that grew, in their order; that of the card alone otherwise."""
        first = await self._outbox.by_id(conversation.delivery)
        found = [conversation.event]
        if first is None or first.parcel is None or conversation.event.kind is not EventKind.MESSAGE:
            return found
        for due in await self._outbox.contents(first.parcel):
            if due.delivery.id > conversation.delivery and due.card is not None and due.stored is not None:
                event = open_event(self._keyring, due.stored)
                if event.kind is not EventKind.MESSAGE or event.fan != conversation.event.fan:
                    break
                found.append(event)
        return found

    async def _text_of(self, conversation: Conversation, event: Event) -> str:
        """The fan's text, from the event or, when that brought none, from the chat. GoneError when there is none."""
        if event.text:
            return event.text
        if event.fan is None or event.message_uuid is None:
            raise GoneError
        grant = conversation.grant
        call = chats.list_messages(event.fan.id, ActingAs(grant.managed), size=50)
        page = await self._gate.call(grant, call)
        for message in page.data:
            if message.uuid == event.message_uuid and message.text:
                return message.text
        raise GoneError

    async def places(self) -> list[ChannelId]:
        """Where cards were put lately, and may have been answered while nobody listened.

        First those where somebody answered last: a reply that was just on its way is there.
        """
        now = self._clock.now()
        answered = await self._replies.channels_since(now - ANSWERED_LATELY)
        return list(dict.fromkeys([*answered, *await self._cards.channels_since(now - LOOK_BACK)]))
