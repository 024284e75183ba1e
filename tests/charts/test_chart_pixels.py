"""What a chart shows, looked up in the drawn pixels."""

import io
from itertools import pairwise

import pytest
from PIL import Image, ImageColor

from bot.charts import theme
from bot.charts.axes import Frame, labelled, smoothed, ticks
from bot.charts.fonts import face, printable, width
from bot.charts.render import render
from bot.charts.series import Bar, TrendChart

TOLERANCE = 24


def chart_of(*values: int | None, **fields: object) -> TrendChart:
    bars = tuple(Bar(f"{index + 1} Nov", value) for index, value in enumerate(values))
    return TrendChart("Last days", bars, **fields)  # type: ignore[arg-type]


def drawn(chart: TrendChart) -> Image.Image:
    image = Image.open(io.BytesIO(render(chart)))
    image.load()
    return image.convert("RGBA")


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = image.getpixel((round(x), round(y)))
    assert isinstance(found, tuple)
    return found


def is_like(found: tuple[int, ...], colour: str) -> bool:
    wanted = ImageColor.getrgb(colour)
    return all(abs(one - other) <= TOLERANCE for one, other in zip(found, wanted, strict=False))


def has_colour(image: Image.Image, colour: str) -> bool:
    plot = image.crop((theme.PLOT_LEFT, theme.PLOT_TOP - 60, theme.PLOT_RIGHT, theme.PLOT_BOTTOM - 4))
    counts = plot.getcolors(plot.width * plot.height)
    return any(is_like(found, colour) for _, found in counts or [])


def test_a_picture_is_a_card_with_see_through_corners() -> None:
    image = drawn(chart_of(1, 2, 3))
    assert image.size == (theme.WIDTH, theme.HEIGHT)
    assert [colour_at(image, x, y)[3] for x in (0, theme.WIDTH - 1) for y in (0, theme.HEIGHT - 1)] == [0] * 4
    assert is_like(colour_at(image, theme.WIDTH / 2, theme.HEIGHT - 20), theme.CARD)


def test_bars_start_at_zero_and_end_at_their_value() -> None:
    chart = chart_of(100_00, 50_00, 75_00, 10_00, 25_00)
    image, frame = drawn(chart), Frame(chart)
    for index, value in enumerate(chart.values):
        colour = theme.BEST if index == 0 else theme.BAR
        top = frame.y(value or 0)
        assert is_like(colour_at(image, frame.x(index), frame.y(0) - 8), colour)
        assert is_like(colour_at(image, frame.x(index), top + 6), colour)
        assert not is_like(colour_at(image, frame.x(index), top - 6), colour)


def test_a_bar_twice_as_high_means_twice_as_much() -> None:
    frame = Frame(chart_of(40_00, 80_00))
    assert frame.y(0) - frame.y(80_00) == pytest.approx(2 * (frame.y(0) - frame.y(40_00)))


def test_a_gap_is_empty_and_a_zero_is_not() -> None:
    chart = chart_of(5_00, None, 0, 5_00, 4_00)
    image, frame = drawn(chart), Frame(chart)
    stub = frame.y(0) - theme.ZERO_HEIGHT + 1
    assert is_like(colour_at(image, frame.x(2), stub), theme.BAR)
    assert not is_like(colour_at(image, frame.x(1), stub), theme.BAR)
    assert is_like(colour_at(image, frame.x(1), stub - 8), theme.CARD)


def test_losses_hang_below_zero_in_their_own_colour() -> None:
    chart = chart_of(10, -10, unit="count")
    image, frame = drawn(chart), Frame(chart)
    assert is_like(colour_at(image, frame.x(1), frame.y(-5) + 3), theme.LOSS)
    assert not is_like(colour_at(image, frame.x(1), frame.y(5) + 3), theme.LOSS)


def test_a_tiny_amount_beside_a_huge_one_can_still_be_seen() -> None:
    chart = chart_of(1, 10**15, 1, 1, 1)
    image, frame = drawn(chart), Frame(chart)
    assert is_like(colour_at(image, frame.x(0), frame.y(0) - 4), theme.BAR)


def test_the_period_before_is_a_line_only_when_it_is_known() -> None:
    assert has_colour(drawn(chart_of(2_00, 3_00, comparison=(9_00, 9_00))), theme.LINE)
    assert not has_colour(drawn(chart_of(2_00, 3_00)), theme.LINE)
    assert not has_colour(drawn(chart_of(2_00, 3_00, comparison=(None, None))), theme.LINE)


def test_dollar_signs_and_backslashes_are_letters() -> None:
    # Read as mathematics, a fraction without its two parts would raise.
    chart = TrendChart("$\\frac$ $x^2$", (Bar("$\\alpha$ \\n", 1), Bar("a\nb\0\u202e", 2)), value_name="$\\frac$")
    assert drawn(chart).size == (theme.WIDTH, theme.HEIGHT)


def test_characters_without_a_glyph_are_left_out() -> None:
    assert printable("Luna 月亮 \U000e0041 ok") == "Luna ok"


@pytest.mark.parametrize("count", [0, 1, 2, 7, 31, 90, 365, 750])
def test_any_number_of_bars_can_be_drawn(count: int) -> None:
    chart = chart_of(*(index * 37 % 91 for index in range(count)), comparison=tuple(range(count)))
    assert drawn(chart).size == (theme.WIDTH, theme.HEIGHT)


@pytest.mark.parametrize("values", [(0, 0, 0), (None, None), (10**18, 1), (-(10**18), 10**18), (-3, -1)])
def test_extremes_can_be_drawn(values: tuple[int | None, ...]) -> None:
    assert drawn(chart_of(*values, comparison=values)).size == (theme.WIDTH, theme.HEIGHT)


@pytest.mark.parametrize("count", [1, 5, 28, 31, 90, 365, 750])
def test_labels_never_touch_and_the_last_day_has_one(count: int) -> None:
    frame = Frame(chart_of(*[1] * count))
    widths = [width("28 Nov", face(theme.TICK_SIZE))] * count
    chosen = labelled(widths, frame.slot_width)
    assert chosen[-1] == count - 1
    assert all(frame.x(after) - frame.x(before) > widths[0] + 20 for before, after in pairwise(chosen))


@pytest.mark.parametrize(
    "values", [(0,), (1,), (3_33,), (9_99, 1), (10_00,), (123_456_78,), (-5_00, 20_00), (-7,), (10**18,)]
)
@pytest.mark.parametrize("unit", ["money", "count"])
def test_the_grid_is_even_small_and_holds_zero(values: tuple[int, ...], unit: str) -> None:
    found = ticks(chart_of(*values, unit=unit))
    assert 0 in found
    assert 2 <= len(found) <= 6
    assert len({after - before for before, after in pairwise(found)}) == 1


def test_a_long_line_is_averaged_and_keeps_its_gaps() -> None:
    values = tuple(None if index == 40 else index % 2 * 100 for index in range(90))
    found = smoothed(values)
    assert [index for index, value in enumerate(found) if value is None] == [40]
    assert all(30 <= value <= 70 for value in found[5:-5] if value is not None)
    assert smoothed((1, None, 3)) == (1, None, 3)
