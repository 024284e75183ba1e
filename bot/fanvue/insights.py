"""Insights: what was earned, from whom, and how the audience moved. All amounts are USD cents."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.domain.scopes import Scope
from bot.fanvue.shapes import Amounts, Cents, FanUser, Instant, KeyProblem, Page, Shape
from bot.fanvue.wire import OWN, ActingAs, Call, Operation, QueryValue, comma

READ = frozenset({Scope.READ_INSIGHTS})
READ_FANS = READ | {Scope.READ_FAN}
TWIN_READ = READ | {Scope.READ_CREATOR}

GET_EARNINGS = Operation(
    "getEarnings",
    "GET",
    "/insights/earnings",
    READ,
    twin_id="getCreatorEarnings",
    twin_scopes=TWIN_READ,
    is_exact=True,
)
GET_SUMMARY = Operation(
    "getEarningsSummary",
    "GET",
    "/insights/earnings/summary",
    READ,
    twin_id="getCreatorEarningsSummary",
    twin_scopes=TWIN_READ,
)
GET_PERCENTILE = Operation("getEarningsPercentile", "GET", "/insights/earnings/percentile", READ)
GET_SPENDING = Operation("getSpending", "GET", "/insights/spending", READ, is_exact=True)
GET_SUBSCRIBERS = Operation(
    "getSubscribers", "GET", "/insights/subscribers", READ, twin_id="getCreatorSubscribers", twin_scopes=TWIN_READ
)
GET_TOP_SPENDERS = Operation(
    "getTopSpenders",
    "GET",
    "/insights/top-spenders",
    READ_FANS,
    twin_id="getCreatorTopSpenders",
    twin_scopes=TWIN_READ | {Scope.READ_FAN},
)
GET_FAN_INSIGHTS = Operation("getFanInsights", "GET", "/insights/fans/{userUuid}", READ_FANS)

GET_BULK_FANS = Operation("getBulkFanInsights", "GET", "/insights/fans", READ_FANS)
BATCH_FANS = Operation("batchFanInsights", "POST", "/insights/fans/batch", READ_FANS)


class Earning(Shape, frozen=True, kw_only=True):
    """One payment; reversals are rows of their own with negative amounts on ``/v1``."""

    date: Instant
    gross: Cents
    net: Cents
    total: Cents | None = None
    """On ``/v1``: what the card was charged, tax and fees included."""
    currency: str | None = None
    """What the fan paid in; the amounts are USD cents all the same."""
    source: str = ""
    """An open set: subscription, renewal, message, post, tip, ..."""
    transaction_order_id: str = ""
    transaction_order_status: str = ""
    reversed_transaction_order_id: str | None = None
    """Of a reversal, on ``/v1``: the payment it takes back."""
    message_uuid: str | None = None
    post_uuid: str | None = None
    user: FanUser | None = None

    @property
    def identity(self) -> str | None:
        """The order's row; ``None`` where no order is named."""
        if not self.transaction_order_id:
            return None
        parts = (self.transaction_order_id, self.source, self.date, self.gross, self.message_uuid, self.post_uuid)
        return "|".join(map(str, parts))


class Reversal(Shape, frozen=True, kw_only=True):
    """A refund or chargeback; amounts are negative."""

    date: Instant
    gross: Cents
    net: Cents
    currency: str | None = None
    source: str = ""
    message_uuid: str | None = None
    post_uuid: str | None = None
    user: FanUser | None = None


class ThisMonth(Shape, frozen=True, kw_only=True):
    """The month so far beside the one before."""

    gross: Cents = Cents(0)
    net: Cents = Cents(0)
    previous_month_gross: Cents = Cents(0)
    previous_month_net: Cents = Cents(0)
    gross_change_percentage: float | None = None
    net_change_percentage: float | None = None


class Totals(Shape, frozen=True, kw_only=True):
    """Totals apart from the period asked for."""

    all_time: Amounts = Amounts()
    this_month: ThisMonth = ThisMonth()


class PeriodAmounts(Shape, frozen=True, kw_only=True):
    """What one day or week brought; ``period_start`` as an instant."""

    period_start: Instant
    gross: Cents = Cents(0)
    net: Cents = Cents(0)


class SummaryPeriod(Shape, frozen=True, kw_only=True):
    """What the summary is about."""

    start_date: str | None = None
    end_date: str | None = None
    granularity: str = ""
    timezone: str = ""


class EarningsSummary(Shape, frozen=True, kw_only=True):
    """Earnings of a period in several cuts; ``net`` is before reversals."""

    breakdown_by_source: dict[str, Amounts]
    """By subs, messages, posts, tips, referrals, renewals, other."""
    over_time: tuple[PeriodAmounts, ...]
    """Required like the breakdown: without them a wrong answer would read as no income."""
    totals: Totals = Totals()
    earnings_by_type: dict[str, Amounts] = msgspec.field(default_factory=dict)
    average_by_day_of_week: dict[str, Cents] = msgspec.field(default_factory=dict)
    """Average gross by ISO weekday, ``"1"`` is Monday."""
    average_by_hour_of_day: dict[str, Cents] = msgspec.field(default_factory=dict)
    period: SummaryPeriod = SummaryPeriod()


