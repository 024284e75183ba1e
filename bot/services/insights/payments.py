"""Single payments added up, the way Fanvue's summary tells them."""

from collections.abc import AsyncIterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from bot.domain.income import NONE, Amounts, Income, both
from bot.domain.reports import Source
from bot.fanvue.insights import Earning

ROW_SOURCES: Mapping[Source, tuple[str, ...]] = {
    Source.ALL: (),
    Source.SUBSCRIPTIONS: ("subscription",),
    Source.RENEWALS: ("renewal",),
    Source.MESSAGES: ("message",),
    Source.TIPS: ("tip",),
    Source.POSTS: ("post",),
    Source.REFERRALS: ("referral",),
    Source.OTHER: ("affiliate", "appStore", "checkoutLink", "mediaLink", "giveaway"),
}
"""The sources of single payments behind each of the summary's."""
NAMES = {row: source.value for source, rows in ROW_SOURCES.items() for row in rows}
CHARGEBACK = "chargeback"
REVERSALS = frozenset({"refund", CHARGEBACK})


async def added_up(rows: AsyncIterable[Earning], zone: ZoneInfo, most: int) -> Income | None:
    """Income by local day, source and hour; what was taken back is no payment. ``None`` when more than ``most`` come.

    A source that the summary has no name for keeps its own.
    """
    days: dict[date, Amounts] = {}
    sources: dict[str, Amounts] = {}
    hours: dict[int, int] = {}
    count = 0
    async for row in rows:
        count += 1
        if count > most:
            return None
        if row.source in REVERSALS:
            continue
        at, gross, net = row.date.astimezone(zone), round(row.gross), round(row.net)
        source = NAMES.get(row.source, row.source or Source.OTHER.value)
        days[at.date()] = both(days.get(at.date(), NONE), (gross, net))
        sources[source] = both(sources.get(source, NONE), (gross, net))
        hours[at.hour] = hours.get(at.hour, 0) + gross
    return Income(days, sources, hours, is_added_up=True)
