"""Replies whose sending was cut short by the end of a process: the chat tells what became of them."""

from datetime import timedelta
from typing import Protocol

import structlog

from bot.domain.access import Actor, Way
from bot.domain.clock import Clock
from bot.domain.drafts import CutShort
from bot.domain.errors import BadInputError, DiscordDownError, DomainError
from bot.fanvue import chats
from bot.fanvue.wire import ActingAs
from bot.services.inbox.redrawing import Redrawing
from bot.services.inbox.wordings import matching, opened
from bot.storage.audit import AuditLog
from bot.storage.cards import CardStore
from bot.storage.creators import CreatorStore
from bot.storage.replies import ReplyStatus, ReplyStore, StoredReply
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

AGE = timedelta(minutes=5)
"""Where several processes run, one this old belongs to none of them."""
FROM_MESSAGE = "message:"
"""Discord's own Reply: its author's message is looked at anyway after a start, and answered there."""
GIVEN_UP = timedelta(hours=1)


class Teller(Protocol):
    """Tells authors what became of their replies."""

    async def tell(self, reply: CutShort) -> None:
        """Say that the fan has it, or that nobody knows, with a button to send it again.

        DiscordDownError when that has to wait; told again, it is there once.
        """
        ...


class StuckReplies:
    """Nothing is sent here: a reply is found at Fanvue, or its author is told."""

    def __init__(
        self,
        *,
        replies: ReplyStore,
        creators: CreatorStore,
        cards: CardStore,
        gate: Gate,
        redrawing: Redrawing,
        teller: Teller,
        audit: AuditLog,
        keyring: Keyring,
        clock: Clock,
        is_alone: bool,
    ) -> None:
        self._replies = replies
        self._creators = creators
        self._cards = cards
        self._gate = gate
        self._redrawing = redrawing
        self._teller = teller
        self._audit = audit
        self._keyring = keyring
        self._clock = clock
        self._is_alone = is_alone
        self._began_at = clock.now()

    async def settle(self) -> int:
        """Settle all that were left behind; how many.

        Those Fanvue cannot tell about now, or Discord cannot tell their authors about, wait for the next time.
        """
        now = self._clock.now()
        await self._replies.drop_drafts(now)
        before = max(now - AGE, self._began_at) if self._is_alone else now - AGE
        settled = 0
        for reply in await self._replies.stuck(before):
            settled += await self._one(reply)
        if settled:
            log.info("stuck_replies_settled", count=settled)
        return settled

    async def _one(self, reply: StoredReply) -> bool:
        creator, now = await self._creators.find(reply.creator), self._clock.now()
        try:
            draft = opened(self._keyring, reply)
        except BadInputError:
            creator = None
        found: str | None = None
        if creator is not None:
            call = chats.list_messages(reply.fan, ActingAs(creator.managed), size=50)
            try:
                page = await self._gate.work(creator, call)
            except DomainError:
                if now - reply.created_at < GIVEN_UP:
                    return False
            else:
                taken = await self._replies.accounted_for(reply.creator, reply.fan)
                found = matching(page.data, reply.fan, draft, reply.created_at, taken)
        if not await self._told(reply, has_arrived=found is not None):
            return False
        status = ReplyStatus.UNKNOWN if found is None else ReplyStatus.SENT
        if not await self._replies.move(reply.id, ReplyStatus.SENDING, status, now):
            return False
        if found is not None:
            await self._replies.settle(reply.id, status, found, now)
        await self._show(reply, is_sent=found is not None)
        return True

    async def _told(self, reply: StoredReply, *, has_arrived: bool) -> bool:
        """Whether its author need not be told any more: they were, or hear of it elsewhere, or nowhere."""
        if reply.author is None or reply.channel is None or reply.source_key.startswith(FROM_MESSAGE):
            return True
        try:
            key = f"{reply.creator}|{reply.id}"
            await self._teller.tell(CutShort(key, reply.author, reply.channel, reply.card_message, has_arrived))
        except DiscordDownError:
            return False
        return True

    async def _show(self, reply: StoredReply, *, is_sent: bool) -> None:
        if reply.author is None:
            return
        way = Way.REPLY if reply.source_key.startswith(FROM_MESSAGE) else None
        actor = Actor(reply.author, reply.author_name, channel=reply.channel, way=way)
        outcome = "sent" if is_sent else "unknown"
        await self._audit.write(actor, reply.creator, "reply", outcome, self._clock.now())
        if not is_sent:
            return
        name, now = reply.author_name, self._clock.now()
        changed = await self._cards.answer_all(reply.creator, reply.fan, reply.author, name, now)
        await self._redrawing.parcels(await self._cards.parcels_of(changed))
