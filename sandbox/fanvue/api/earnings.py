"""Insights into money: rows, summary, reversals, top spenders."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from sandbox.fanvue.instants import stamp, stamp_or_none
from sandbox.fanvue.world.records import Fan, Reversal, Sale

from .answers import invalid
from .operation import Call, Operation
from .paging import Shown
from .reading import Commas, Paged, Sized, Span
from .shapes import fan_brief, fan_user

EarningSource = Literal[
    "all",
    "affiliate",
    "appStore",
    "checkoutLink",
    "mediaLink",
    "message",
    "post",
    "referral",
    "renewal",
    "subscription",
    "tip",
    "giveaway",
]
NewerSource = EarningSource | Literal["fanExperience", "refund", "chargeback"]
SpendingType = Literal["all", "refund", "chargeback"]
TAX = 1.08
BREAKDOWN = {
    "subscription": "subs",
    "message": "messages",
    "post": "posts",
    "tip": "tips",
    "referral": "referrals",
    "renewal": "renewals",
}
BREAKDOWN_NAMES = ("subs", "messages", "posts", "tips", "referrals", "renewals", "other")


class EarningsAsked(Sized, Span):
    source: Annotated[list[EarningSource], Commas] = Field(default_factory=list)


class NewerEarningsAsked(Sized, Span):
    source: Annotated[list[NewerSource], Commas] = Field(default_factory=list)


class SpendingAsked(Sized, Span):
    source: Annotated[list[SpendingType], Commas] = Field(default_factory=list)


class SummaryAsked(Span):
    granularity: Literal["day", "week"] = "day"
    timezone: str = "UTC"


class TopSpendersAsked(Paged, Span):
    """A span, page by page."""


@dataclass
class Sum:
    gross: int = 0
    net: int = 0

    def add(self, sale: Sale) -> None:
        self.gross += sale.gross
        self.net += sale.net

    def show(self) -> Shown:
        return {"gross": self.gross, "net": self.net}


def get_earnings(call: Call) -> Shown:
    query = call.query
    wanted = set(query.source) - {"all"}
    rows: list[Sale | Reversal] = [
        row for row in call.desk.sales.between(query.start_date, query.end_date) if not wanted or row.source in wanted
    ]
    if call.is_v1:
        rows += [row for row in _reversals(call) if not wanted or row.kind in wanted]
        rows.sort(key=lambda row: row.at)
    return call.list(rows[::-1], lambda row: _earning(call, row))


def _earning(call: Call, row: Sale | Reversal) -> Shown:
    sale = row.sale if isinstance(row, Reversal) else row
    shown: Shown = {
        "date": stamp(row.at),
        "gross": row.gross,
        "net": row.net,
        "currency": sale.currency,
        "source": row.kind if isinstance(row, Reversal) else row.source,
        "transactionOrderId": row.order_id,
        "transactionOrderStatus": "availableForPayout" if sale.is_paid_out(call.now) else "pendingBalance",
        "user": _payer(call, sale),
        **_origin(sale),
    }
    if call.is_v1:
        shown["total"] = round(row.gross * TAX)
        if isinstance(row, Reversal):
            shown["reversedTransactionOrderId"] = sale.order_id
    return shown


def _payer(call: Call, sale: Sale) -> Shown | None:
    return fan_brief(call.desk.fans[sale.fan_uuid]) if sale.fan_uuid else None


def _origin(sale: Sale) -> Shown:
    shown: Shown = {}
    if sale.source == "message" and sale.message_uuid:
        shown["messageUuid"] = sale.message_uuid
    if sale.source == "post" and sale.post_uuid:
        shown["postUuid"] = sale.post_uuid
    return shown


def get_earnings_summary(call: Call) -> Shown:
    query = call.query
    zone = _zone(query.timezone)
    rows = call.desk.sales.between(query.start_date, query.end_date)
    groups = _grouped(rows, lambda row: BREAKDOWN.get(row.source, "other"))
    sums = {name: groups[name].show() for name in BREAKDOWN_NAMES}
    local = [(row.at.astimezone(zone), row) for row in rows]
    start, end = _bounds(call, zone, local)
    return {
        "totals": _totals(call, zone),
        "breakdownBySource": sums,
        "earningsByType": {name: sums[name] for name in ("renewals", "messages", "tips", "subs")},
        "overTime": _over_time(local, start, end, query.granularity, zone),
        "averageByDayOfWeek": _by_weekday(local, start, end),
        "averageByHourOfDay": _by_hour(local, start, end),
        "period": {
            "startDate": stamp_or_none(query.start_date),
            "endDate": stamp_or_none(query.end_date),
            "granularity": query.granularity,
            "timezone": query.timezone,
        },
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid("timezone: is not an IANA time zone") from None


def _grouped(rows: Iterable[Sale], name: Callable[[Sale], str]) -> defaultdict[str, Sum]:
    groups: defaultdict[str, Sum] = defaultdict(Sum)
    for row in rows:
        groups[name(row)].add(row)
    return groups


def _bounds(call: Call, zone: ZoneInfo, local: list[tuple[datetime, Sale]]) -> tuple[date, date]:
    """First and last day of the span, in the zone; without dates, from the first sale to today."""
    today = call.now.astimezone(zone).date()
    first = local[0][0].date() if local else today
    query = call.query
    start = query.start_date.astimezone(zone).date() if query.start_date else first
    last_instant = query.end_date - timedelta(microseconds=1) if query.end_date else None
    end = last_instant.astimezone(zone).date() if last_instant else today
    return start, max(start, min(end, start + timedelta(days=4000)))


def _totals(call: Call, zone: ZoneInfo) -> Shown:
    month = call.now.astimezone(zone).date().replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    gross, net = call.desk.sales.total()
    this_gross, this_net = call.desk.sales.total(_midnight(month, zone), None)
    last_gross, last_net = call.desk.sales.total(_midnight(before, zone), _midnight(month, zone))
    return {
        "allTime": {"gross": gross, "net": net},
        "thisMonth": {
            "gross": this_gross,
            "net": this_net,
            "previousMonthGross": last_gross,
            "previousMonthNet": last_net,
            "grossChangePercentage": _change(this_gross, last_gross),
            "netChangePercentage": _change(this_net, last_net),
        },
    }


def _change(now: int, before: int) -> float | None:
    return round((now - before) / before * 100, 2) if before else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _over_time(
    local: list[tuple[datetime, Sale]], start: date, end: date, granularity: str, zone: ZoneInfo
) -> list[Shown]:
    """Every period of the span, empty ones included; weeks start on Monday."""
    step = 1 if granularity == "day" else 7
    sums: defaultdict[date, Sum] = defaultdict(Sum)
    for at, row in local:
        sums[_period(at.date(), step)].add(row)
    periods = []
    day = _period(start, step)
    while day <= end:
        periods.append({"periodStart": stamp(_midnight(day, zone)), **sums[day].show()})
        day += timedelta(days=step)
    return periods


def _period(day: date, step: int) -> date:
    return day if step == 1 else day - timedelta(days=day.weekday())


def _by_weekday(local: list[tuple[datetime, Sale]], start: date, end: date) -> Shown:
    totals: defaultdict[int, int] = defaultdict(int)
    for at, row in local:
        totals[at.isoweekday()] += row.gross
    whole, rest = divmod((end - start).days + 1, 7)
    counts = {day: whole + ((day - start.isoweekday()) % 7 < rest) for day in range(1, 8)}
    return {str(day): round(totals[day] / counts[day]) if counts[day] else 0 for day in range(1, 8)}


def _by_hour(local: list[tuple[datetime, Sale]], start: date, end: date) -> Shown:
    totals: defaultdict[int, int] = defaultdict(int)
    for at, row in local:
        totals[at.hour] += row.gross
    days = (end - start).days + 1
    return {str(hour): round(totals[hour] / days) for hour in range(24)}


def get_earnings_percentile(call: Call) -> Shown:
    gross, _ = call.desk.sales.total(call.now - timedelta(days=30), None)
    return {"percentile": round(min(99.0, gross / 6000), 1)}


def _reversals(call: Call) -> list[Reversal]:
    start, end = call.query.start_date, call.query.end_date
    return [row for row in call.desk.reversals if (start is None or row.at >= start) and (end is None or row.at < end)]


def get_spending(call: Call) -> Shown:
    wanted = set(call.query.source) - {"all"}
    rows = [row for row in _reversals(call) if not wanted or row.kind in wanted]
    return call.list(rows[::-1], lambda row: _reversal(call, row))


def _reversal(call: Call, row: Reversal) -> Shown:
    return {
        "date": stamp(row.at),
        "gross": row.gross,
        "net": row.net,
        "currency": row.sale.currency,
        "source": row.kind,
        "user": _payer(call, row.sale),
        **_origin(row.sale),
    }


def get_top_spenders(call: Call) -> Shown:
    rows = call.desk.sales.between(call.query.start_date, call.query.end_date)
    sums: dict[str, tuple[Fan, Sum, list[int]]] = {}
    for row in rows:
        if row.fan_uuid is not None:
            _, total, messages = sums.setdefault(row.fan_uuid, (call.desk.fans[row.fan_uuid], Sum(), [0]))
            total.add(row)
            messages[0] += row.source == "message"
    ranked = sorted(sums.values(), key=lambda entry: (-entry[1].gross, entry[0].user.handle))
    return call.list(
        ranked, lambda entry: {**entry[1].show(), "messages": entry[2][0], "user": fan_user(call, entry[0])}
    )


INSIGHTS = ("read:insights",)
OPERATIONS = (
    Operation(
        "getEarnings",
        "GET",
        "/insights/earnings",
        INSIGHTS,
        get_earnings,
        query=EarningsAsked,
        v1_query=NewerEarningsAsked,
        twin="getCreatorEarnings",
    ),
    Operation(
        "getEarningsSummary",
        "GET",
        "/insights/earnings/summary",
        INSIGHTS,
        get_earnings_summary,
        query=SummaryAsked,
        twin="getCreatorEarningsSummary",
    ),
    Operation("getEarningsPercentile", "GET", "/insights/earnings/percentile", INSIGHTS, get_earnings_percentile),
    Operation("getSpending", "GET", "/insights/spending", INSIGHTS, get_spending, query=SpendingAsked),
    Operation(
        "getTopSpenders",
        "GET",
        "/insights/top-spenders",
        ("read:insights", "read:fan"),
        get_top_spenders,
        query=TopSpendersAsked,
        twin="getCreatorTopSpenders",
    ),
)
