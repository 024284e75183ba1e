"""Being on a fan: one person at a time, until they let go, hand over, lose the right, or an hour passes."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain import schedule
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.alerts import Sent
from bot.domain.claims import Claim
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, DiscordDownError
from bot.services.access import AccessService
from bot.services.inbox.redrawing import Redrawing
from bot.storage.audit import AuditLog
from bot.storage.cards import CardStore
from bot.storage.claims import ClaimStore

HELD = timedelta(hours=1)
ANSWERING = timedelta(minutes=15)
"""How long whoever answered stays on the fan."""
SHORTEST_SNOOZE, LONGEST_SNOOZE = timedelta(minutes=1), timedelta(days=7)


class HandOverTeller(Protocol):
    """Tells whoever has a fan now."""

    async def tell(self, card: Sent, to: DiscordUserId, by: str) -> bool:
        """Under the fan's card; false when that is not possible."""
        ...


class ClaimsService:
    """Two presses have one winner; whoever lost the right, or is off shift, holds nothing."""

    def __init__(
        self,
        *,
        access: AccessService,
        claims: ClaimStore,
        cards: CardStore,
        redrawing: Redrawing,
        teller: HandOverTeller,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._access = access
        self._claims = claims
        self._cards = cards
        self._teller = teller
        self._redrawing = redrawing
        self._audit = audit
        self._clock = clock

    async def take(self, grant: Grant, fan: FanId) -> Claim:
        """Be on it; the claim that holds, which is somebody else's when they were faster."""
        claim = await self._take(grant, fan, HELD)
        if claim.holder == grant.actor.user:
            await self._note(grant, "claim", "done")
            await self._redrawing.fan(grant.creator, fan)
        return claim

    async def answering(self, grant: Grant, fan: FanId) -> Claim:
        """Be on it while answering; somebody else's claim when they are."""
        return await self._take(grant, fan, ANSWERING)

    async def of(self, grant: Grant, fan: FanId) -> Claim | None:
        """Who is on this fan."""
        return await self._claims.of(grant.creator, fan, self._clock.now())

    async def of_fans(self, grant: Grant, fans: Collection[FanId]) -> dict[FanId, Claim]:
        """Who is on which of these fans."""
        return await self._claims.of_fans(grant.creator, fans, self._clock.now())

    async def release(self, grant: Grant, fan: FanId) -> None:
        """Let go. BadInputError when it is not one's own."""
        if not await self._claims.release(grant.creator, fan, grant.actor.user):
            raise BadInputError("You are not on this fan, so there is nothing to let go of.")
        await self._note(grant, "claim", "released")
        await self._redrawing.fan(grant.creator, fan)

    async def snooze_until(self, grant: Grant, fan: FanId, written: str, zone: ZoneInfo) -> Claim:
        """The same, until a time as somebody writes it. BadInputError also for one that is over or too far off."""
        now = self._clock.now()
        return await self.snooze(grant, fan, schedule.to_come(written, now, zone) - now)

    async def snooze(self, grant: Grant, fan: FanId, length: timedelta) -> Claim:
        """Stay on it and hear nothing of it for so long. BadInputError when it is too long, or somebody else's."""
        if length > LONGEST_SNOOZE:
            raise BadInputError(
                f"No fan can be put off for more than {LONGEST_SNOOZE.days} days. Write an earlier time."
            )
        claim = await self._take(grant, fan, max(length, SHORTEST_SNOOZE), is_snoozed=True)
        if claim.holder != grant.actor.user:
            raise BadInputError("Somebody else is on this fan now.")
        await self._note(grant, "claim", "snoozed")
        await self._redrawing.fan(grant.creator, fan)
        return claim

    async def hand_over(self, grant: Grant, fan: FanId, to: DiscordUserId, name: str) -> bool:
        """Put somebody else on it, who may answer too; whether they were told, under a card in a server.

        BadInputError when they may not, or it is not one's own.
        """
        now = self._clock.now()
        claim = await self._claims.of(grant.creator, fan, now)
        if claim is None or claim.holder != grant.actor.user:
            raise BadInputError("You are not on this fan. Press **Claim** first, then hand over.")
        if not await self._may_answer(to, grant.creator):
            raise BadInputError("They may not answer this creator's fans now: they lack the right, or are off shift.")
        if not await self._claims.hand_over(claim, to, name, now, now + HELD):
            raise BadInputError("You are not on this fan any more.")
        await self._note(grant, "claim", str(to))
        await self._redrawing.fan(grant.creator, fan)
        card = await self._cards.newest_in_a_server(grant.creator, fan)
        return card is not None and await self._teller.tell(card, to, grant.actor.name)

    async def close_chat(self, grant: Grant, fan: FanId) -> None:
        """Remember that a fan takes no messages, and show it: nobody is on them, and nothing is tried again."""
        await self._claims.close_chat(grant.creator, fan, self._clock.now())
        await self._claims.release(grant.creator, fan, grant.actor.user)
        await self._redrawing.fan(grant.creator, fan)

    async def open_chat(self, grant: Grant, fan: FanId) -> None:
        """They have been reached after all."""
        if await self._claims.closed_at(grant.creator, fan) is not None:
            await self._opened(grant, fan, self._clock.now())

    async def closed(self, grant: Grant, written: Mapping[FanId, datetime | None]) -> dict[FanId, datetime]:
        """Which of these fans took no messages and wrote nothing since, and since when.

        ``written`` is when each wrote last, as far as known.
        """
        found = await self._claims.closed_among(grant.creator, written)
        for fan, since in list(found.items()):
            written_at = written[fan]
            if written_at is not None and written_at > since:
                del found[fan]
                await self._opened(grant, fan, written_at)
        return found

    async def sweep(self) -> None:
        """Let go of what has run out, and show that on the cards."""
        for claim in await self._claims.run_out(self._clock.now()):
            await self._redrawing.fan(claim.creator, claim.fan)

    async def _opened(self, grant: Grant, fan: FanId, written_at: datetime) -> None:
        if await self._claims.open_chat(grant.creator, fan, written_at):
            await self._redrawing.fan(grant.creator, fan)

    async def _take(self, grant: Grant, fan: FanId, length: timedelta, *, is_snoozed: bool = False) -> Claim:
        now, actor = self._clock.now(), grant.actor
        known = await self._claims.of(grant.creator, fan, now)
        until = now + length
        if known is not None and known.holder == actor.user and not is_snoozed and not known.is_snoozed:
            until = max(until, known.until)
        wanted = Claim(grant.creator, fan, actor.user, actor.name, now, until, is_snoozed)
        claim = await self._claims.take(wanted, now)
        if claim.holder == actor.user or await self._may_answer(claim.holder, grant.creator):
            return claim
        await self._claims.release(claim.creator, claim.fan, claim.holder)
        return await self._claims.take(wanted, now)

    async def _may_answer(self, person: DiscordUserId, creator: CreatorId) -> bool:
        try:
            return await self._access.may(person, creator, Capability.REPLY)
        except DiscordDownError:
            return True

    async def _note(self, grant: Grant, action: str, outcome: str) -> None:
        await self._audit.write(grant.actor, grant.creator, action, outcome, self._clock.now())
