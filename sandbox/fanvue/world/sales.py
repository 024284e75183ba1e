"""Two years of sales with a weekday and a season, and the book they are kept in."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from math import cos, tau
from random import Random
from typing import Self, TypeVar

from .names import CreatorPlan
from .records import Fan, Reversal, ReversalKind, Sale

T = TypeVar("T")
HISTORY_DAYS = 730
CREATOR_SHARE = 0.8
WEEKDAYS = (0.82, 0.78, 0.86, 0.95, 1.22, 1.35, 1.12)
HOURS = (5, 3, 2, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 7, 8, 9, 11, 14, 16, 17, 14, 9)
SOURCES = (
    ("message", 44),
    ("tip", 33),
    ("post", 14),
    ("referral", 3),
    ("mediaLink", 3),
    ("checkoutLink", 2),
    ("affiliate", 1),
)
AMOUNTS = {
    "message": (500, 799, 999, 1299, 1499, 1999, 2999, 4999),
    "tip": (300, 500, 500, 1000, 1000, 1500, 2000, 2500, 5000, 10000),
    "post": (499, 799, 999, 1499),
    "referral": (250, 420, 610),
    "mediaLink": (999, 1999),
    "checkoutLink": (2500, 4900),
    "affiliate": (180, 320),
}
CURRENCIES = ("USD", "USD", "USD", "EUR", "GBP", "CAD")


def share(gross: int) -> int:
    """The creator's part of what a fan paid."""
    return round(gross * CREATOR_SHARE)


def day_factor(plan: CreatorPlan, day: date, days_ago: int) -> float:
    """Weekday, season (a winter peak) and growth over the two years, around one."""
    season = 1 + 0.18 * cos(tau * (day.timetuple().tm_yday - 350) / 365)
    growth = plan.growth ** ((HISTORY_DAYS / 2 - days_ago) / HISTORY_DAYS)
    return float(WEEKDAYS[day.weekday()] * season * growth)


def _order_id(draw: Random) -> str:
    return f"FV-{10**9 + draw.getrandbits(33)}"


def _pick(draw: Random, values: tuple[T, ...]) -> T:
    """Like `choice`, at half the price: two years of sales draw tens of thousands of times."""
    return values[int(draw.random() * len(values))]


def paid_periods(draw: Random, plan: CreatorPlan, payments: list[tuple[datetime, str, Fan]]) -> list[Sale]:
    return [Sale(at, kind, plan.price, share(plan.price), _order_id(draw), fan.user.uuid) for at, kind, fan in payments]


def purchases(draw: Random, plan: CreatorPlan, fans: list[Fan], now: datetime) -> Iterator[Sale]:
    """Everything fans bought besides subscriptions, day by day; each buyer had joined by then."""
    by_age = sorted(fans, key=lambda fan: fan.joined_at)
    joined = [fan.joined_at for fan in by_age]
    weights = list(accumulate(fan.weight for fan in by_age))
    kinds = [kind for kind, _ in SOURCES]
    odds = list(accumulate(odd for _, odd in SOURCES))
    hours = list(accumulate(HOURS))
    for days_ago in range(HISTORY_DAYS, -1, -1):
        day = now.date() - timedelta(days=days_ago)
        midnight = datetime.combine(day, time(), UTC)
        known = bisect_right(joined, midnight)
        if known == 0:
            continue
        expected = plan.sales_per_day * day_factor(plan, day, days_ago)
        count = max(0, round(draw.gauss(expected, expected**0.5)))
        buyers = draw.choices(by_age[:known], cum_weights=weights[:known], k=count)
        chosen_hours = draw.choices(range(24), cum_weights=hours, k=count)
        for fan, hour, kind in zip(buyers, chosen_hours, draw.choices(kinds, cum_weights=odds, k=count), strict=True):
            at = midnight + timedelta(hours=hour, milliseconds=int(draw.random() * 3_600_000))
            gross = _pick(draw, AMOUNTS[kind])
            if at <= now:
                yield Sale(at, kind, gross, share(gross), _order_id(draw), fan.user.uuid, _pick(draw, CURRENCIES))


def reversals(draw: Random, sales: list[Sale], now: datetime) -> list[Reversal]:
    """About one purchase in ninety comes back within three weeks."""
    rows = []
    for sale in sales:
        if sale.source in {"message", "tip", "post"} and draw.random() < 0.011:
            at = sale.at + timedelta(hours=draw.randrange(12, 500))
            kind: ReversalKind = "refund" if draw.random() < 0.7 else "chargeback"
            if at <= now:
                rows.append(Reversal(at, kind, -sale.gross, -sale.net, sale, f"FVC-{sale.order_id[3:]}"))
    return sorted(rows, key=lambda row: row.at)


class SalesBook:
    """The sales of one creator, oldest first. Sums of a span cost two look-ups."""

    def __init__(self, sales: list[Sale]) -> None:
        self._rows = sorted(sales, key=lambda sale: sale.at)
        self._sums: tuple[list[int], list[int]] | None = None
        self._by_fan: dict[str, list[Sale]] = {}
        for sale in self._rows:
            self._index(sale)

    def copy(self) -> Self:
        """A book of the same sales, to go on in."""
        other = copy(self)
        other._rows = list(self._rows)
        other._by_fan = {fan: list(rows) for fan, rows in self._by_fan.items()}
        return other

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, sale: Sale) -> None:
        insort(self._rows, sale, key=lambda row: row.at)
        self._index(sale)
        self._sums = None

    def between(self, start: datetime | None, end: datetime | None) -> list[Sale]:
        """Rows with start <= at < end, oldest first."""
        return self._rows[slice(*self._span(start, end))]

    def total(self, start: datetime | None = None, end: datetime | None = None) -> tuple[int, int]:
        """Gross and net of the span."""
        if self._sums is None:
            self._sums = (
                [0, *accumulate(row.gross for row in self._rows)],
                [0, *accumulate(row.net for row in self._rows)],
            )
        first, last = self._span(start, end)
        gross, net = self._sums
        return gross[last] - gross[first], net[last] - net[first]

    def of_fan(self, fan: Fan) -> list[Sale]:
        """Everything one fan paid, oldest first."""
        return self._by_fan.get(fan.user.uuid, [])

    def find(self, order_id: str) -> Sale | None:
        return next((row for row in reversed(self._rows) if row.order_id == order_id), None)

    def _index(self, sale: Sale) -> None:
        if sale.fan_uuid is not None:
            self._by_fan.setdefault(sale.fan_uuid, []).append(sale)

    def _span(self, start: datetime | None, end: datetime | None) -> tuple[int, int]:
        first = 0 if start is None else bisect_left(self._rows, start, key=lambda row: row.at)
        last = len(self._rows) if end is None else bisect_left(self._rows, end, key=lambda row: row.at)
        return first, max(first, last)
