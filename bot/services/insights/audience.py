"""Who comes, who goes, who pays: subscribers, rankings, single fans."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.charts.series import Bar, TrendChart
from bot.charts.studio import ChartStudio, Picture
from bot.domain.access import Capability, Grant
from bot.domain.accounts import FanId
from bot.domain.audience import DayMovement, Departures, FanCard, Leaving, Movement, Ranked, Ranking
from bot.domain.clock import Clock
from bot.domain.errors import DomainError, GoneError
from bot.domain.events import Fan
from bot.domain.money import Money
from bot.domain.periods import Asked, Period, period_before, steady_parts
from bot.fanvue import chats, insights, lists
from bot.fanvue.chats import Message
from bot.fanvue.insights import FanInsights
from bot.fanvue.lists import Member
from bot.fanvue.shapes import FanUser
from bot.fanvue.wire import ActingAs
from bot.services.access import require
from bot.services.inbox.fan_finding import FanFinder
from bot.services.insights.finished import FinishedMonths
from bot.vault.gate import Gate

MOST_DAYS = 1_500
RANKED = 50
LEAVING_LOOKED_AT = 100
"""How many are looked at one by one: what one call for their spending takes."""
MOST_LISTS = 5
MESSAGES_LOOKED_AT = 20
SUBSCRIBERS, LEAVING = "subscribers", "non_renewing"


class AudienceService:
    """Answers about people; every answer needs the insights right."""

    def __init__(
        self, gate: Gate, finished: FinishedMonths, studio: ChartStudio, finder: FanFinder, clock: Clock
    ) -> None:
        self._gate = gate
        self._finished = finished
        self._finder = finder
        self._studio = studio
        self._clock = clock

    async def movement(self, grant: Grant, asked: Asked, zone: ZoneInfo) -> Movement:
        """Subscribers in and out by local day, beside the period before."""
        require(grant, Capability.INSIGHTS)
        now = self._clock.now()
        period = asked.period(now, zone)
        days, before, size = await asyncio.gather(
            self._days(grant, period), self._days(grant, period_before(asked.preset, period)), self._size(grant)
        )
        return Movement(
            handle=grant.handle,
            asked=asked,
            period=period,
            days=days,
            gained_before=sum(day.gained or 0 for day in before),
            lost_before=sum(day.lost or 0 for day in before),
            size=size,
            as_of=now,
        )

    async def leaving(self, grant: Grant) -> Departures | None:
        """Subscribers who do not renew, with what they spent; ``None`` when the grant does not reach so far."""
        require(grant, Capability.INSIGHTS)
        acting_as = ActingAs(grant.managed)
        try:
            call = lists.smart_members(LEAVING, acting_as)
            found = [member async for member in self._gate.rows(grant, call, LEAVING_LOOKED_AT)]
            known = await self._insights_of(grant, [member.uuid for member in found])
            counts = await self._gate.call(grant, lists.smart_lists(acting_as)) if found else []
        except DomainError:
            return None
        fans = [_leaving(member, known.get(member.uuid)) for member in found]
        fans.sort(key=lambda one: -one.spent.minor if one.spent else 0)
        count = next((smart.count for smart in counts if smart.uuid == LEAVING), len(fans))
        return Departures(tuple(fans), max(count, len(fans)))

    async def ranking(self, grant: Grant, asked: Asked, zone: ZoneInfo) -> Ranking:
        """Who spent most in a period, with the income to measure against."""
        require(grant, Capability.INSIGHTS)
        now = self._clock.now()
        period = asked.period(now, zone)
        call = insights.top_spenders(ActingAs(grant.managed), start=period.start, end=period.end, size=RANKED)
        spenders, income = await asyncio.gather(self._gate.call(grant, call), self._finished.income(grant, period))
        fans = (
            Ranked(row.user.fan, Money(row.gross), Money(row.net), row.messages)
            for row in spenders.data
            if row.gross > 0
        )
        return Ranking(grant.handle, asked, period, tuple(fans), Money(income.gross), now, income.is_added_up)

    async def find(self, grant: Grant, words: str, limit: int = 25) -> list[Fan]:
        """People whose name holds the words, the best fitting first; the latest ones when there are no words."""
        require(grant, Capability.INSIGHTS)
        return [user.fan for user in await self._finder.matching(grant, words, limit)]

    async def fan(self, grant: Grant, fan: FanId, *, shows_words: bool = False) -> FanCard:
        """What is known about one fan; their last words only when asked for. GoneError for somebody unknown."""
        require(grant, Capability.INSIGHTS)
        known, presence, messages = await asyncio.gather(
            self._insights_of(grant, [fan]), self._presence(grant, fan), self._messages(grant, fan)
        )
        written = next((one for one in messages if one.sender.uuid == fan), None)
        user = await self._finder.person(grant, fan, written.sender.handle if written else None)
        figures = known.get(fan)
        if user is None and written is None and figures is None:
            raise GoneError
        person = user.fan if user else Fan(fan, written.sender.handle if written else "")
        last = next((one for one in messages if one.sender.uuid == fan and one.text), None)
        on_lists = await self._lists(grant, user)
        return _card(person, user, figures, presence, on_lists, last if shows_words else None)

    async def chart(self, movement: Movement) -> Picture | None:
        """Who came above and who left below, day by day; ``None`` when nobody did. ChartError."""
        chart = TrendChart(
            movement.asked.label,
            tuple(Bar(f"{day.day:%b} {day.day.day}", day.gained) for day in movement.days),
            unit="count",
            value_name="Subscribers",
            below=tuple(day.lost for day in movement.days),
            names=("came", "left"),
        )
        return None if chart.is_flat else await self._studio.draw(chart)

    async def _days(self, grant: Grant, period: Period) -> tuple[DayMovement, ...]:
        """One entry a local day; days Fanvue says nothing about are gaps, not zeros."""
        acting_as, zone = ActingAs(grant.managed), period.zone
        found: dict[date, DayMovement] = {}
        for part in steady_parts(period):
            call = insights.subscribers(
                acting_as, start=part.start.astimezone(zone), end=part.end.astimezone(zone), size=50
            )
            async for row in self._gate.rows(grant, call, MOST_DAYS):
                day = _day(row.date)
                if day is not None:
                    found[day] = DayMovement(day, row.new_subscribers_count, row.cancelled_subscribers_count)
        days = [midnight.astimezone(zone).date() for midnight in period.days]
        return tuple(found.get(day, DayMovement(day, None, None)) for day in days)

    async def _size(self, grant: Grant) -> int | None:
        try:
            found = await self._gate.call(grant, lists.smart_lists(ActingAs(grant.managed)))
        except DomainError:
            return None
        return next((smart.count for smart in found if smart.uuid == SUBSCRIBERS), None)

    async def _insights_of(self, grant: Grant, fans: Sequence[str]) -> dict[str, FanInsights]:
        """Of up to a hundred fans; nothing for managed creators, of whose fans Fanvue does not tell."""
        if grant.managed is not None or not fans:
            return {}
        try:
            found = await self._gate.call(grant, insights.batch_fans(fans))
        except DomainError:
            return {}
        return {uuid: one for uuid, one in found.items() if one.error is None}

    async def _presence(self, grant: Grant, fan: FanId) -> chats.Presence | None:
        if grant.managed is not None:
            return None
        try:
            return (await self._gate.call(grant, chats.statuses([fan]))).get(fan)
        except DomainError:
            return None

    async def _messages(self, grant: Grant, fan: FanId) -> list[Message]:
        call = chats.list_messages(fan, ActingAs(grant.managed), size=MESSAGES_LOOKED_AT)
        try:
            return (await self._gate.call(grant, call)).data
        except DomainError:
            return []

    async def _lists(self, grant: Grant, user: FanUser | None) -> tuple[str, ...]:
        """Which of the creator's own lists the fan is on, as far as the first few tell."""
        if grant.managed is not None or user is None:
            return ()
        try:
            own = (await self._gate.call(grant, lists.custom_lists(size=MOST_LISTS))).data[:MOST_LISTS]
            calls = (
                self._gate.call(grant, chats.list_chats(custom_list=one.uuid, search=user.handle or None, size=50))
                for one in own
            )
            found = await asyncio.gather(*calls)
        except DomainError:
            return ()
        return tuple(
            one.name
            for one, page in zip(own, found, strict=True)
            if any(row.user.uuid == user.uuid for row in page.data)
        )


