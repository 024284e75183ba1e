"""Finished months are asked once, kept sealed, and read from then on."""

import asyncio
from datetime import date, datetime, timedelta
from weakref import WeakValueDictionary

import structlog

from bot.domain.access import Grant
from bot.domain.accounts import CreatorId
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, FanvueChangedError, FanvueDownError, GoneError, RefusedByFanvueError
from bot.domain.income import NOTHING, Income
from bot.domain.periods import Period
from bot.fanvue import insights
from bot.fanvue.insights import EarningsSummary
from bot.fanvue.wire import ActingAs, Call
from bot.services.insights.payments import added_up
from bot.services.insights.readings import Reading
from bot.storage.finished import FinishedSpan, FinishedStore
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring, SealError

log = structlog.get_logger(__name__)

SETTLED = timedelta(days=2)
"""How long after its end a month may still change: payments are booked late."""
MOST_ADDED_UP = 2_000
"""How many payments stand in for a summary: 40 calls, and the spans to compare with are read beside it."""


class FinishedMonths:
    """The income of any span; whole months that are over come from storage, in one call where they do not."""

    def __init__(self, gate: Gate, store: FinishedStore, keyring: Keyring, clock: Clock) -> None:
        self._gate = gate
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def income(self, grant: Grant, period: Period, reading: Reading | None = None) -> Income:
        """Income of a span in its zone, by day and source; what the ``reading`` holds is not asked again."""
        border = _last_finished(period, self._clock.now() - SETTLED)
        if border is None:
            return await self._read_once(grant, period, reading)
        finished = await self._kept(grant, Period(period.start, border, period.zone))
        if border == period.end:
            return finished
        return finished + await self._read_once(grant, Period(border, period.end, period.zone), reading)

    async def _kept(self, grant: Grant, months: Period) -> Income:
        """What is stored of these months, and the gaps asked and stored; of several who ask at once one does."""
        turn = self._turns.setdefault(f"{grant.creator}:{months.start}:{months.zone.key}", asyncio.Lock())
        async with turn:
            return await self._read(grant, months)

    async def _read(self, grant: Grant, months: Period) -> Income:
        spans = await self._store.within(grant.creator, months)
        found, at = NOTHING, months.start
        while at < months.end:
            span = max((one for one in spans if one.start == at), key=lambda one: one.end, default=None)
            known = self._opened(grant.creator, span) if span else None
            if span is None or known is None:
                end = min((one.start for one in spans if one.start > at), default=months.end)
                known = await self._asked_and_kept(grant, Period(at, end, months.zone))
            else:
                end = span.end
            found, at = found + known, end
        return found

    async def _asked_and_kept(self, grant: Grant, months: Period) -> Income:
        income = await self._asked(grant, months)
        if income.is_added_up:
            return income
        sealed = self._keyring.seal(income.to_json(), identity=_identity(grant.creator, months.start))
        await self._store.keep(grant.creator, months, sealed, self._clock.now())
        return income

    def _opened(self, creator: CreatorId, span: FinishedSpan) -> Income | None:
        try:
            return Income.from_json(self._keyring.open(span.sealed, identity=_identity(creator, span.start)))
        except (SealError, ValueError, KeyError):
            log.warning("finished_month_unreadable")
            return None

    async def _read_once(self, grant: Grant, period: Period, reading: Reading | None) -> Income:
        if reading is None:
            return await self._asked(grant, period)
        self._gate.require_scopes(grant, _summary_of(grant, period))
        return await reading.get(period, lambda: self._asked(grant, period))

    async def _asked(self, grant: Grant, period: Period) -> Income:
        """Fanvue's summary; where that alone is broken, its payments added up, which are never kept."""
        try:
            return income_of(await self._gate.call(grant, _summary_of(grant, period)), period)
        except (FanvueChangedError, FanvueDownError, GoneError, RefusedByFanvueError) as error:
            if isinstance(error, FanvueDownError) and not error.is_answering:
                raise
            income = await self._added_up(grant, period)
            if income is None:
                raise
            return income

    async def _added_up(self, grant: Grant, period: Period) -> Income | None:
        """The payments of a span added up; ``None`` when they cannot be had either, or are too many."""
        call = insights.earnings(ActingAs(grant.managed), start=period.start, end=period.end)
        rows = self._gate.rows(grant, call, MOST_ADDED_UP + 1)
        try:
            return await added_up(rows, period.zone, MOST_ADDED_UP)
        except DomainError:
            return None


def _summary_of(grant: Grant, period: Period) -> Call[EarningsSummary]:
    return insights.earnings_summary(period.start, period.end, ActingAs(grant.managed), timezone=period.zone.key)


def income_of(summary: EarningsSummary, period: Period) -> Income:
    """Fanvue's summary in whole cents, each bucket under the local day it means."""
    days: dict[date, tuple[int, int]] = {}
    for point in summary.over_time:
        day = _local_day(point.period_start, period)
        gross, net = days.get(day, (0, 0))
        days[day] = gross + round(point.gross), net + round(point.net)
    sources = {name: (round(part.gross), round(part.net)) for name, part in summary.breakdown_by_source.items()}
    count = len(period.days)
    hours = {
        int(hour): round(gross * count)
        for hour, gross in summary.average_by_hour_of_day.items()
        if hour.isdigit() and int(hour) < 24  # noqa: PLR2004 - a day
    }
    return Income(days, sources, hours)


def _local_day(instant: datetime, period: Period) -> date:
    """The day a bucket means: its start may be local midnight as an instant, or that day written as UTC midnight."""
    if instant == instant.replace(hour=0, minute=0, second=0, microsecond=0) and not instant.utcoffset():
        return instant.date()
    return instant.astimezone(period.zone).date()


def _last_finished(period: Period, until: datetime) -> datetime | None:
    """Where the whole months that are over end, when the span begins with one."""
    start = period.start.astimezone(period.zone)
    if start.day != 1 or period.start != period.days[0]:
        return None
    latest = min(period.end, until)
    borders = [day for day in period.days if day.astimezone(period.zone).day == 1 and period.start < day <= latest]
    if period.end <= until and (period.end.astimezone(period.zone)).day == 1 and _is_midnight(period):
        return period.end
    return borders[-1] if borders else None


def _is_midnight(period: Period) -> bool:
    end = period.end.astimezone(period.zone)
    return (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0)


def _identity(creator: CreatorId, start: datetime) -> str:
    return f"{creator}:{start.isoformat()}"
