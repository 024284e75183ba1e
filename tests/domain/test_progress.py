"""A month's goal: how far it is, and what it still takes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from bot.domain.goals import Progress, goal_of
from bot.domain.money import Money, digits, minor_units
from bot.domain.periods import month_of

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland")


def progress(goal: int, net: int, at: datetime, zone: str = "UTC") -> Progress:
    return Progress(Money(goal), Money(net), month_of(at, ZoneInfo(zone)), at)


def test_half_of_november_with_half_of_the_goal_is_on_pace() -> None:
    half = progress(500_000, 250_000, datetime(2026, 11, 16, tzinfo=UTC))
    assert half.pace == Money(500_000)
    assert half.percent == 50
    assert half.days_left == 15
    assert half.needed_a_day == Money(16_667)
    assert not half.is_reached


def test_the_first_day_has_no_pace_and_the_last_one_needs_all_that_is_missing() -> None:
    assert progress(500_000, 90_000, datetime(2026, 11, 1, 20, tzinfo=UTC)).pace is None
    last = progress(500_000, 490_000, datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert last.days_left == 1
    assert last.needed_a_day == last.missing == Money(10_000)


def test_a_reached_goal_misses_nothing_and_a_month_of_refunds_does_not_break_it() -> None:
    reached = progress(100_000, 150_000, datetime(2026, 11, 10, tzinfo=UTC))
    assert reached.is_reached
    assert reached.missing == reached.needed_a_day == Money(0)
    below = progress(100_000, -5_000, datetime(2026, 11, 10, tzinfo=UTC))
    assert below.missing == Money(105_000)
    assert below.pace is not None
    assert below.pace.minor < 0


@given(
    st.integers(0, 5 * 366 * 86_400).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.sampled_from(ZONES),
    st.integers(100, 10**9),
    st.integers(-(10**7), 2 * 10**9),
)
def test_what_is_needed_reaches_the_goal_and_the_even_pace_ends_where_the_month_is(
    at: datetime, zone: str, goal: int, net: int
) -> None:
    shown = progress(goal, net, at, zone)
    assert shown.month.start <= at < shown.month.end
    assert net + shown.needed_a_day.minor * shown.days_left >= goal
    assert 1 <= shown.days_left <= len(shown.month.days)
    share = (at - shown.month.start) / (shown.month.end - shown.month.start)
    assert abs(sum(shown.even_pace) - goal * share) <= len(shown.even_pace)
    assert len(shown.even_pace) in {
        len(shown.month.days) - shown.days_left,
        len(shown.month.days) - shown.days_left + 1,
    }


def test_the_even_pace_of_a_month_with_a_change_of_the_clocks_still_adds_up() -> None:
    at = datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC)
    shown = progress(310_000, 0, at, "Europe/Berlin")
    assert at + timedelta(seconds=1) == shown.month.end
    assert abs(sum(shown.even_pace) - 310_000) <= 31


@pytest.mark.parametrize(("written", "cents"), [("5000", 500_000), ("$5,000", 500_000), ("5.000,50", 500_050)])
def test_a_goal_is_read_as_people_write_it(written: str, cents: int) -> None:
    assert goal_of(written) == Money(cents)


@pytest.mark.parametrize("written", ["", " ", "0", "none"])
def test_no_goal_is_written_too(written: str) -> None:
    assert goal_of(written) is None


@pytest.mark.parametrize("written", ["a lot", "-5", "0.50", "99999999999", "1.2.3", "\u0661\u0662", "9" * 5000])
def test_anything_else_says_how_to_write_it(written: str) -> None:
    with pytest.raises(BadInputError, match="5000"):
        goal_of(written)


@given(st.integers(0, 10**13))
def test_an_amount_reads_back_as_it_is_shown(minor: int) -> None:
    assert minor_units(str(Money(minor))) == minor
    assert minor_units(digits(minor)) == minor
