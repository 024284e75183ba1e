"""All creators somebody may see, next to each other."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.charts.series import Bar, TrendChart
from bot.charts.studio import ChartStudio, Picture
from bot.domain.access import Actor, Capability
from bot.domain.accounts import Creator
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, PickCreatorError
from bot.domain.money import Money
from bot.domain.periods import Asked
from bot.domain.side_by_side import CreatorIncome, SideBySide, Unanswered, ranked
from bot.services.access import AccessService
from bot.services.inbox.conversations import ConversationsService
from bot.services.insights.earnings import InsightsService
from bot.services.preferences import PreferencesService

MOST_CREATORS = 50
AT_ONCE = 8
"""Each creator has a limit of their own at Fanvue, and people who ask for one of them come in between."""
DRAWN = 12


class SideBySideService:
    """Each creator is asked for with a grant of its own: who may not see one, sees the others."""

    def __init__(
        self,
        access: AccessService,
        insights: InsightsService,
        conversations: ConversationsService,
        preferences: PreferencesService,
        studio: ChartStudio,
        clock: Clock,
    ) -> None:
        self._access = access
        self._insights = insights
        self._conversations = conversations
        self._preferences = preferences
        self._studio = studio
        self._clock = clock

    async def incomes(self, actor: Actor, asked: Asked, locale: str = "") -> SideBySide:
        """What each earned in that period, beside the period before. Raises what ``choose`` does where it is nobody."""
        creators = await self._access.creators_for(actor, Capability.INSIGHTS)
        if not creators:
            creators = await self._asked_anew(actor)
        looked_at, turns = creators[:MOST_CREATORS], asyncio.Semaphore(AT_ONCE)

        async def read(one: Creator) -> CreatorIncome | None:
            async with turns:
                return await self._income(actor, one, asked, locale)

        found = await asyncio.gather(*map(read, looked_at))
        return SideBySide(
            asked=asked,
            incomes=ranked([income for income in found if income is not None]),
            unread=_missing(looked_at, found),
            left_out=len(creators) - len(looked_at),
            as_of=self._clock.now(),
        )

    async def _asked_anew(self, actor: Actor) -> list[Creator]:
        """Those whom Fanvue tells of only now; else the refusal says what is missing, as for one creator."""
        with suppress(PickCreatorError):
            await self._access.choose(actor, None, Capability.INSIGHTS)
        return await self._access.creators_for(actor, Capability.INSIGHTS)

    async def chart(self, shown: SideBySide) -> Picture | None:
        """The first of them as bars; ``None`` for one alone and when it is all zero. ChartError."""
        first = shown.incomes[:DRAWN]
        name = "Net earnings" if len(first) == len(shown.incomes) else f"Net of the first {DRAWN}"
        chart = TrendChart(
            shown.asked.label,
            tuple(Bar(f"@{one.handle}", one.net.minor) for one in first),
            comparison=tuple(one.before.minor for one in first),
            value_name=name,
            bar_name="creator",
            is_ranking=True,
        )
        return None if len(first) < 2 or chart.is_flat else await self._studio.draw(chart)  # noqa: PLR2004 - alone

    async def _income(self, actor: Actor, creator: Creator, asked: Asked, locale: str) -> CreatorIncome | None:
        try:
            grant = await self._access.require(actor, creator.id, Capability.INSIGHTS)
            zone = await self._preferences.zone_for(grant, locale=locale)
            report, unanswered = await asyncio.gather(
                self._insights.totals(grant, asked, zone), self._unanswered(actor, creator)
            )
            report = await self._insights.compared(grant, report, with_weekdays=False)
        except DomainError:
            return None
        before = report.before.net if report.before else Money(0)
        return CreatorIncome(creator.id, creator.account.handle, report.net, before, report.is_added_up, unanswered)

    async def _unanswered(self, actor: Actor, creator: Creator) -> Unanswered | None:
        """For those who may read what fans write."""
        if not await self._access.may(actor.user, creator.id, Capability.REPLY):
            return None
        try:
            grant = await self._access.require(actor, creator.id, Capability.REPLY)
            return await self._conversations.unanswered(grant)
        except DomainError:
            return Unanswered(None)


def _missing(creators: Sequence[Creator], found: Sequence[CreatorIncome | None]) -> tuple[str, ...]:
    return tuple(one.account.handle for one, income in zip(creators, found, strict=True) if income is None)