def _leaving(member: Member, figures: FanInsights | None) -> Leaving:
    fan = Fan(FanId(member.uuid), member.handle, member.display_name)
    if figures is None:
        return Leaving(fan, None, None)
    return Leaving(fan, figures.subscription.renews_at, Money(figures.spending.total.total))


def _card(
    person: Fan,
    user: FanUser | None,
    figures: FanInsights | None,
    presence: chats.Presence | None,
    on_lists: tuple[str, ...],
    last: Message | None,
) -> FanCard:
    known = figures or FanInsights()
    spending, subscription = known.spending, known.subscription
    return FanCard(
        fan=person,
        nickname=user.nickname if user else None,
        status=known.status,
        spent=Money(spending.total.total) if figures else None,
        largest=Money(spending.max_single_payment.total) if figures else None,
        last_purchase_at=spending.last_purchase_at,
        sources=tuple((name, Money(part.total)) for name, part in spending.sources.items() if part.total),
        subscribed_at=subscription.created_at,
        renews_at=subscription.renews_at,
        renews=bool(subscription.auto_renewal_enabled),
        is_online=presence.is_online if presence else None,
        last_seen_at=presence.last_seen_at if presence else None,
        is_top_spender=user.is_top_spender if user else False,
        lists=on_lists,
        last_words=last.text if last else None,
        last_words_at=last.sent_at if last else None,
    )


def _day(written: str) -> date | None:
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        return None
