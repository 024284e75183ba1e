"""How it is going: earnings now, other views later."""

import asyncio
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.charts.series import Bar, TrendChart
from bot.charts.studio import ChartStudio, Picture
from bot.domain.access import Capability, Grant
from bot.domain.clock import Clock
from bot.domain.errors import NotAllowedError
from bot.domain.money import Money
from bot.domain.periods import Period, Preset, period_before, period_for
from bot.domain.reports import DayEarnings, EarningsReport, SourceShare
from bot.fanvue import insights
from bot.fanvue.insights import EarningsSummary
from bot.vault.gate import Gate

SOURCE_NAMES = {
    "subs": "New subscriptions",
    "renewals": "Renewals",
    "messages": "Messages",
    "tips": "Tips",
    "posts": "Posts",
    "referrals": "Referrals",
    "other": "Other",
}


class InsightsService:
    """Answers about money and audience; every answer needs the insights right."""

    def __init__(self, gate: Gate, studio: ChartStudio, clock: Clock) -> None:
        self._gate = gate
        self._studio = studio
        self._clock = clock

    async def earnings(self, grant: Grant, preset: Preset, zone: ZoneInfo) -> EarningsReport:
        """Earnings of a period in the reader's zone, beside the period before. Amounts in USD minor units."""
        if grant.capability is not Capability.INSIGHTS:
            raise NotAllowedError(Capability.INSIGHTS)
        now = self._clock.now()
        period = period_for(preset, now, zone)
        before = period_before(preset, period)
        current, earlier = await asyncio.gather(self._summary(grant, period), self._summary(grant, before))
        days, days_before = _by_day(current, period), _by_day(earlier, before)
        return EarningsReport(
            handle=grant.handle,
            preset=preset,
            period=period,
            gross=_total(day.gross for day in days),
            net=_total(day.net for day in days),
            net_before=_total(day.net for day in days_before),
            sources=_sources(current),
            days=days,
            net_by_day_before=tuple(day.net.minor for day in days_before),
            as_of=now,
        )

    async def chart(self, report: EarningsReport) -> Picture:
        """The report's days as a picture; ChartError when it cannot be drawn."""
        return await self._studio.draw(
            TrendChart(
                title=report.preset.label,
                bars=tuple(Bar(f"{day.day:%b} {day.day.day}", day.net.minor) for day in report.days),
                currency=report.net.currency,
                unit="money",
                comparison=report.net_by_day_before,
                value_name="Net earnings",
            )
        )

    async def _summary(self, grant: Grant, period: Period) -> EarningsSummary:
        return await self._gate.call(
            grant, insights.earnings_summary(start=period.start, end=period.end, timezone=period.zone.key)
        )


def _total(amounts: Iterable[Money]) -> Money:
    return sum(amounts, start=Money(0))


def _sources(summary: EarningsSummary) -> tuple[SourceShare, ...]:
    shares = (
        SourceShare(SOURCE_NAMES.get(name, name.capitalize()), Money(round(part.gross)), Money(round(part.net)))
        for name, part in summary.breakdown_by_source.items()
    )
    return tuple(sorted((share for share in shares if share.gross.minor), key=lambda share: -share.net.minor))


def _by_day(summary: EarningsSummary, period: Period) -> tuple[DayEarnings, ...]:
    """One entry for each local day of the period; Fanvue leaves empty days out."""
    earned: dict[date, tuple[int, int]] = {}
    for point in summary.over_time:
        day = _local_day(point.period_start, period.zone)
        gross, net = earned.get(day, (0, 0))
        earned[day] = gross + round(point.gross), net + round(point.net)
    days = [midnight.astimezone(period.zone).date() for midnight in period.days]
    return tuple(DayEarnings(day, Money(earned.get(day, (0, 0))[0]), Money(earned.get(day, (0, 0))[1])) for day in days)


def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The day a bucket means: its start may be local midnight as an instant, or that day written as UTC midnight."""
    if instant == instant.replace(hour=0, minute=0, second=0, microsecond=0) and instant.utcoffset() == timedelta(0):
        return instant.date()
    return instant.astimezone(zone).date()
