"""Sending to fans as the creator: once, by whoever may, and never two people on one fan without a question."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import structlog

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import CreatorId, FanId
from bot.domain.alerts import Sent
from bot.domain.clock import Clock
from bot.domain.drafts import Draft
from bot.domain.errors import (
    BadInputError,
    CardUnknownError,
    DomainError,
    FanUnreachableError,
    GoneError,
    HeldError,
    OutcomeUnknownError,
    RefusedByFanvueError,
    StorageBusyError,
)
from bot.domain.events import Event
from bot.fanvue import chats
from bot.fanvue.wire import ActingAs
from bot.services.access import AccessService
from bot.services.inbox.claims import ClaimsService
from bot.services.inbox.desk import DeskService
from bot.services.inbox.redrawing import Redrawing
from bot.services.inbox.wordings import matching, opened, sealed, sending
from bot.storage.audit import AuditLog
from bot.storage.cards import CardStore, NewCard
from bot.storage.replies import NewReply, ReplyStatus, ReplyStore, StoredReply
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=DomainError)

RECENT = timedelta(minutes=15)
SETTLES_WITHIN = timedelta(seconds=15)
"""An unknown outcome this young may still turn up at Fanvue."""
TOO_LATE = "I was away when you wrote this, so it was not sent. **Open the box** to send it now."
NOT_SENT = "I was restarted before I could tell you: this was not sent. Reply again to send it."
UNDER_WAY = "That is being sent already. One moment."
SETTLED = "That was settled already: the fan has it, or nobody knows yet. Nothing was sent now."
CHANGEABLE = frozenset({ReplyStatus.KEPT, ReplyStatus.FAILED, ReplyStatus.ASKED})
"""The fan does not have it, and its author may still change it."""
NOT_YOURS = "Somebody else wrote that reply; only they can send it again."
UNREACHABLE = "Invalid user UUID"


@dataclass(frozen=True, slots=True, repr=False)
class Recipient:
    """A fan that somebody may answer, and the card they do it from, if any."""

    grant: Grant
    fan: FanId
    card: Sent | None = None
    delivery: int | None = None
    event: Event | None = None


class RepliesService:
    """Each attempt has a source that is written down before Fanvue is called, so it is sent once.

    A reply that did not go out keeps its words, sealed, for a day: its author can send it again with one press.
    """

    def __init__(
        self,
        *,
        access: AccessService,
        gate: Gate,
        claims: ClaimsService,
        cards: CardStore,
        replies: ReplyStore,
        audit: AuditLog,
        redrawing: Redrawing,
        desk: DeskService,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._access = access
        self._gate = gate
        self._claims = claims
        self._cards = cards
        self._replies = replies
        self._audit = audit
        self._redrawing = redrawing
        self._desk = desk
        self._keyring = keyring
        self._clock = clock
        self._began_at = clock.now()
        self._has_taken_up = False

    async def send(self, to: Recipient, draft: Draft, *, source: str) -> str | None:
        """Send it as the creator and mark the cards; its id, ``None`` when this source was handled before.

        The right is asked for again when it leaves: an upload, or Fanvue's limit, may have taken its time.
        Raises BadInputError, HeldError when somebody else is on the fan, FanUnreachableError, RefusedByFanvueError,
        OutcomeUnknownError and what the gate raises; what can be sent again, or changed first, says so.
        """
        reply = self._new(to, draft, source)
        if not await self._replies.begin(reply):
            return None
        clean = await self._checked(to, draft, reply.id)
        await self._ask_first(to.grant, to.fan, reply.id)
        return await self._run(to, reply.id, clean, reply.created_at)

    async def keep(self, to: Recipient, draft: Draft, error: E, *, source: str) -> E:
        """Keep what was written and not tried, for its author's box; the error that says where to find it."""
        reply = self._new(to, draft, source)
        if await self._replies.begin(reply):
            await self._replies.move(reply.id, ReplyStatus.SENDING, ReplyStatus.KEPT, self._clock.now())
            error.edit = _key(to.grant, reply.id)
        return error

    async def written(self, actor: Actor, creator: CreatorId, reply_id: str) -> tuple[Recipient, Draft]:
        """What its author wrote and the fan does not have, to be changed. BadInputError once it is let go of."""
        grant = await self._access.require(actor, creator, Capability.REPLY)
        known = await self._own(grant, reply_id)
        if known.author != actor.user:
            raise BadInputError(NOT_YOURS)
        if known.status not in CHANGEABLE:
            raise BadInputError(UNDER_WAY if known.status is ReplyStatus.SENDING else SETTLED)
        return _recipient(grant, known), opened(self._keyring, known)

    async def change(self, to: Recipient, reply_id: str, draft: Draft) -> str:
        """Send what its author made of it; its id. Raises what ``send`` does, and keeps the new words then."""
        now, words = self._clock.now(), sealed(self._keyring, reply_id, draft)
        if not await self._replies.rewrite(reply_id, CHANGEABLE, words, to.fan, to.delivery, now):
            raise BadInputError(UNDER_WAY)
        clean = await self._checked(to, draft, reply_id)
        await self._ask_first(to.grant, to.fan, reply_id)
        return await self._run(to, reply_id, clean, now)

    async def rewritten(self, to: Recipient, reply_id: str, draft: Draft, error: E) -> E:
        """Keep what its author made of it, which cannot be sent as it is; the error that leads back to it."""
        now, words = self._clock.now(), sealed(self._keyring, reply_id, draft)
        if await self._replies.rewrite(reply_id, CHANGEABLE, words, to.fan, to.delivery, now):
            await self._replies.move(reply_id, ReplyStatus.SENDING, ReplyStatus.KEPT, now)
            self._changeable(error, to.grant, reply_id)
        return error

    async def withdraw(self, source: str) -> ReplyStatus | None:
        """Its author deleted it: what was not sent is let go of; how it stood."""
        known = await self._replies.by_source(source)
        if known is None:
            return None
        if known.status in CHANGEABLE or known.status is ReplyStatus.UNKNOWN:
            await self._replies.let_go(known.id)
        return known.status

    async def again(self, actor: Actor, creator: CreatorId, reply_id: str) -> str:
        """Send what failed, was asked about or got lost: to be found at Fanvue first. Raises what ``send`` does."""
        grant = await self._access.require(actor, creator, Capability.REPLY)
        known = await self._own(grant, reply_id)
        if known.author != actor.user:
            raise BadInputError(NOT_YOURS)
        if known.status is ReplyStatus.SENT:
            raise BadInputError("The fan has that one already.")
        draft = opened(self._keyring, known).checked()
        to = _recipient(grant, known)
        if known.status is ReplyStatus.UNKNOWN:
            try:
                found = await self._found(grant, known, draft)
            except DomainError as error:
                raise self._retryable(error, grant, known.id) from None
            if found is not None:
                return await self._settled(to, known.id, found, draft)
            if known.settled_at and self._clock.now() - known.settled_at < SETTLES_WITHIN:
                raise self._retryable(OutcomeUnknownError(), grant, known.id)
        if known.status not in CHANGEABLE | {ReplyStatus.UNKNOWN}:
            raise BadInputError(UNDER_WAY)
        now = self._clock.now()
        if not await self._replies.move(known.id, known.status, ReplyStatus.SENDING, now):
            raise BadInputError(UNDER_WAY)
        if known.status is not ReplyStatus.ASKED:
            await self._ask_first(grant, known.fan, known.id)
        return await self._run(to, known.id, draft, now)

    async def note_told(self, key: str, is_told: bool) -> None:
        """Whether its author knows how it ended.

        What they wrote as Discord's own Reply is found by its message anyway.
        """
        await self._replies.note_told(key.rpartition("|")[2], self._clock.now() if is_told else None)

    async def take_up(self) -> None:
        """What a former process could not tell of counts as cut short: its authors are told then. Once a process."""
        if not self._has_taken_up:
            with suppress(StorageBusyError):
                await self._replies.cut_short(self._began_at, self._clock.now())
                self._has_taken_up = True

    async def outcome(self, source: str) -> ReplyStatus | None:
        """What became of this source; ``None`` when it was never handled."""
        known = await self._replies.by_source(source)
        return known.status if known else None

    async def resume(self, to: Recipient, draft: Draft, *, source: str, written_at: datetime) -> bool:
        """A reply that was found later: sent now when it is recent and nobody saw it, else how it ended.

        True when the fan has it, false while it is under way. Raises what ``send`` does.
        """
        known = await self._replies.by_source(source)
        if known is None:
            if self._clock.now() - written_at > RECENT:
                raise await self.keep(to, draft, BadInputError(TOO_LATE), source=source)
            return await self.send(to, draft, source=source) is not None
        match known.status:
            case ReplyStatus.SENT:
                await self._mark_answered(to)
                return True
            case ReplyStatus.SENDING if known.created_at >= self._began_at:
                return False
            case ReplyStatus.SENDING:
                return await self._finish(to, known, opened(self._keyring, known))
            case ReplyStatus.UNSENT:
                return True
            case ReplyStatus.ASKED:
                claim = await self._claims.of(to.grant, to.fan)
                held = HeldError(claim.holder_name, claim.since) if claim else BadInputError(NOT_SENT)
                raise self._retryable(held, to.grant, known.id)
            case ReplyStatus.KEPT:
                raise self._changeable(BadInputError(NOT_SENT), to.grant, known.id)
            case ReplyStatus.FAILED:
                raise self._retryable(BadInputError(NOT_SENT), to.grant, known.id)
        raise self._retryable(OutcomeUnknownError(), to.grant, known.id)

    async def _finish(self, to: Recipient, known: StoredReply, draft: Draft) -> bool:
        """A reply whose sending was cut short by the end of the process: the chat tells whether it arrived."""
        found = await self._found(to.grant, known, draft)
        if found is None:
            await self._replies.settle(known.id, ReplyStatus.UNKNOWN, None, self._clock.now())
            raise self._retryable(OutcomeUnknownError(), to.grant, known.id)
        await self._settled(to, known.id, found, draft)
        return True

    async def _ask_first(self, grant: Grant, fan: FanId, reply_id: str) -> None:
        """Be on the fan from now on; HeldError, and the reply waits, when somebody else is."""
        claim = await self._claims.answering(grant, fan)
        if claim.holder == grant.actor.user:
            return
        await self._replies.move(reply_id, ReplyStatus.SENDING, ReplyStatus.ASKED, self._clock.now())
        raise self._retryable(HeldError(claim.holder_name, claim.since), grant, reply_id)

    async def _checked(self, to: Recipient, draft: Draft, reply_id: str) -> Draft:
        """As Fanvue takes it, where it may be sent now; what may not is kept for its author."""
        try:
            if not to.fan:
                raise BadInputError("Pick whom you mean first. Nothing was sent.")
            clean = draft.checked()
            self._gate.require_scopes(to.grant, sending(to.grant, to.fan, clean))
            await self._refuse_closed(to)
        except DomainError as error:
            await self._replies.move(reply_id, ReplyStatus.SENDING, ReplyStatus.KEPT, self._clock.now())
            if isinstance(error, BadInputError):
                raise self._changeable(error, to.grant, reply_id) from None
            raise self._retryable(error, to.grant, reply_id) from None
        return clean

    async def _refuse_closed(self, to: Recipient) -> None:
        written_at = to.event.happened_at if to.event else None
        closed = await self._claims.closed(to.grant, {to.fan: written_at})
        if to.fan in closed:
            raise FanUnreachableError(closed[to.fan])

    async def _run(self, to: Recipient, reply_id: str, draft: Draft, started_at: datetime) -> str:
        try:
            uuid = await self._sent(to, draft, started_at)
        except DomainError as error:
            is_unknown = isinstance(error, OutcomeUnknownError)
            status = ReplyStatus.UNKNOWN if is_unknown else ReplyStatus.FAILED
            with suppress(StorageBusyError):  # its author hears of what Fanvue did, not of this
                await self._replies.settle(reply_id, status, None, self._clock.now())
            await self._note(to.grant, status.value)
            if isinstance(error, FanUnreachableError):
                await self._claims.close_chat(to.grant, to.fan)
                raise self._changeable(error, to.grant, reply_id) from None
            if isinstance(error, RefusedByFanvueError):
                self._changeable(error, to.grant, reply_id)
            raise self._retryable(error, to.grant, reply_id) from None
        return await self._settled(to, reply_id, uuid, draft)

    async def _settled(self, to: Recipient, reply_id: str, uuid: str, draft: Draft) -> str:
        """The fan has it: whatever cannot be noted or shown now must not be told as if they had not."""
        try:
            await self._replies.settle(reply_id, ReplyStatus.SENT, uuid, self._clock.now())
            await self._claims.open_chat(to.grant, to.fan)
        except StorageBusyError:
            log.warning("sent_reply_not_noted")
        await self._note(to.grant, "sent")
        await self._mark_answered(to)
        await self._desk.sent(to.grant.creator, to.fan, uuid, draft)
        return reply_id

    async def _sent(self, to: Recipient, draft: Draft, started_at: datetime) -> str:
        async def still_may() -> None:
            await self._access.require(to.grant.actor, to.grant.creator, Capability.REPLY)

        try:
            return (await self._gate.call(to.grant, sending(to.grant, to.fan, draft), check=still_may)).message_uuid
        except RefusedByFanvueError as error:
            if UNREACHABLE in error.reasons:
                raise FanUnreachableError from None
            raise
        except GoneError:
            raise FanUnreachableError from None
        except OutcomeUnknownError:
            with suppress(DomainError):
                found = await self._read_back(to.grant, to.fan, draft, started_at)
                if found is not None:
                    return found
            raise

    async def _found(self, grant: Grant, known: StoredReply, draft: Draft) -> str | None:
        return await self._read_back(grant, known.fan, draft, known.created_at)

    async def _read_back(self, grant: Grant, fan: FanId, draft: Draft, started_at: datetime) -> str | None:
        """The message in the chat that this reply became; an equal one that another reply became is not it."""
        call = chats.list_messages(fan, ActingAs(grant.managed), size=20).with_every_row()
        page = await self._gate.call(grant, call)
        taken = await self._replies.accounted_for(grant.creator, fan)
        return matching(page.data, fan, draft, started_at, taken)

    async def _mark_answered(self, to: Recipient) -> None:
        """Show on every card that the fan has the answer; failing to show it does not undo the sending."""
        card = None
        if to.card is not None and to.event is not None and to.delivery is not None:
            card = NewCard(
                message=to.card.message,
                channel=to.card.channel,
                delivery=to.delivery,
                creator=to.event.creator,
                fan=to.fan,
                fanvue_message=to.event.message_uuid,
            )
        await self._redrawing.answered(to.grant, to.fan, to.delivery, card, self._clock.now())

    def _new(self, to: Recipient, draft: Draft, source: str) -> NewReply:
        reply_id, actor = uuid4().hex, to.grant.actor
        return NewReply(
            id=reply_id,
            source_key=source,
            card_message=to.card.message if to.card else None,
            creator=to.grant.creator,
            fan=to.fan,
            author=actor.user,
            created_at=self._clock.now(),
            author_name=actor.name,
            channel=to.card.channel if to.card else actor.channel,
            delivery=to.delivery,
            sealed_draft=sealed(self._keyring, reply_id, draft),
        )

    async def _own(self, grant: Grant, reply_id: str) -> StoredReply:
        known = await self._replies.by_id(reply_id)
        if known is None or known.creator != grant.creator:
            raise CardUnknownError
        return known

    def _retryable(self, error: E, grant: Grant, reply_id: str) -> E:
        error.again = _key(grant, reply_id)
        return error

    def _changeable(self, error: E, grant: Grant, reply_id: str) -> E:
        error.edit = _key(grant, reply_id)
        return error

    async def _note(self, grant: Grant, outcome: str) -> None:
        await self._audit.write(grant.actor, grant.creator, "reply", outcome, self._clock.now())


def _recipient(grant: Grant, known: StoredReply) -> Recipient:
    card = Sent(known.channel, known.card_message) if known.channel and known.card_message else None
    return Recipient(grant, known.fan, card, known.delivery)


def _key(grant: Grant, reply_id: str) -> str:
    return f"{grant.creator}|{reply_id}"
