"""Taking back at Fanvue what was sent from here, while Fanvue lets us."""

from datetime import timedelta

import structlog

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import CreatorId, FanId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, CardUnknownError, GoneError, RefusedByFanvueError
from bot.fanvue import chats
from bot.services.access import AccessService
from bot.services.inbox.desk import DeskService
from bot.services.inbox.redrawing import Redrawing
from bot.storage.audit import AuditLog
from bot.storage.cards import CardStore
from bot.storage.replies import ReplyStatus, ReplyStore, StoredReply
from bot.vault.gate import Gate

log = structlog.get_logger(__name__)

WITHIN = timedelta(days=1)


class UnsendingService:
    """What was taken back is gone at Fanvue first, then on the cards and in the desk."""

    def __init__(
        self,
        *,
        access: AccessService,
        gate: Gate,
        cards: CardStore,
        replies: ReplyStore,
        audit: AuditLog,
        redrawing: Redrawing,
        desk: DeskService,
        clock: Clock,
    ) -> None:
        self._access = access
        self._gate = gate
        self._cards = cards
        self._replies = replies
        self._audit = audit
        self._redrawing = redrawing
        self._desk = desk
        self._clock = clock

    async def last_sent(self, grant: Grant, fan: FanId) -> StoredReply:
        """The latest reply this fan has from here. BadInputError when there is none to take back."""
        found = await self._replies.last_sent(grant.creator, fan, self._clock.now() - WITHIN)
        if found is None:
            raise BadInputError("Nothing was sent to this fan from here in the last day.")
        return found

    async def unsend(self, actor: Actor, creator: CreatorId, reply_id: str) -> None:
        """Take it back at Fanvue. BadInputError where that is not possible (any more)."""
        grant = await self._access.require(actor, creator, Capability.REPLY)
        known = await self._replies.by_id(reply_id)
        if known is None or known.creator != grant.creator:
            raise CardUnknownError
        if known.status is ReplyStatus.UNSENT:
            raise BadInputError("That was taken back already.")
        if known.status is not ReplyStatus.SENT or known.fanvue_message is None:
            raise BadInputError("The fan does not have that one, so there is nothing to take back.")
        if grant.managed is not None:
            raise BadInputError("Fanvue lets only the creator's own connection unsend. Do it on fanvue.com, please.")
        try:
            await self._gate.call(grant, chats.delete_message(known.fan, known.fanvue_message))
        except RefusedByFanvueError:
            raise BadInputError("Fanvue keeps that message: the fan has bought it, or it is too old.") from None
        except GoneError:
            log.info("unsent_before")
        now = self._clock.now()
        await self._replies.move(known.id, ReplyStatus.SENT, ReplyStatus.UNSENT, now)
        await self._audit.write(grant.actor, grant.creator, "reply", "unsent", now)
        await self._desk.unsent(grant.creator, known.fanvue_message)
        await self._redrawing.parcels(await self._cards.unanswer(grant.creator, known.fan, known.created_at))
