"""What a creator wants to earn in a month, and how far they are."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.charts.series import TrendChart
from bot.charts.studio import ChartStudio, Picture
from bot.domain.access import Capability, Grant
from bot.domain.goals import Progress, goal_of
from bot.domain.money import Money
from bot.domain.periods import Asked, Preset, month_of
from bot.domain.reports import EarningsReport, Source, View
from bot.services.access import require
from bot.services.insights.earnings import InsightsService, chart_of
from bot.storage.creators import CreatorStore

THIS_MONTH = Asked(Preset.THIS_MONTH)


class GoalsService:
    """One goal a creator: net income of each calendar month, in the zone in which their days end."""

    def __init__(self, insights: InsightsService, creators: CreatorStore, studio: ChartStudio) -> None:
        self._insights = insights
        self._creators = creators
        self._studio = studio

    async def month(
        self, grant: Grant, zone: ZoneInfo, *, goes_on: bool = False
    ) -> tuple[EarningsReport, Progress | None]:
        """The present month so far, and how far it is when there is a goal. Needs the insights right.

        Whoever ``goes_on`` with an answer of the last minute is told of the same numbers.
        """
        report = await self._insights.totals(grant, THIS_MONTH, zone, goes_on=goes_on)
        return report, await self.progress(grant, report)

    async def progress(self, grant: Grant, report: EarningsReport) -> Progress | None:
        """How far the month of a report is; ``None`` without a goal, and for anything but the whole present month."""
        if report.asked != THIS_MONTH or report.source is not Source.ALL:
            return None
        goal = await self._creators.monthly_goal(grant.creator)
        if goal is None:
            return None
        return Progress(Money(goal), report.net, month_of(report.as_of, report.period.zone), report.as_of)

    async def of(self, grant: Grant) -> Money | None:
        """The goal; asks Fanvue nothing."""
        goal = await self._creators.monthly_goal(grant.creator)
        return None if goal is None else Money(goal)

    async def set(self, grant: Grant, written: str) -> Money | None:
        """Set the goal of every month from now on, or take it away. Needs the right to manage; BadInputError."""
        require(grant, Capability.MANAGE)
        goal = goal_of(written)
        await self._creators.set_monthly_goal(grant.creator, goal.minor if goal else None)
        return goal

    async def chart(self, report: EarningsReport, progress: Progress | None) -> Picture | None:
        """The days so far as a picture, beside an even pace to the goal. ChartError when it cannot be drawn."""
        chart = _beside_the_goal(chart_of(report, View.DAYS), progress)
        return None if chart.is_flat else await self._studio.draw(chart)


def _beside_the_goal(chart: TrendChart, progress: Progress | None) -> TrendChart:
    if progress is None:
        return chart
    return replace(chart, comparison=progress.even_pace, comparison_name="an even pace to the goal")
