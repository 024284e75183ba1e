"""Answering fans from the card their message landed on."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from bot.alerts.loading import alert_of
from bot.alerts.sealing import open_event
from bot.alerts.sending import Alert
from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import ChannelId, FanId, MessageId
from bot.domain.alerts import Sent
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
from bot.domain.events import Event, EventKind
from bot.domain.faults import where
from bot.fanvue import chats
from bot.fanvue.wire import ActingAs
from bot.services.access import AccessService
from bot.storage.audit import AuditLog
from bot.storage.cards import CardStore, NewCard
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

    async def draw(self, parcel: int) -> None:
        """Draw the message again with what is stored now."""
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


def require_true(event: Event) -> None:
    """BadInputError for a sample: nobody is behind it."""
    if event.is_sample:
        raise BadInputError("This is a sample: no fan is behind it, so there is nothing to do at Fanvue.")


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
        fan, grant = conversation.event.fan, conversation.grant
        require_true(conversation.event)
        if fan is None:
            raise CardUnknownError
        await self._gate.call(grant, chats.update_chat(fan.id, acting_as=ActingAs(grant.managed), is_read=True))
        touched = await self._cards.read(grant.creator, fan.id, self._clock.now())
        for parcel in await self._cards.parcels_of(touched):
            await self._board.draw(parcel)

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

    async def reply(self, conversation: Conversation, text: str, *, source: str) -> bool:
        """Send the text to the fan as the creator and mark the cards; false when this source was handled before.

        Raises BadInputError, FanUnreachableError, RefusedByFanvueError, OutcomeUnknownError and what the gate raises.
        """
        fan = conversation.event.fan
        clean = self._checked(text)
        require_true(conversation.event)
        if fan is None:
            raise CardUnknownError
        acting_as = ActingAs(conversation.grant.managed)
        self._gate.require_scopes(conversation.grant, chats.send_message(fan.id, clean, acting_as))
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
            call = chats.send_message(fan, text, ActingAs(conversation.grant.managed))
            return (await self._gate.call(conversation.grant, call)).message_uuid
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
        call = chats.list_messages(fan, ActingAs(conversation.grant.managed), size=20)
        page = await self._gate.call(conversation.grant, call)
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
        """The pressed card, the other cards of its event, and what else of this fan was unanswered."""
        actor, now, event = conversation.grant.actor, self._clock.now(), conversation.event
        card = NewCard(
            message=conversation.card.message,
            channel=conversation.card.channel,
            delivery=conversation.delivery,
            creator=event.creator,
            fan=event.fan.id if event.fan else None,
            fanvue_message=event.message_uuid,
        )
        await self._cards.answer(card, actor.user, actor.name, now)
        touched = await self._cards.siblings(conversation.delivery)
        for sibling in touched:
            await self._cards.mark_answered(sibling.delivery, actor.user, actor.name, now)
        if event.fan is not None:
            touched += await self._cards.answer_all(event.creator, event.fan.id, actor.user, actor.name, now)
        for parcel in await self._cards.parcels_of(touched):
            await self._board.draw(parcel)

    async def _note(self, grant: Grant, outcome: str) -> None:
        await self._audit.write(grant.actor, grant.creator, "reply", outcome, self._clock.now())
