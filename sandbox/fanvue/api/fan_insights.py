"""Insights into people: subscriber events by day, and what single fans spent."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import AfterValidator, Field

from sandbox.fanvue.instants import stamp_or_none
from sandbox.fanvue.world.records import Fan, Sale

from .answers import not_found
from .operation import Call, Operation
from .paging import Shown
from .reading import MAX_BATCH, Body, Query, Sized, Uuid, near_instant, uuid_list

HISTORY_DAYS = 30


def _with_offset(at: datetime) -> datetime:
    near_instant(at)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


OffsetInstant = Annotated[datetime, AfterValidator(_with_offset)]


class SubscribersAsked(Sized):
    """Days of a span in the offset given; the time part is ignored."""

    start_date: OffsetInstant | None = None
    end_date: OffsetInstant | None = None


class FansAsked(Query):
    fan_uuids: str


class FanBatchAsked(Body):
    user_uuids: list[Uuid] = Field(min_length=1, max_length=100)


def get_subscribers(call: Call) -> Shown:
    """Oldest day first; `total` runs from the start of the range."""
    asked = call.query.start_date or call.query.end_date
    zone = asked.tzinfo if asked else UTC
    today = call.now.astimezone(zone).date()
    start = call.query.start_date.date() if call.query.start_date else today - timedelta(days=HISTORY_DAYS)
    end = call.query.end_date.date() if call.query.end_date else today + timedelta(days=1)
    rows = subscriber_days(call.desk.subscriber_events, start, end, zone)
    return call.list(rows, lambda row: row, in_front=False)


def subscriber_days(
    events: list[tuple[datetime, int]], start: date, end: date, zone: tzinfo | None = UTC
) -> list[Shown]:
    """One row for each day of start <= day < end."""
    new: defaultdict[date, int] = defaultdict(int)
    gone: defaultdict[date, int] = defaultdict(int)
    for at, change in events:
        (new if change > 0 else gone)[at.astimezone(zone).date()] += 1
    rows: list[Shown] = []
    total, day = 0, start
    while day < end and len(rows) < 4000:
        total += new[day] - gone[day]
        rows.append(
            {
                "date": day.isoformat(),
                "newSubscribersCount": new[day],
                "cancelledSubscribersCount": gone[day],
                "total": total,
            }
        )
        day += timedelta(days=1)
    return rows


def fan_insights(call: Call, fan: Fan) -> Shown:
    sales = call.desk.sales.of_fan(fan)
    subscription = fan.subscription
    is_active = subscription is not None and subscription.is_active(call.now)
    return {
        "status": fan.status(call.now),
        "spending": _spending(sales),
        "subscription": {
            "createdAt": stamp_or_none(subscription.first_at if subscription else None),
            "renewsAt": stamp_or_none(subscription.period_end if subscription and is_active else None),
            "autoRenewalEnabled": bool(subscription and is_active and subscription.renews),
        },
    }


def _spending(sales: list[Sale]) -> Shown:
    sources: defaultdict[str, int] = defaultdict(int)
    for sale in sales:
        sources[sale.source] += sale.gross
    return {
        "lastPurchaseAt": stamp_or_none(max((sale.at for sale in sales), default=None)),
        "total": _amount(sum(sources.values())),
        "maxSinglePayment": _amount(max((sale.gross for sale in sales), default=0)),
        "sources": {name: _amount(cents) for name, cents in sorted(sources.items())},
    }


def _amount(cents: int) -> Shown:
    return {"total": cents, "gross": cents}


def get_fan_insights(call: Call) -> Shown:
    fan = call.desk.fans.get(call.path["userUuid"])
    if fan is None:
        raise not_found("Fan")
    return fan_insights(call, fan)


def get_bulk_fan_insights(call: Call) -> Shown:
    results: Shown = {}
    errors = []
    for uuid in uuid_list(call.query.fan_uuids, MAX_BATCH):
        fan = call.desk.fans.get(uuid)
        results[uuid] = fan_insights(call, fan) if fan else None
        if fan is None:
            errors.append({"fanUuid": uuid, "code": "NOT_FOUND", "message": "Fan not found"})
    return {"results": results, "errors": errors}


def batch_fan_insights(call: Call) -> Shown:
    found = ((uuid, call.desk.fans.get(uuid)) for uuid in call.body.user_uuids)
    return {uuid: fan_insights(call, fan) if fan else {"error": "not_found"} for uuid, fan in found}


BOTH = ("read:insights", "read:fan")
OPERATIONS = (
    Operation(
        "getSubscribers",
        "GET",
        "/insights/subscribers",
        ("read:insights",),
        get_subscribers,
        query=SubscribersAsked,
        twin="getCreatorSubscribers",
    ),
    Operation("getBulkFanInsights", "GET", "/insights/fans", BOTH, get_bulk_fan_insights, query=FansAsked),
    Operation("batchFanInsights", "POST", "/insights/fans/batch", BOTH, batch_fan_insights, body=FanBatchAsked),
    Operation("getFanInsights", "GET", "/insights/fans/{userUuid}", BOTH, get_fan_insights),
)
