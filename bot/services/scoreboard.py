"""A fair scoreboard of whoever answers a creator's fans."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import DiscordUserId, FanId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, DomainError, NotAllowedError
from bot.domain.periods import Asked, Period
from bot.domain.scoreboard import (
    WINDOW,
    Income,
    Paid,
    Score,
    Scoreboard,
    attributed,
    ranked,
    with_income,
    with_names,
)
from bot.fanvue.insights import Earning, Reversal
from bot.services.access import AccessService
from bot.services.insights.earnings import MOST_REVERSALS, MOST_ROWS, InsightsService
from bot.services.insights.payments import REVERSALS
from bot.services.preferences import PreferencesService
from bot.services.team import TeamService
from bot.storage.scoreboard import ScoreStore

BY_THEMSELVES = frozenset({"renewal"})
"""Payments that come whether anybody answers or not."""
PIECE = timedelta(days=45)
AT_ONCE = 8
NOT_FROM_FANS = frozenset({"referral", "affiliate"})
TOO_MANY = "There are more than {:,} payments in that time. Pick a shorter period to see what followed whose answers."


class ScoreboardService:
    """Whoever manages the team sees everybody, whoever answers fans themselves beside the team's totals.

    Income is read with the reader's own right to it: without that, and while Fanvue does not tell, the rest stands.
    """

    def __init__(
        self,
        access: AccessService,
        insights: InsightsService,
        team: TeamService,
        preferences: PreferencesService,
        *,
        scores: ScoreStore,
        clock: Clock,
        most_payments: int = MOST_ROWS,
    ) -> None:
        self._access = access
        self._insights = insights
        self._team = team
        self._preferences = preferences
        self._scores = scores
        self._clock = clock
        self._most_payments = most_payments

    async def board(
        self, actor: Actor, creator: str | None, asked: Asked, locale: str = ""
    ) -> tuple[Grant, Scoreboard]:
        """The scoreboard of a period in the creator's days, with the right it is seen by. Raises as ``choose`` does."""
        grant = await self._access.choose(actor, creator, Capability.MANAGE, Capability.REPLY)
        zone = await self._preferences.zone_for(grant, locale=locale)
        now = self._clock.now()
        period = asked.period(now, zone)
        known = Period(max(period.start, await self._known_since(grant)), period.end, zone)
        tally, names, (income, no_income) = await asyncio.gather(
            self._scores.tally(grant.creator, known.start, known.end),
            self._scores.names(grant.creator, known.start - WINDOW),
            self._income(grant, known),
        )
        scores = with_names(with_income(tally.scores, income), names)
        whole = Scoreboard(
            handle=grant.handle,
            asked=asked,
            zone=zone.key,
            since=known.start if known.start > period.start else None,
            is_known=known.start < known.end,
            scores=ranked(scores),
            team=tally.team,
            elsewhere=tally.elsewhere,
            income=income,
            no_income=no_income,
            as_of=now,
        )
        if grant.capability is not Capability.MANAGE:
            return grant, whole.seen_by(actor.user, actor.name)
        return grant, replace(whole, silent=await self._silent(grant, scores))

    async def _known_since(self, grant: Grant) -> datetime:
        """From when on answers are kept; whom an account manages can have come to it later."""
        first = await self._scores.first_known(grant.creator) if grant.managed else None
        return max(grant.connection.connected_at, first or grant.connection.connected_at)

    async def _silent(self, grant: Grant, scores: Sequence[Score]) -> tuple[DiscordUserId, ...]:
        answered = {score.who for score in scores}
        members = await self._team.members(grant)
        may = [one.person for one in members if any(right.capability is Capability.REPLY for right in one.rights)]
        return tuple(person for person in may if person not in answered)

    async def _income(self, grant: Grant, period: Period) -> tuple[Income | None, DomainError | None]:
        """What followed whose answers; or why that cannot be told."""
        if period.start >= period.end:
            return Income(), None
        try:
            return await self._followed(await self._allowed(grant), period), None
        except DomainError as error:
            return None, error

    async def _allowed(self, grant: Grant) -> Grant:
        """The reader's own right to see income; nothing is written down about whoever has none."""
        actor = grant.actor
        if not await self._access.may(actor.user, grant.creator, Capability.INSIGHTS):
            raise NotAllowedError(Capability.INSIGHTS)
        return await self._access.require(actor, grant.creator, Capability.INSIGHTS)

    async def _followed(self, grant: Grant, period: Period) -> Income:
        rows = await self._payments(grant, period)
        taken_back, is_whole = await self._taken_back(grant, period, rows)
        payments = [_paid(row) for row in rows if row.source not in REVERSALS | NOT_FROM_FANS]
        fans = list(dict.fromkeys(paid.fan for paid in payments if paid.fan and paid.counts))
        answers = await self._scores.answers(grant.creator, fans, period.start - WINDOW, period.end)
        return Income(attributed(payments, taken_back, answers), is_before_reversals=not is_whole)

    async def _payments(self, grant: Grant, period: Period) -> list[Earning]:
        """All of a period, its pieces read side by side: page after page, a year takes a hundred round trips."""
        found: list[Earning] = []

        async def read(piece: Period) -> None:
            async for row in self._insights.payments(grant, piece, limit=self._most_payments + 1):
                found.append(row)
                if len(found) > self._most_payments:
                    return

        await asyncio.gather(*map(read, period.pieces(PIECE, AT_ONCE)))
        if len(found) > self._most_payments:
            raise BadInputError(TOO_MANY.format(self._most_payments))
        return found

    async def _taken_back(self, grant: Grant, period: Period, rows: Sequence[Earning]) -> tuple[list[Paid], bool]:
        """What was taken back, and whether that is all of it: of managed creators only some surfaces tell."""
        told = [_reversed(row, row.reversed_transaction_order_id) for row in rows if row.source in REVERSALS]
        if told:
            return told, True
        try:
            found = await self._insights.reversals_of(grant, period)
        except DomainError:
            return [], False
        return [_reversed(row) for row in found or ()], found is not None and len(found) < MOST_REVERSALS


def _paid(row: Earning) -> Paid:
    fan = FanId(row.user.uuid) if row.user else None
    return Paid(row.date, round(row.net), fan, row.transaction_order_id, counts=row.source not in BY_THEMSELVES)


def _reversed(row: Earning | Reversal, order: str | None = None) -> Paid:
    fan = FanId(row.user.uuid) if row.user else None
    return Paid(row.date, -abs(round(row.net)), fan, reverses=order or "")
