"""Answering fans from the card their message landed on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from bot.alerts.sealing import open_event
from bot.alerts.sending import Alert, Answer
from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import ChannelId, FanId, MessageId
from bot.domain.alerts import Place, Sent
from bot.domain.clock import Clock
from bot.domain.errors import (
    BadInputError,
    CardUnknownError,
    DomainError,
    FanUnreachableError,
    GoneError,
    OutcomeUnknownError,
    RefusedByFanvueError,
)
from bot.domain.events import Event
from bot.domain.faults import where
from bot.fanvue import chats
from bot.services.access import AccessService
from bot.storage.audit import AuditLog
from bot.storage.cards import CardStore
from bot.storage.events import EventStore
from bot.storage.outbox import Outbox
from bot.storage.replies import NewReply, ReplyStatus, ReplyStore, StoredReply
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

TEXT_LIMIT = 5000
READ_BACK_SLACK = timedelta(minutes=2)
LOOK_BACK = timedelta(days=1)
RECENT = timedelta(minutes=15)
TOO_LATE = "I was away when you wrote this, so it was not sent. Reply again if it should still go out."
NOT_SENT = "I was restarted before I could tell you: this was not sent. Reply again to send it."
UNREACHABLE = "Invalid user UUID"


class CardBoard(Protocol):
    """Cards that were sent, as the front door draws them again."""

    async def update(self, alert: Alert, place: Place, sent: Sent) -> None:
        """Draw the card again with what is known now."""
        ...


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


class InboxService:
    """Replies go out once: each attempt has a source that is written down before Fanvue is called."""

    def __init__(
        self,
        *,
        access: AccessService,
        gate: Gate,
        cards: CardStore,
        events: EventStore,
        outbox: Outbox,
        replies: ReplyStore,
        audit: AuditLog,
        board: CardBoard,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._access = access
        self._gate = gate
        self._cards = cards
        self._events = events
        self._outbox = outbox
        self._replies = replies
        self._audit = audit
        self._board = board
        self._keyring = keyring
        self._clock = clock
        self._began_at = clock.now()

    async def open(self, actor: Actor, shown: CardMessage) -> Conversation:
        """The conversation behind a card, for this person, now.

        Raises CardUnknownError, UnknownCreatorError, NotAllowedError.
        """
        card = await self._cards.by_message(shown.message)
        delivery = await self._outbox.by_id(card.delivery if card else shown.delivery or 0)
        stored = await self._events.by_id(delivery.event_id) if delivery else None
        if delivery is None or stored is None:
            raise CardUnknownError
        grant = await self._access.require(actor, stored.creator, Capability.REPLY)
        event = open_event(self._keyring, stored)
        return Conversation(grant, Sent(shown.channel, shown.message), delivery.id, event)

    async def show(self, conversation: Conversation) -> str:
        """The fan's text, from the event or, when that brought none, from the chat. GoneError when there is none."""
        event = conversation.event
        if event.text:
            return event.text
        if event.fan is None or event.message_uuid is None:
            raise GoneError
        page = await self._gate.call(conversation.grant, chats.list_messages(event.fan.id, size=50))
        for message in page.data:
            if message.uuid == event.message_uuid and message.text:
                return message.text
        raise GoneError

    async def reply(self, conversation: Conversation, text: str, *, source: str) -> bool:
        """Send the text to the fan as the creator and mark the cards; false when this source was handled before.

        Raises BadInputError, FanUnreachableError, RefusedByFanvueError, OutcomeUnknownError and what the gate raises.
        """
        fan = conversation.event.fan
        clean = self._checked(text)
        if fan is None:
            raise CardUnknownError
        self._gate.require_scopes(conversation.grant, chats.send_message(fan.id, text=clean))
        started_at = self._clock.now()
        reply = NewReply(
            id=uuid4().hex,
            source_key=source,
            card_message=conversation.card.message,
            creator=conversation.grant.creator,
            fan=fan.id,
            author=conversation.grant.actor.user,
            created_at=started_at,
        )
        if not await self._replies.begin(reply):
            return False
        try:
            uuid = await self._send(conversation, fan.id, clean, started_at)
        except DomainError as error:
            is_unknown = isinstance(error, OutcomeUnknownError)
            status = ReplyStatus.UNKNOWN if is_unknown else ReplyStatus.FAILED
            await self._replies.settle(reply.id, status, None, self._clock.now())
            await self._note(conversation.grant, status.value)
            raise
        await self._replies.settle(reply.id, ReplyStatus.SENT, uuid, self._clock.now())
        await self._note(conversation.grant, "sent")
        await self._mark_answered(conversation)
        return True

    async def places(self) -> list[ChannelId]:
        """Where cards were put lately, and may have been answered while nobody listened."""
        return await self._cards.channels_since(self._clock.now() - LOOK_BACK)

    async def resume(self, conversation: Conversation, text: str, *, source: str, written_at: datetime) -> bool:
        """A reply that was found later: sent now when it is recent and nobody saw it, else how it ended.

        True when the fan has it, false while it is under way. Raises what ``reply`` does.
        """
        known = await self._replies.by_source(source)
        if known is None:
            if self._clock.now() - written_at > RECENT:
                raise BadInputError(TOO_LATE)
            return await self.reply(conversation, text, source=source)
        match known.status:
            case ReplyStatus.SENT:
                await self._mark_answered(conversation)
                return True
            case ReplyStatus.SENDING if known.created_at >= self._began_at:
                return False
            case ReplyStatus.SENDING:
                return await self._finish(conversation, known, self._checked(text))
            case ReplyStatus.FAILED:
                raise BadInputError(NOT_SENT)
        raise OutcomeUnknownError

    async def _finish(self, conversation: Conversation, known: StoredReply, text: str) -> bool:
        """A reply whose sending was cut short by the end of the process: the chat tells whether it arrived."""
        try:
            uuid = await self._read_back(conversation, known.fan, text, known.created_at)
        except OutcomeUnknownError:
            await self._replies.settle(known.id, ReplyStatus.UNKNOWN, None, self._clock.now())
            raise
        await self._replies.settle(known.id, ReplyStatus.SENT, uuid, self._clock.now())
        await self._mark_answered(conversation)
        return True

    def _checked(self, text: str) -> str:
        clean = text.strip()
        if not clean:
            raise BadInputError("There is no text in that reply, so nothing was sent.")
        if len(clean) > TEXT_LIMIT:
            raise BadInputError(
                f"Fanvue takes {TEXT_LIMIT:,} characters; this reply has {len(clean):,}. Nothing was sent."
            )
        return clean

    async def _send(self, conversation: Conversation, fan: FanId, text: str, started_at: datetime) -> str:
        try:
            return (await self._gate.call(conversation.grant, chats.send_message(fan, text=text))).message_uuid
        except RefusedByFanvueError as error:
            if UNREACHABLE in error.reasons:
                raise FanUnreachableError from None
            raise
        except GoneError:
            raise FanUnreachableError from None
        except OutcomeUnknownError:
            return await self._read_back(conversation, fan, text, started_at)

    async def _read_back(self, conversation: Conversation, fan: FanId, text: str, started_at: datetime) -> str:
        """The message in the chat that this reply became; an equal one that another reply became is not it."""
        taken = await self._replies.accounted_for(conversation.grant.creator, fan)
        page = await self._gate.call(conversation.grant, chats.list_messages(fan, size=20))
        for message in page.data:
            is_ours = message.sender.uuid != fan and message.text == text and message.uuid not in taken
            if is_ours and message.sent_at and message.sent_at >= started_at - READ_BACK_SLACK:
                return message.uuid
        raise OutcomeUnknownError

    async def _mark_answered(self, conversation: Conversation) -> None:
        """Show on every card that the fan has the answer; failing to show it does not undo the sending."""
        try:
            await self._redraw(conversation)
        except Exception as error:  # noqa: BLE001 - the author must not take a sent reply for a failed one
            log.warning("answer_not_shown", error=where(error))

    async def _redraw(self, conversation: Conversation) -> None:
        actor, now = conversation.grant.actor, self._clock.now()
        answer = Answer(actor.user, actor.name, now)
        shown = {
            card.delivery: Sent(card.channel, card.message)
            for card in await self._cards.siblings(conversation.delivery)
        }
        shown[conversation.delivery] = conversation.card
        for delivery_id, sent in shown.items():
            await self._cards.mark_answered(sent.message, actor.user, actor.name, now)
            delivery = await self._outbox.by_id(delivery_id)
            if delivery is not None:
                handle = conversation.grant.handle
                alert = Alert(delivery_id, conversation.event, handle, delivery.shows_amounts, answer)
                await self._board.update(alert, delivery.place, sent)

    async def _note(self, grant: Grant, outcome: str) -> None:
        await self._audit.write(grant.actor, grant.creator, "reply", outcome, self._clock.now())
