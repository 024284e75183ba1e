"""What a chart says to those who cannot see it."""

from dataclasses import replace

import pytest

from bot.charts.series import Bar, TrendChart
from bot.charts.wording import ALT_TEXT_LIMIT, alt_text, file_name, percent, short
from bot.services.insights.earnings import without_amounts


def week(*values: int | None, **fields: object) -> TrendChart:
    bars = tuple(Bar(f"{index + 1} Nov", value) for index, value in enumerate(values))
    return TrendChart("Last 7 days", bars, **fields)  # type: ignore[arg-type]


def test_the_story_gives_total_span_change_best_and_lowest() -> None:
    chart = week(100_00, 300_50, 50_00, comparison=(200_00, 100_00, 0))
    assert alt_text(chart) == (
        "Last 7 days: net earnings $450.50 in total over 3 days, from 1 Nov to 3 Nov. "
        "50% more than the period before ($300.00). Best day: 2 Nov with $300.50. Lowest: 3 Nov with $50.00."
    )


def test_a_fall_is_called_less() -> None:
    assert "25% less than the period before ($400.00)." in alt_text(week(300_00, comparison=(400_00,)))


def test_no_percentage_is_made_up_from_nothing() -> None:
    story = alt_text(week(300_00, comparison=(0,)))
    assert "More than the period before ($0.00)." in story
    assert "%" not in story


def test_gaps_are_told_and_not_counted_as_zero() -> None:
    story = alt_text(week(1_00, None, 2_00, None))
    assert "2 days without data." in story
    assert "Lowest: 1 Nov with $1.00." in story


def test_a_chart_of_gaps_says_that_there_is_no_data() -> None:
    assert alt_text(week(None, None)) == "Last 7 days: net earnings, no data."
    assert alt_text(week()) == "Last 7 days: net earnings, no data."


def test_all_zero_names_no_best_day() -> None:
    story = alt_text(week(0, 0, 0))
    assert "$0.00 in total" in story
    assert "Best" not in story
    assert "3 days had none." in story


def test_one_bar_is_named_once() -> None:
    assert alt_text(week(5_00)) == "Last 7 days: net earnings $5.00 in total on 1 Nov."


def test_counts_carry_no_currency() -> None:
    story = alt_text(week(3, -1, unit="count", value_name="Net subscribers"))
    assert "net subscribers 2 in total" in story
    assert "$" not in story


def test_the_story_fits_into_discord_whatever_the_names() -> None:
    chart = TrendChart(
        "T" * 5000, (Bar("a" * 5000, 10**18), Bar("b" * 5000, None)), comparison=(10**18,), value_name="V" * 5000,
        comparison_name="C" * 5000, bar_name="D" * 5000, currency="X" * 500,
    )  # fmt: skip
    assert len(alt_text(chart)) <= ALT_TEXT_LIMIT


def test_control_and_direction_characters_do_not_reach_the_story() -> None:
    chart = TrendChart("a\u202eb\n\x1b[31mc", (Bar("d\u2066\n\n\0e", 1),))
    assert alt_text(chart).startswith("ab [31mc: ")
    assert alt_text(chart).isprintable()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "$0"), (5, "$0.05"), (2_50, "$2.50"), (99_99, "$99.99"), (150_49, "$150"), (999_00, "$999"),
        (1_200_00, "$1.2k"), (999_999_00, "$1M"), (12_345_678_00, "$12.3M"), (-1_500_00, "\N{MINUS SIGN}$1.5k"),
        (9 * 10**12, "$90B"), (10**18, "$10Q"),
    ],
)  # fmt: skip
def test_axis_amounts_are_short(value: int, words: str) -> None:
    assert short(week(), value) == words


def test_other_currencies_keep_their_sign_or_code() -> None:
    assert short(week(currency="EUR"), 2_000_00) == "€2k"
    assert short(week(currency="CHF"), 2_000_00) == "CHF 2k"


@pytest.mark.parametrize(
    ("amount", "words"), [(3.04, "3%"), (-3.44, "3.4%"), (27.6, "28%"), (5000.0, "over 999%"), (0.0, "0%")]
)
def test_percentages_read_easily(amount: float, words: str) -> None:
    assert percent(amount) == words


def test_file_names_are_plain() -> None:
    assert file_name(week(value_name="Net earnings")) == "net-earnings.png"
    assert file_name(week(value_name="../../ é")) == "chart.png"


def test_the_best_day_is_the_first_of_equals() -> None:
    assert week(1, 7, 7).best_index == 1
    assert week(0, -1, None).best_index is None


def test_a_chart_survives_the_way_to_another_process() -> None:
    chart = week(1, None, -3, comparison=(None, 2), currency="EUR", unit="count")
    assert TrendChart.from_json(chart.to_json()) == chart


def test_more_than_can_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="750 bars"):
        week(*[1] * 751)
    with pytest.raises(ValueError, match="out of range"):
        week(10**18 + 1)


def test_a_longer_period_before_counts_whole_but_is_drawn_as_far_as_there_are_bars() -> None:
    chart = week(1, 2, comparison=(1, 2, 3))
    assert chart.line == (1, 2)
    assert chart.total_before == 6
    assert week(1, 2, comparison=(1,)).line == (1, None)


def test_what_went_the_other_way_is_taken_off_and_told() -> None:
    bars = (Bar("1 Nov", 5), Bar("2 Nov", 2))
    chart = TrendChart(
        "Last 2 days", bars, unit="count", value_name="Subscribers", below=(1, 9), names=("came", "left")
    )
    assert chart.total == -3
    story = alt_text(chart)
    assert "subscribers \N{MINUS SIGN}3 over 2 days" in story
    assert "7 came, 10 left" in story
    assert "Most left: 2 Nov with 9" in story
    assert TrendChart.from_json(chart.to_json()) == chart


def test_parts_of_a_whole_tell_no_amount() -> None:
    chart = TrendChart("Last days", (Bar("1 Nov", 12_345), Bar("2 Nov", 67_890)))
    hidden = without_amounts(replace(chart, comparison=(40_000, 20_000)))
    assert hidden is not None
    assert sum(value or 0 for value in hidden.values) == pytest.approx(100_000, abs=1)
    story = alt_text(hidden)
    assert "$" not in story
    assert "34% more than the period before." in story
    assert "2 Nov with 84.6%" in story
    assert without_amounts(TrendChart("Last days", (Bar("1 Nov", -5),))) is None