class Percentile(Shape, frozen=True, kw_only=True):
    """Where the creator stands among all."""

    percentile: float


class SubscriberDay(Shape, frozen=True, kw_only=True):
    """How the audience moved on a day; ``total`` is the running net change, not a size."""

    date: str
    new_subscribers_count: int = 0
    cancelled_subscribers_count: int = 0
    total: int = 0


class TopSpender(Shape, frozen=True, kw_only=True):
    """Somebody who spent, with how much."""

    user: FanUser
    gross: Cents = Cents(0)
    net: Cents = Cents(0)
    messages: int = 0

    @property
    def identity(self) -> str | None:
        """The person."""
        return self.user.uuid


class Spent(Shape, frozen=True, kw_only=True):
    """USD cents."""

    total: Cents = Cents(0)


class FanSpending(Shape, frozen=True, kw_only=True):
    """What a fan has spent."""

    last_purchase_at: Instant | None = None
    total: Spent = Spent()
    max_single_payment: Spent = Spent()
    sources: dict[str, Spent] = msgspec.field(default_factory=dict)


class FanSubscription(Shape, frozen=True, kw_only=True):
    """A fan's subscription, if any."""

    created_at: Instant | None = None
    renews_at: Instant | None = None
    auto_renewal_enabled: bool | None = None


class FanInsights(Shape, frozen=True, kw_only=True):
    """One fan; ``status`` is subscriber, expired, follower or not_contactable as far as known."""

    status: str = ""
    spending: FanSpending = FanSpending()
    subscription: FanSubscription = FanSubscription()
    error: str | None = None
    """In a batch, why there is nothing about this fan: forbidden, not_found, internal."""


class FansByUuid(Shape, frozen=True, kw_only=True):
    """Fans by uuid; ``None`` and an entry in ``errors`` for those that could not be had."""

    results: dict[str, FanInsights | None]
    errors: tuple[KeyProblem, ...] = ()


def earnings_summary(
    start: datetime,
    end: datetime,
    acting_as: ActingAs = OWN,
    *,
    timezone: str = "UTC",
    granularity: str = "day",
) -> Call[EarningsSummary]:
    """``getEarningsSummary``: ``[start, end)`` by ``day`` or ``week`` of an IANA zone."""
    query: dict[str, QueryValue] = {
        "startDate": start,
        "endDate": end,
        "granularity": granularity,
        "timezone": timezone,
    }
    return GET_SUMMARY.call(EarningsSummary, acting_as=acting_as, query=query)


def earnings(
    acting_as: ActingAs = OWN,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    sources: Sequence[str] = (),
    size: int = 50,
) -> Call[Page[Earning]]:
    """``getEarnings``: single payments, newest first, ``end`` exclusive; ``size`` 1-50."""
    query = _range(start, end, size, sources)
    return GET_EARNINGS.call(Page[Earning], acting_as=acting_as, query=query)


def percentile() -> Call[Percentile]:
    """``getEarningsPercentile``: the creator among all creators."""
    return GET_PERCENTILE.call(Percentile)


def spending(
    *, start: datetime | None = None, end: datetime | None = None, sources: Sequence[str] = (), size: int = 50
) -> Call[Page[Reversal]]:
    """``getSpending``: refunds and chargebacks, ``end`` exclusive; ``size`` 1-50."""
    return GET_SPENDING.call(Page[Reversal], query=_range(start, end, size, sources))


def subscribers(
    acting_as: ActingAs = OWN, *, start: datetime | None = None, end: datetime | None = None, size: int = 50
) -> Call[Page[SubscriberDay]]:
    """``getSubscribers``: gains and losses by day, in the offset ``start`` and ``end`` have; their time is ignored."""
    query: dict[str, QueryValue] = {
        "startDate": start.isoformat(timespec="seconds") if start else None,
        "endDate": end.isoformat(timespec="seconds") if end else None,
        "size": size,
    }
    return GET_SUBSCRIBERS.call(Page[SubscriberDay], acting_as=acting_as, query=query)


def top_spenders(
    acting_as: ActingAs = OWN, *, start: datetime | None = None, end: datetime | None = None, size: int = 50
) -> Call[Page[TopSpender]]:
    """``getTopSpenders``: who spent most first; ``size`` 1-50."""
    return GET_TOP_SPENDERS.call(Page[TopSpender], acting_as=acting_as, query=_range(start, end, size))


def fan(user: str) -> Call[FanInsights]:
    """``getFanInsights``: what one fan is and spent."""
    return GET_FAN_INSIGHTS.call(FanInsights, at={"userUuid": user})


def bulk_fans(users: Sequence[str]) -> Call[FansByUuid]:
    """``getBulkFanInsights``: up to 20 fans."""
    return GET_BULK_FANS.call(FansByUuid, query={"fanUuids": comma(users)})


def batch_fans(users: Sequence[str]) -> Call[dict[str, FanInsights]]:
    """``batchFanInsights``: up to 100 fans; look at ``error`` of each."""
    return BATCH_FANS.call(dict[str, FanInsights], body={"userUuids": list(users)})


def _range(
    start: datetime | None, end: datetime | None, size: int, sources: Sequence[str] = ()
) -> dict[str, QueryValue]:
    return {"startDate": start, "endDate": end, "size": size, "source": comma(sources)}
