"""Named bars below each other, such as sources; what each was before is a mark on its row."""

from bot.charts import theme, wording
from bot.charts.canvas import Canvas, row
from bot.charts.fonts import face, fitted, printable, width
from bot.charts.series import TrendChart

NAME_ROOM = theme.RANKING_LEFT - theme.MARGIN - 32


def draw_ranking(canvas: Canvas, chart: TrendChart) -> None:
    """A row a bar: its name, the bar from zero, the value; the rest in words when there is no room for all."""
    shown = chart.bars if len(chart.bars) <= theme.RANKING_ROWS else chart.bars[: theme.RANKING_ROWS - 1]
    slots = max(len(chart.bars[: theme.RANKING_ROWS]), 4)
    step = (theme.RANKING_BOTTOM - theme.RANKING_TOP) / slots
    scale = _Scale(chart)
    canvas.line([scale.zero] * 2, [theme.RANKING_TOP, theme.RANKING_BOTTOM], colour=theme.BASELINE, thickness=3)
    for index in range(len(shown)):
        _draw_row(canvas, chart, scale, index, theme.RANKING_TOP + step * (index + 0.5))
    if more := len(chart.bars) - len(shown):
        rest = sum(bar.value or 0 for bar in chart.bars[len(shown) :])
        words = f"and {more} more: {wording.short(chart, rest)}"
        middle = theme.RANKING_TOP + step * (len(shown) + 0.5)
        canvas.text(theme.MARGIN, middle + 13, words, size=theme.TICK_SIZE, colour=theme.MUTED)


class _Scale:
    """Where values stand from left to right; zero is always inside."""

    def __init__(self, chart: TrendChart) -> None:
        known = [value for value in (*chart.values, *chart.line) if value is not None]
        self._low, self._high = min([*known, 0]), max([*known, 0]) or 1
        self.zero = self.x(0)

    def x(self, value: int) -> float:
        """The place of a value, from the left."""
        share = (value - self._low) / (self._high - self._low)
        return theme.RANKING_LEFT + share * (theme.RANKING_RIGHT - theme.RANKING_LEFT)


def _draw_row(canvas: Canvas, chart: TrendChart, scale: _Scale, index: int, middle: float) -> None:
    bar, before = chart.bars[index], chart.line[index]
    name = fitted(printable(bar.label, 40), face(theme.TICK_SIZE), NAME_ROOM)
    canvas.text(theme.MARGIN, middle + 13, name, size=theme.TICK_SIZE, colour=theme.TEXT)
    if bar.value is None:
        return
    colour = theme.LOSS if bar.value < 0 else theme.BEST if index == chart.best_index else theme.BAR
    end = scale.x(bar.value)
    if bar.value:
        length = max(abs(end - scale.zero), theme.MIN_BAR_HEIGHT) * (1 if bar.value > 0 else -1)
        canvas.shapes([row(scale.zero, middle, length, theme.RANKING_BAR)], [colour])
    right = max(end, scale.zero)
    if before:
        reach, place = theme.RANKING_BAR / 2 + 8, scale.x(before)
        canvas.line([place] * 2, [middle - reach, middle + reach], colour=theme.CARD, thickness=10)
        canvas.line([place] * 2, [middle - reach, middle + reach], colour=theme.LINE, thickness=5)
        right = max(right, place)
    words = wording.short(chart, bar.value)
    left = min(right + 22, theme.WIDTH - theme.MARGIN - width(words, face(theme.TICK_SIZE, is_bold=True)))
    canvas.text(left, middle + 13, words, size=theme.TICK_SIZE, colour=theme.TEXT, is_bold=True)
