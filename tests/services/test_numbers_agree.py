"""Whichever way income is cut, it adds up to the same cents: rows, days, sources, summary, spreadsheet."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discordkit.insights.earnings import earnings_embed
from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import DiscordUserId
from bot.domain.income import Income
from bot.domain.money import Money
from bot.domain.periods import Asked, Period, Preset, asked
from bot.domain.reports import Source
from bot.fanvue.insights import EarningsSummary, PeriodAmounts
from bot.fanvue.shapes import Amounts, Cents, Instant
from bot.services.insights.finished import income_of
from bot.services.insights.spreadsheets import SpreadsheetsService
from sandbox.fanvue.world.records import Sale
from sandbox.fanvue.world.sales import SalesBook
from tests.rig import CREATOR, Rig

ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland")
KINDS = ("subscription", "renewal", "message", "tip", "post", "referral", "mediaLink", "checkoutLink", "somethingNew")
DAY = ("00:00", "23:59")
PERIODS = [
    Asked(Preset.TODAY),
    Asked(Preset.LAST_28),
    Asked(Preset.THIS_MONTH),
    Asked(Preset.LAST_MONTH),
    Asked(Preset.THIS_YEAR),
    asked("2026-03-28 to 2026-03-30"),
    asked("2026-10-24 to 2026-10-26"),
    asked("2025-12-31 to 2026-01-01"),
]


async def grant_of(rig: Rig) -> Grant:
    actor = Actor(DiscordUserId(rig.luna.id), "luna")
    return await rig.app.services.access.choose(actor, None, Capability.INSIGHTS)


def book_of(rig: Rig) -> SalesBook:
    return rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR)).sales


def history(seed: int, now: datetime) -> list[Sale]:
    """Few or many payments, some of them at midnights, month borders and changes of the clocks."""
    draw = Random(seed)
    edges = [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 10, 31, 23, tzinfo=UTC),
        datetime(2025, 12, 31, 18, 15, tzinfo=UTC),
        datetime(2025, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    ]
    moments = [now - timedelta(minutes=draw.randrange(60 * 24 * 700)) for _ in range(draw.choice((0, 1, 40, 300)))]
    moments += draw.sample(edges, draw.randrange(len(edges) + 1))
    return [
        Sale(
            at,
            draw.choice(KINDS),
            gross := draw.choice((1, 300, 999, 10**9)),
            round(gross * 0.8),
            f"FV-{seed}-{n}",
            None,
        )
        for n, at in enumerate(moments)
    ]


async def must_agree(rig: Rig, grant: Grant, sales: list[Sale], zone: ZoneInfo) -> None:
    for one in PERIODS:
        report = await rig.app.services.insights.earnings(grant, one, zone)
        rows = [sale for sale in sales if report.period.start <= sale.at < report.period.end]
        assert report.net.minor == sum(row.net for row in rows), (one.key, zone.key)
        assert report.gross.minor == sum(row.gross for row in rows)
        by_day = {day.day: day.net.minor for day in report.days}
        assert sum(by_day.values()) == report.net.minor
        for row in rows:
            by_day[row.at.astimezone(zone).date()] -= row.net
        assert not any(by_day.values()), (one.key, zone.key)
        assert sum(share.net.minor for share in report.sources) == report.net.minor
        assert report.disagreement is None


@pytest.mark.parametrize("seed", range(6))
async def test_rows_days_sources_and_total_agree_on_made_up_histories(connected: Rig, seed: int) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    sales = history(seed, connected.app.clock.now())
    desk.sales = SalesBook(sales)
    grant = await grant_of(connected)
    await must_agree(connected, grant, sales, ZoneInfo(ZONES[seed % len(ZONES)]))


@pytest.mark.parametrize("seed", [1, 2])
async def test_without_a_summary_the_payments_add_up_to_the_same(connected: Rig, seed: int) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    sales = history(seed, connected.app.clock.now())
    desk.sales = SalesBook(sales)
    grant = await grant_of(connected)
    connected.fanvue.faults.add(operation="getEarningsSummary", kind="wrong_shape", times=None)
    await must_agree(connected, grant, sales, ZoneInfo(ZONES[seed]))


async def test_two_years_of_sales_agree_in_every_zone(connected: Rig) -> None:
    grant = await grant_of(connected)
    sales = book_of(connected).between(None, None)
    for name in ZONES[:3]:
        await must_agree(connected, grant, sales, ZoneInfo(name))


async def test_single_payments_add_up_to_each_source(connected: Rig) -> None:
    grant, zone = await grant_of(connected), ZoneInfo("Europe/Berlin")
    insights = connected.app.services.insights
    whole = await insights.earnings(grant, Asked(Preset.LAST_28), zone)
    for share in whole.sources:
        alone = await insights.earnings(grant, Asked(Preset.LAST_28), zone, share.source)
        detailed = await insights.with_rows(grant, alone)
        assert alone.net == share.net
        assert sum(day.net.minor for day in detailed.days) == share.net.minor, share.name


async def test_hours_agree_whether_told_or_added_up(connected: Rig) -> None:
    grant, zone = await grant_of(connected), ZoneInfo("Asia/Kathmandu")
    insights = connected.app.services.insights
    told = await insights.earnings(grant, Asked(Preset.LAST_28), zone)
    assert sum(hour.minor for hour in told.hours) == told.gross.minor
    added = await insights.with_rows(grant, told)
    assert sum(hour.minor for hour in added.hours) == told.gross.minor
    assert added.days == told.days
    assert added.best_hour == told.best_hour
    assert all(abs(one.minor - other.minor) < 28 for one, other in zip(told.hours, added.hours, strict=True))


async def test_a_summary_that_its_payments_contradict_is_said_so(connected: Rig) -> None:
    grant, zone = await grant_of(connected), ZoneInfo("Europe/Berlin")
    insights = connected.app.services.insights
    alone = await insights.earnings(grant, Asked(Preset.LAST_28), zone, Source.TIPS)
    book_of(connected).add(Sale(alone.as_of - timedelta(hours=1), "tip", 5_000, 4_000, "FV-late", None))
    detailed = await insights.with_rows(grant, alone)
    assert detailed.net == alone.net
    assert detailed.disagreement == Money(4_000)
    embed = earnings_embed(detailed)
    assert "differ by $40.00" in str(embed.to_dict())
    assert "The total is the summary's" in str(embed.to_dict())


async def test_the_spreadsheet_is_the_same_rows(connected: Rig) -> None:
    grant, zone = await grant_of(connected), ZoneInfo("Asia/Kathmandu")
    report = await connected.app.services.insights.earnings(grant, Asked(Preset.LAST_7), zone)
    sheets: SpreadsheetsService = connected.app.services.spreadsheets
    counts: list[int] = []
    sheet = await sheets.payments(grant, Asked(Preset.LAST_7), zone, told=lambda rows, _reached: counts.append(rows))
    lines = sheet.content.decode("utf-8-sig").splitlines()[1:]
    assert sheet.rows == counts[-1] == len(lines)
    assert sheet.cut is None
    assert sum(round(float(line.split(",")[3]) * 100) for line in lines) == report.net.minor


async def test_finished_months_are_asked_once(connected: Rig) -> None:
    grant, zone = await grant_of(connected), ZoneInfo("Europe/Berlin")
    insights = connected.app.services.insights
    first = await insights.earnings(grant, Asked(Preset.LAST_MONTH), zone)
    count = len(connected.fanvue.ledger)
    again = await insights.earnings(grant, Asked(Preset.LAST_MONTH), zone)
    assert len(connected.fanvue.ledger) - count <= 1
    assert (again.net, again.sources, again.days) == (first.net, first.sources, first.days)


async def test_of_several_who_ask_for_a_finished_month_at_once_one_asks_fanvue(connected: Rig) -> None:
    grant, zone = await grant_of(connected), ZoneInfo("Europe/Berlin")
    insights = connected.app.services.insights
    count = len(connected.fanvue.ledger)
    asking = (insights.totals(grant, asked("2026-03"), zone) for _ in range(4))
    assert len({report.net for report in await asyncio.gather(*asking)}) == 1
    assert len(connected.fanvue.ledger) - count == 1


BORDERS = (
    ("2024-02-28", "2024-02-29", "2024-03-01"),
    ("2025-12-31", "2026-01-01"),
    ("2026-03-28", "2026-03-29", "2026-03-30"),
    ("2026-04-04", "2026-04-05", "2026-04-06"),
    ("2026-10-24", "2026-10-25", "2026-10-26"),
)
"""A leap day, a turn of the year, and the clocks of both halves of the world."""


async def test_the_first_and_last_minute_of_a_day_count_for_that_day(connected: Rig) -> None:
    grant, world = await grant_of(connected), connected.fanvue.world
    for zone in map(ZoneInfo, (*ZONES, "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago")):
        for days in BORDERS:
            at = [datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=zone) for day in days for hour in DAY]
            moments = [at[0] - timedelta(minutes=1), *at, at[-1] + timedelta(minutes=1)]
            world.desk(world.account(CREATOR)).sales = SalesBook(
                [
                    Sale(moment.astimezone(UTC), "tip", 10**number, 10**number, f"FV-{number}", None, "USD")
                    for number, moment in enumerate(moments)
                ]
            )
            report = await connected.app.services.insights.totals(grant, asked(f"{days[0]} to {days[-1]}"), zone)
            expected = [11 * 10 ** (2 * number + 1) for number in range(len(days))]
            assert [day.net.minor for day in report.days] == expected, (zone.key, days)
            assert report.net.minor == sum(expected), (zone.key, days)


async def test_a_year_costs_as_few_calls_as_its_parts(connected: Rig) -> None:
    grant, zone = await grant_of(connected), ZoneInfo("Europe/Berlin")
    insights = connected.app.services.insights
    count = len(connected.fanvue.ledger)
    first = await insights.earnings(grant, Asked(Preset.THIS_YEAR), zone)
    assert len(connected.fanvue.ledger) - count <= 5
    count = len(connected.fanvue.ledger)
    again = await insights.earnings(grant, Asked(Preset.THIS_YEAR), zone)
    assert len(connected.fanvue.ledger) - count <= 3
    assert again.net.minor >= first.net.minor


amounts = st.builds(lambda gross: Amounts(gross=Cents(gross), net=Cents(gross // 2)), st.integers(-(10**6), 10**9))
buckets = st.lists(
    st.tuples(st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10)), st.integers(-(10**6), 10**9)),  # noqa: DTZ001
    max_size=30,
)


@given(buckets, st.dictionaries(st.text(max_size=8), amounts, max_size=5), st.sampled_from(ZONES))
def test_no_cent_is_lost_in_reading_a_summary(
    told: list[tuple[datetime, int]], sources: dict[str, Amounts], zone: str
) -> None:
    points = tuple(
        PeriodAmounts(
            period_start=Instant.fromisoformat(at.replace(tzinfo=UTC).isoformat()),
            gross=Cents(gross),
            net=Cents(gross // 2),
        )
        for at, gross in told
    )
    summary = EarningsSummary(breakdown_by_source=sources, over_time=points)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    income = income_of(summary, Period(start, start + timedelta(days=60), ZoneInfo(zone)))
    assert income.gross == sum(gross for _, gross in told)
    assert income.net == sum(gross // 2 for _, gross in told)
    assert sum(net for _, net in income.sources.values()) == sum(part.net for part in sources.values())
    assert (income + Income({}, {})).net == income.net
