"""What was earned: by day, by source, against before."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.charts.series import Bar, TrendChart
from bot.charts.studio import ChartStudio, Picture
from bot.domain.access import Capability, Grant
from bot.domain.clock import Clock
from bot.domain.income import Income
from bot.domain.money import Money
from bot.domain.periods import Asked, Period, day_name, period_before, same_weekdays_before
from bot.domain.reports import (
    WEEKDAYS,
    Compared,
    DayEarnings,
    EarningsReport,
    Reversals,
    Source,
    SourceShare,
    View,
    source_name,
    total,
)
from bot.fanvue import insights
from bot.fanvue.insights import Earning, Reversal
from bot.fanvue.limits import Priority
from bot.fanvue.paging import pages
from bot.fanvue.shapes import Page
from bot.fanvue.wire import ActingAs, Call
from bot.services.access import require
from bot.services.insights.finished import FinishedMonths
from bot.services.insights.payments import CHARGEBACK, ROW_SOURCES, added_up
from bot.services.insights.readings import Reading, Readings
from bot.vault.gate import Gate

MOST_REVERSALS = 1_000
MOST_ROWS = 5_000
"""How many payments of one source are read for its days: a hundred calls, half a minute's budget."""
PATIENCE_SECONDS = 60
LONGEST_WAIT_SECONDS = 90
"""More than a window of Fanvue's limit: what reads for minutes goes on in the next one."""
KNOWN_SOURCES = {source.value: source for source in Source}
WHOLE = 100_000
"""A whole in thousandths of a percent."""


