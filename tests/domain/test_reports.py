"""The line of plain words, and sums that agree however they are cut."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.income import Income
from bot.domain.money import Money
from bot.domain.periods import Asked, Period, Preset
from bot.domain.reports import Compared, DayEarnings, EarningsReport, Source, SourceShare, source_name, story, total

UTC_ZONE = ZoneInfo("UTC")
START = datetime(2026, 11, 18, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(days=7), UTC_ZONE)

amounts = st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7))
incomes = st.builds(
    Income,
    st.dictionaries(st.dates(date(2024, 1, 1), date(2026, 12, 31)), amounts, max_size=12),
    st.dictionaries(st.sampled_from([source.value for source in Source]), amounts, max_size=8),
    st.dictionaries(st.integers(0, 23), st.integers(0, 10**7), max_size=24),
)


def report(
    net: dict[Source, int], before: dict[Source, int] | None = None, days: tuple[int, ...] = ()
) -> EarningsReport:
    before = before or {}
    shares = tuple(
        SourceShare(
            source, source.label, Money(net.get(source, 0)), Money(net.get(source, 0)), Money(before.get(source, 0))
        )
        for source in Source
        if source in net or source in before
    )
    sums = days or (sum(net.values()),)
    return EarningsReport(
        handle="lunavale",
        asked=Asked(Preset.LAST_7),
        period=PERIOD,
        gross=Money(sum(net.values())),
        net=Money(sum(net.values())),
        before=Compared(PERIOD, Money(sum(before.values())), ()),
        weekdays=None,
        sources=shares,
        days=tuple(
            DayEarnings((START + timedelta(days=number)).date(), Money(minor), Money(minor))
            for number, minor in enumerate(sums)
        ),
        hours=(),
        as_of=START,
    )


def test_the_line_names_the_source_that_moved_most() -> None:
    said = story(report({Source.TIPS: 9_000, Source.POSTS: 1_000}, {Source.TIPS: 2_000, Source.POSTS: 1_500}))
    assert said == "$65.00 more than in the period before, mostly tips (+$70.00)."


def test_a_strong_move_the_other_way_is_named_too() -> None:
    said = story(report({Source.TIPS: 9_000, Source.POSTS: 0}, {Source.TIPS: 2_000, Source.POSTS: 6_000}))
    assert "mostly tips (+$70.00) against posts (\N{MINUS SIGN}$60.00)" in said


def test_a_fall_names_what_fell() -> None:
    said = story(report({Source.MESSAGES: 1_000}, {Source.MESSAGES: 5_000, Source.TIPS: 100}))
    assert said.startswith("$41.00 less than in the period before, mostly messages (\N{MINUS SIGN}$40.00)")


def test_one_enormous_day_is_said() -> None:
    said = story(report({Source.TIPS: 100_000}, {Source.TIPS: 50_000}, (500, 99_000, 100, 100, 100, 100, 100)))
    assert "One day, 19 Nov 2026, brought 99% of it." in said


def test_nothing_is_said_kindly() -> None:
    assert "Nothing came in" in story(report({}))
    assert "the period before brought $5.00" in story(report({}, {Source.TIPS: 500}))
    assert story(report({Source.TIPS: 500, Source.POSTS: 100})) == "The first income in a while, mostly from tips."
    assert "To the cent" in story(report({Source.TIPS: 500}, {Source.POSTS: 500}))


def test_reversed_income_makes_no_nonsense() -> None:
    one = report({Source.TIPS: -500}, {Source.TIPS: -100})
    assert story(one)
    assert one.best_day is None
    assert one.change is None


def test_hours_told_as_averages_add_up_to_the_gross_or_are_not_believed() -> None:
    days = {date(2026, 3, day): (1_003, 800) for day in range(1, 29)}
    told = {hour: round(1_003 / 5) * 28 for hour in (3, 9, 14, 20, 21)}
    gross = 28 * 1_003
    assert sum(told.values()) != gross
    hours = Income(days, {}, told).by_hour
    assert sum(hours) == gross
    assert not any(amount for hour, amount in enumerate(hours) if hour not in told)
    assert Income(days, {}, {21: 500}).by_hour == ()
    assert Income(days, {}, {}).by_hour == ()


@given(incomes, incomes)
def test_adding_income_keeps_every_sum(left: Income, right: Income) -> None:
    both = left + right
    assert both.net == left.net + right.net
    assert both.gross == left.gross + right.gross
    for name in {*left.sources, *right.sources}:
        assert both.sources[name][1] == left.sources.get(name, (0, 0))[1] + right.sources.get(name, (0, 0))[1]


@given(incomes)
def test_kept_income_reads_back_as_it_was(income: Income) -> None:
    again = Income.from_json(income.to_json())
    assert (again.days, again.sources, again.hours) == (dict(income.days), dict(income.sources), dict(income.hours))


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=400))
def test_the_weekdays_add_up_to_the_days(days: list[int]) -> None:
    one = replace(report({}), days=report({}, days=tuple(days)).days)
    assert total(one.by_weekday).minor == sum(days)


def test_sources_are_told_in_one_set_of_words_and_new_ones_are_readable() -> None:
    told = (
        "subscription",
        "subs",
        "renewals",
        "checkoutLink",
        "checkoutlink",
        "media_link",
        "appStore",
        "fanExperience",
    )
    assert [source_name(name) for name in told] == [
        "New subscriptions",
        "New subscriptions",
        "Renewals",
        "Checkout links",
        "Checkout links",
        "Media links",
        "App store",
        "Fan experiences",
    ]
    assert source_name("liveStreamGift") == "Live stream gift"
    assert source_name("PPV_bundle2") == "Ppv bundle 2"
    assert source_name("直播") == "直播"
