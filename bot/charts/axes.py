"""Where things stand on a chart: the span of the values, round steps, labels that never touch."""

import math
from collections.abc import Sequence

from matplotlib.ticker import MaxNLocator

from bot.charts import theme
from bot.charts.series import TrendChart

STEPS = 4
HEADROOM = 1.08
MIN_SLOTS = 5
LABEL_GAP = 52
MANY_BARS = 45
VERY_MANY_BARS = 180
WEEK = 7
ONE = {"money": 100, "share": 1000, "count": 1}
FINE = {"money": 1, "share": 100, "count": 1}
FINE_UP_TO = 4
"""Steps are whole dollars or percents but where there are only a few of them."""


class Frame:
    """Maps bars and values to pixels; zero is always inside."""

    def __init__(self, chart: TrendChart) -> None:
        self.ticks = ticks(chart)
        known = _known(chart)
        self.low = float(min(self.ticks[0], *known, 0))
        self.high = float(max([self.ticks[-1], *(value * HEADROOM for value in known)]))
        count = len(chart.bars)
        self.slots = max(count, MIN_SLOTS)
        self.slot_width = (theme.PLOT_RIGHT - theme.PLOT_LEFT) / self.slots
        self._first = (self.slots - count) / 2 + 0.5
        self.bar_width = min(max(self.slot_width * theme.BAR_SHARE, 1.0), theme.MAX_BAR_WIDTH)

    def x(self, index: int) -> float:
        """The middle of a bar, from the left."""
        return theme.PLOT_LEFT + (self._first + index) * self.slot_width

    def y(self, value: float) -> float:
        """A value's height, from the top."""
        share = (float(value) - self.low) / (self.high - self.low)
        return theme.PLOT_BOTTOM - share * (theme.PLOT_BOTTOM - theme.PLOT_TOP)


def ticks(chart: TrendChart) -> tuple[int, ...]:
    """Round values for the grid, zero among them, at most six; at least ``0`` and one above."""
    known = _known(chart)
    low, high = min([*known, 0]), max([*known, 0])
    if low == high:
        return (0, ONE[chart.unit])
    scale = ONE[chart.unit] if high - low > FINE_UP_TO * ONE[chart.unit] else FINE[chart.unit]
    locator = MaxNLocator(nbins=STEPS, steps=[1, 2, 2.5, 5, 10], integer=True)
    found = (round(tick) * scale for tick in locator.tick_values(low / scale, high / scale))
    inside = sorted({0, *(tick for tick in found if low <= tick <= high)})
    if len(inside) > 1:
        return tuple(inside)
    return (0, round(high)) if high else (round(low), 0)


def _known(chart: TrendChart) -> list[float]:
    below = (-value for value in chart.below or () if value is not None)
    return [*(value for value in (*chart.values, *smoothed(chart.line)) if value is not None), *below]


def labelled(widths: Sequence[float], slot_width: float) -> tuple[int, ...]:
    """Which bars get their label so that no two touch: evenly spaced, the last one always among them."""
    count = len(widths)
    if not any(widths):
        return ()
    step = math.ceil((max(widths) + LABEL_GAP) / slot_width)
    if step >= WEEK - 2:
        step = math.ceil(step / WEEK) * WEEK
    return tuple(range(count - 1, -1, -step))[::-1]


def smoothing(count: int) -> int:
    """Over how many bars a line through so many is averaged, to stay a line and not a scribble."""
    if count <= MANY_BARS:
        return 1
    return WEEK if count <= VERY_MANY_BARS else 4 * WEEK + 1


def smoothed(values: Sequence[int | None]) -> tuple[float | None, ...]:
    """Each value averaged with its neighbours when there are many; gaps stay gaps."""
    reach = smoothing(len(values)) // 2
    return tuple(_mean(values[max(index - reach, 0) : index + reach + 1], value) for index, value in enumerate(values))


def _mean(window: Sequence[int | None], middle: int | None) -> float | None:
    known = [value for value in window if value is not None]
    return None if middle is None else sum(known) / len(known)