class InsightsService:
    """Answers about income; every answer needs the insights right. Amounts are USD minor units."""

    def __init__(self, gate: Gate, finished: FinishedMonths, studio: ChartStudio, clock: Clock) -> None:
        self._gate = gate
        self._finished = finished
        self._studio = studio
        self._clock = clock
        self._readings = Readings(clock)

    async def earnings(self, grant: Grant, asked: Asked, zone: ZoneInfo, source: Source = Source.ALL) -> EarningsReport:
        """Earnings of a period in the reader's zone, beside the period before and the same days of the week.

        For one source the totals are complete and the days empty: ``with_rows`` fills them in.
        """
        return await self.compared(grant, await self.totals(grant, asked, zone, source))

    async def totals(
        self, grant: Grant, asked: Asked, zone: ZoneInfo, source: Source = Source.ALL, *, goes_on: bool = False
    ) -> EarningsReport:
        """The same with nothing to compare it with yet: one round trip to Fanvue, and ``compared`` adds the rest.

        Whoever ``goes_on`` with an answer of the last minute is told the same numbers, as of then.
        """
        require(grant, Capability.INSIGHTS)
        reading = self._readings.begin(grant.creator, asked, zone, goes_on=goes_on)
        period = asked.period(reading.as_of, zone)
        income = await self._finished.income(grant, period, reading)
        report = EarningsReport(
            handle=grant.handle,
            asked=asked,
            period=period,
            gross=Money(income.gross),
            net=Money(income.net),
            before=None,
            weekdays=None,
            sources=_beside(_shares(income), ()),
            days=_days(income, period),
            hours=tuple(map(Money, income.by_hour)),
            as_of=reading.as_of,
            disagreement=_disagreement(income),
            is_added_up=income.is_added_up,
        )
        return report if source is Source.ALL else _narrowed(report, source)

    async def compared(self, grant: Grant, report: EarningsReport, *, with_weekdays: bool = True) -> EarningsReport:
        """The report beside the period before and the same days of the week; a picture of it is likely to follow."""
        require(grant, Capability.INSIGHTS)
        self._studio.prepare()
        before, weekdays = period_before(report.asked.preset, report.period), same_weekdays_before(report.period)
        is_own_measure = (weekdays.start, weekdays.end) == (before.start, before.end)
        spans = [before] if is_own_measure or not with_weekdays else [before, weekdays]
        reading = self._reading_of(grant, report)
        earlier, *rest = await asyncio.gather(*(self._finished.income(grant, span, reading) for span in spans))
        return replace(
            report,
            before=_compared(earlier, before, report.source),
            weekdays=_compared(rest[0], weekdays, report.source) if rest else None,
            sources=_beside(report.sources, _shares(earlier, report.source)),
            is_added_up=report.is_added_up or any(one.is_added_up for one in (earlier, *rest)),
        )

    async def with_rows(self, grant: Grant, report: EarningsReport) -> EarningsReport:
        """The report with what only single payments tell: hours, and the days of one source.

        Unchanged when there are too many. What was taken back is no payment.
        """
        require(grant, Capability.INSIGHTS)
        self._gate.require_scopes(grant, _payments_of(grant, report.period, report.source))
        income = await self._reading_of(grant, report).get(report.source, lambda: self._rows(grant, report))
        if income is None:
            return report
        report = replace(report, hours=tuple(map(Money, income.by_hour)))
        return report if report.source is Source.ALL else _with_days(report, income)

    async def _rows(self, grant: Grant, report: EarningsReport) -> Income | None:
        rows = self.payments(grant, report.period, report.source, MOST_ROWS + 1)
        return await added_up(rows, report.period.zone, MOST_ROWS)

    async def payments(
        self,
        grant: Grant,
        period: Period,
        source: Source = Source.ALL,
        limit: int = MOST_ROWS,
        *,
        until: datetime | None = None,
        is_exact: bool = True,
    ) -> AsyncGenerator[Earning, None]:
        """Single payments, newest first, a page at a time; with ``until`` as many as come by then, others first.

        Where one cannot be read there are none, unless they need not be exact.
        """
        require(grant, Capability.INSIGHTS)
        call = _payments_of(grant, period, source)
        if not is_exact:
            call = self._gate.forgiving(call)

        async def send(one: Call[Page[Earning]]) -> Page[Earning]:
            if until is None:
                return await self._gate.call(grant, one, deadline_seconds=PATIENCE_SECONDS)
            seconds = min((until - self._clock.now()).total_seconds(), LONGEST_WAIT_SECONDS)
            return await self._gate.call(grant, one, deadline_seconds=seconds, priority=Priority.BACKGROUND)

        async for row in pages(send, call, limit):
            yield row

    async def reversals(self, grant: Grant, report: EarningsReport) -> Reversals | None:
        """What was taken back in the period; ``None`` for managed creators, of whom Fanvue does not tell."""
        require(grant, Capability.INSIGHTS)
        if grant.managed is not None:
            return None
        call = insights.spending(start=report.period.start, end=report.period.end)
        self._gate.require_scopes(grant, call)
        return await self._reading_of(grant, report).get(Reversals, lambda: self._taken_back(grant, call))

    async def reversals_of(self, grant: Grant, period: Period) -> list[Reversal] | None:
        """What was taken back, row by row, as many as are looked at; ``None`` for managed creators."""
        require(grant, Capability.INSIGHTS)
        if grant.managed is not None:
            return None
        return await self._reversal_rows(grant, insights.spending(start=period.start, end=period.end))

    async def _reversal_rows(self, grant: Grant, call: Call[Page[Reversal]]) -> list[Reversal]:
        return [row async for row in self._gate.rows(grant, call, MOST_REVERSALS)]

    async def _taken_back(self, grant: Grant, call: Call[Page[Reversal]]) -> Reversals:
        rows = await self._reversal_rows(grant, call)
        sums = {True: 0, False: 0}
        for row in rows:
            sums[row.source == CHARGEBACK] -= abs(round(row.net))
        return Reversals(Money(sums[False]), Money(sums[True]), len(rows), is_whole=len(rows) < MOST_REVERSALS)

    def _reading_of(self, grant: Grant, report: EarningsReport) -> Reading:
        return self._readings.of(grant.creator, report.asked, report.period.zone, report.as_of)

    async def chart(self, report: EarningsReport, view: View = View.DAYS) -> Picture | None:
        """One cut of the report as a picture; ``None`` when it is all zero. ChartError when it cannot be drawn."""
        chart = chart_of(report, view)
        return None if chart.is_flat else await self._studio.draw(chart)

    async def masked_chart(self, report: EarningsReport, view: View = View.DAYS) -> Picture | None:
        """The same without amounts; ``None`` when nothing came in. ChartError when it cannot be drawn."""
        chart = without_amounts(chart_of(report, view))
        return await self._studio.draw(chart) if chart and chart.bars else None


def _payments_of(grant: Grant, period: Period, source: Source) -> Call[Page[Earning]]:
    return insights.earnings(ActingAs(grant.managed), start=period.start, end=period.end, sources=ROW_SOURCES[source])


def chart_of(report: EarningsReport, view: View) -> TrendChart:
    """What the picture of a report shows; however it is cut, its bars add up to the same net (hours: gross)."""
    of = "" if report.source is Source.ALL else f" from {report.source.label.lower()}"
    name = f"Net{of}" if of else "Net earnings"
    if view is View.SOURCES:
        bars = tuple(Bar(share.name, share.net.minor) for share in report.sources)
        before: tuple[int, ...] = tuple(share.net_before.minor for share in report.sources)
        return TrendChart(
            report.asked.label, bars, comparison=before, value_name=name, bar_name="source", is_ranking=True
        )
    if view is View.WEEKDAYS:
        sums = report.by_weekday if report.days else ()
        bars = tuple(Bar(day[:3], money.minor) for day, money in zip(WEEKDAYS, sums, strict=False))
        return TrendChart(report.asked.label, bars, value_name=name, bar_name="weekday")
    if view is View.HOURS:
        bars = tuple(Bar(f"{hour:02d}:00", money.minor) for hour, money in enumerate(report.hours))
        return TrendChart(report.asked.label, bars, value_name=f"Gross{of} by hour", bar_name="hour")
    bars = tuple(Bar(_day_label(day, report.period), day.net.minor) for day in report.days)
    comparison = report.before.by_day if report.before and report.source is Source.ALL else None
    return TrendChart(report.asked.label, bars, comparison=comparison, value_name=name)


def without_amounts(chart: TrendChart) -> TrendChart | None:
    """The same picture in parts of its total, which tell no amount; ``None`` when that is not above zero."""
    whole = chart.total
    if whole is None or whole <= 0:
        return None

    def part(value: int | None) -> int | None:
        return None if value is None else round(value * WHOLE / whole)

    bars = tuple(Bar(bar.label, part(bar.value)) for bar in chart.bars)
    comparison = None if chart.comparison is None else tuple(map(part, chart.comparison))
    return replace(chart, bars=bars, comparison=comparison, unit="share")


def _day_label(entry: DayEarnings, period: Period) -> str:
    day = entry.day
    is_one_year = period.days[0].astimezone(period.zone).year == day.year
    return f"{day:%b} {day.day}" if is_one_year else day_name(day)


def _with_days(report: EarningsReport, income: Income) -> EarningsReport:
    difference = abs(income.net - report.net.minor)
    return replace(
        report, days=_days(income, report.period), disagreement=Money(difference) if difference else report.disagreement
    )


def _compared(income: Income, period: Period, source: Source) -> Compared:
    if source is not Source.ALL:
        return Compared(period, total([share.net for share in _shares(income, source)]), ())
    return Compared(period, Money(income.net), tuple(day.net.minor for day in _days(income, period)))


def _days(income: Income, period: Period) -> tuple[DayEarnings, ...]:
    """One entry for each local day of the period; Fanvue leaves empty days out."""
    days = [midnight.astimezone(period.zone).date() for midnight in period.days]
    amounts = [income.days.get(day, (0, 0)) for day in days]
    return tuple(DayEarnings(day, Money(gross), Money(net)) for day, (gross, net) in zip(days, amounts, strict=True))


def _shares(income: Income, wanted: Source = Source.ALL) -> tuple[SourceShare, ...]:
    """What each source brought, or the one that is wanted; sources without a name count in the total alone."""
    shares = (_share(name, gross, net) for name, (gross, net) in income.sources.items() if name)
    return tuple(share for share in shares if wanted in {Source.ALL, share.source})


def _share(name: str, gross: int, net: int) -> SourceShare:
    source = KNOWN_SOURCES.get(name, Source.OTHER)
    return SourceShare(source, source.label if name in KNOWN_SOURCES else source_name(name), Money(gross), Money(net))


def _beside(shares: Sequence[SourceShare], before: Sequence[SourceShare]) -> tuple[SourceShare, ...]:
    """Every source that brought something now or before, the largest first."""
    earlier = {share.name: share for share in before}
    found = [replace(share, net_before=_net_of(earlier.pop(share.name, None))) for share in shares]
    found += [replace(share, gross=Money(0), net=Money(0), net_before=share.net) for share in earlier.values()]
    told = [share for share in found if share.gross.minor or share.net.minor or share.net_before.minor]
    return tuple(sorted(told, key=lambda share: (-share.net.minor, share.name)))


def _net_of(share: SourceShare | None) -> Money:
    return share.net if share else Money(0)


def _disagreement(income: Income) -> Money | None:
    difference = sum(net for _, net in income.sources.values()) - income.net
    return Money(abs(difference)) if difference and income.sources else None


def _narrowed(report: EarningsReport, source: Source) -> EarningsReport:
    """The same report about one source alone."""
    shares = tuple(share for share in report.sources if share.source is source)
    return replace(
        report,
        source=source,
        gross=total([share.gross for share in shares]),
        net=total([share.net for share in shares]),
        sources=shares,
        days=(),
        hours=(),
        disagreement=None,
    )
