"""Draws a chart with matplotlib; imported by the worker process alone."""

from bot.charts import theme, wording
from bot.charts.axes import Frame, labelled, smoothed, smoothing
from bot.charts.canvas import Canvas, rounded
from bot.charts.fonts import face, fitted, printable, width
from bot.charts.ranking import draw_ranking
from bot.charts.series import TrendChart
from bot.domain.money import is_noticed, percent

LABEL_ROOM = 260
LEGEND_ROOM = 640


def render(chart: TrendChart) -> bytes:
    """The chart as a PNG of 1600 by 900 pixels with transparent corners."""
    canvas = Canvas()
    _draw_header(canvas, chart)
    if chart.is_ranking and chart.total is not None:
        draw_ranking(canvas, chart)
        return canvas.png()
    frame = Frame(chart)
    if chart.total is None:
        _draw_emptiness(canvas, chart)
    else:
        _draw_grid(canvas, chart, frame)
        _draw_bars(canvas, chart, frame)
        _draw_comparison(canvas, chart, frame)
        _draw_best(canvas, chart, frame)
    _draw_labels(canvas, chart, frame)
    return canvas.png()


def _draw_header(canvas: Canvas, chart: TrendChart) -> None:
    name, title = printable(chart.value_name), printable(chart.title)
    words = " · ".join(part for part in (name, title) if part)
    legend_left = _draw_legend(canvas, chart)
    title_font = face(theme.TITLE_SIZE)
    room = legend_left - theme.MARGIN - 40
    canvas.text(theme.MARGIN, 102, fitted(words, title_font, room), size=theme.TITLE_SIZE, colour=theme.MUTED)
    total = wording.total(chart)
    if not total:
        _draw_change(canvas, chart, theme.MARGIN, theme.TOTAL_SIZE)
        return
    canvas.text(theme.MARGIN, 216, total, size=theme.TOTAL_SIZE, colour=theme.TEXT, is_bold=True)
    left = theme.MARGIN + width(total, face(theme.TOTAL_SIZE, is_bold=True)) + 36
    _draw_change(canvas, chart, left, theme.CHANGE_SIZE)


def _draw_change(canvas: Canvas, chart: TrendChart, left: float, size: int) -> None:
    amount = wording.change(chart)
    if amount is None:
        return
    sign, colour = ("▲", theme.BEST) if amount > 0 else ("▼", theme.LOSS)
    words = f"{sign} {percent(amount)}"
    if not is_noticed(amount):
        words, colour = "= about the same", theme.MUTED
    if left + width(words, face(size, is_bold=True)) < theme.WIDTH - theme.MARGIN:
        canvas.text(left, 212, words, size=size, colour=colour, is_bold=True)


def _draw_legend(canvas: Canvas, chart: TrendChart) -> float:
    """Says what the dashed line is, or what stands and what hangs; returns where the legend starts."""
    if chart.below is not None:
        return _draw_names(canvas, chart)
    if not any(chart.line):
        return theme.WIDTH - theme.MARGIN
    font = face(theme.LEGEND_SIZE)
    words = fitted(_legend(chart), font, LEGEND_ROOM)
    right = float(theme.WIDTH - theme.MARGIN)
    left = right - width(words, font) - 92
    if chart.is_ranking:
        left += 56
        canvas.line([left + 8] * 2, [74, 106], colour=theme.LINE, thickness=5)
    else:
        canvas.line([left, left + 72], [90, 90], colour=theme.LINE, thickness=6, is_dashed=True)
    canvas.text(right, 102, words, size=theme.LEGEND_SIZE, colour=theme.MUTED, align="right")
    return left


def _draw_names(canvas: Canvas, chart: TrendChart) -> float:
    """How much stands above and how much hangs below, each after a square of its colour."""
    font, left = face(theme.LEGEND_SIZE), float(theme.WIDTH - theme.MARGIN)
    sums = [sum(value or 0 for value in values) for values in (chart.values, chart.below or ())]
    for name, amount, colour in reversed(list(zip(chart.names, sums, (theme.BAR, theme.LOSS), strict=True))):
        words = f"{wording.short(chart, amount)} {printable(name, 20)}"
        canvas.text(left, 102, words, size=theme.LEGEND_SIZE, colour=theme.MUTED, align="right")
        left -= width(words, font) + 46
        canvas.shapes([rounded(left, 102, 28, 28)], [colour])
        left -= 40
    return left


def _legend(chart: TrendChart) -> str:
    name = printable(chart.comparison_name)
    reach = 1 if chart.is_ranking else smoothing(len(chart.bars))
    detail = f", {reach}-{printable(chart.bar_name, 20)} average" if reach > 1 else ""
    return name[:1].upper() + name[1:] + detail


def _draw_emptiness(canvas: Canvas, chart: TrendChart) -> None:
    middle = (theme.PLOT_TOP + theme.PLOT_BOTTOM) / 2
    canvas.line([theme.MARGIN, theme.WIDTH - theme.MARGIN], [theme.PLOT_BOTTOM] * 2, colour=theme.GRID, thickness=4)
    words = "No data for this time" if chart.bars else "Nothing to show"
    canvas.text(theme.WIDTH / 2, middle, words, size=theme.EMPTY_SIZE, colour=theme.MUTED, align="center")


def _draw_grid(canvas: Canvas, chart: TrendChart, frame: Frame) -> None:
    for tick in frame.ticks:
        height = frame.y(tick)
        colour = theme.GRID if tick else theme.BASELINE
        canvas.line([theme.PLOT_LEFT, theme.PLOT_RIGHT], [height] * 2, colour=colour, thickness=3)
        words = wording.short(chart, tick)
        canvas.text(theme.PLOT_LEFT - 22, height + 13, words, size=theme.TICK_SIZE, colour=theme.MUTED, align="right")


def _draw_bars(canvas: Canvas, chart: TrendChart, frame: Frame) -> None:
    paths, colours = [], []
    for index, value in enumerate(chart.values):
        if value is None:
            continue
        length = max(abs(frame.y(value) - frame.y(0)), theme.MIN_BAR_HEIGHT) if value else theme.ZERO_HEIGHT
        left = frame.x(index) - frame.bar_width / 2
        paths.append(rounded(left, frame.y(0), frame.bar_width, -length if value < 0 else length))
        colours.append(theme.LOSS if value < 0 else theme.BEST if index == chart.best_index else theme.BAR)
    for index, value in enumerate((chart.below or ())[: len(chart.bars)]):
        if value:
            length = max(abs(frame.y(value) - frame.y(0)), theme.MIN_BAR_HEIGHT)
            left = frame.x(index) - frame.bar_width / 2
            paths.append(rounded(left, frame.y(0), frame.bar_width, -length))
            colours.append(theme.LOSS)
    canvas.shapes(paths, colours)


def _draw_comparison(canvas: Canvas, chart: TrendChart, frame: Frame) -> None:
    if not any(chart.line):
        return
    for run in _runs(smoothed(chart.line)):
        xs = [frame.x(index) for index, _ in run]
        ys = [frame.y(value) for _, value in run]
        if len(run) == 1:
            reach = frame.bar_width * 0.7
            xs, ys = [xs[0] - reach, xs[0] + reach], ys * 2
        canvas.line(xs, ys, colour=theme.CARD, thickness=10)
        canvas.line(xs, ys, colour=theme.LINE, thickness=5, is_dashed=True)


def _runs(values: tuple[float | None, ...]) -> list[list[tuple[int, float]]]:
    """Stretches of known values, split at gaps."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is not None:
            runs[-1].append((index, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _draw_best(canvas: Canvas, chart: TrendChart, frame: Frame) -> None:
    index = chart.best_index
    if index is None or len(chart.bars) == 1:
        return
    value = chart.values[index] or 0
    words = wording.short(chart, value)
    half = width(words, face(theme.TICK_SIZE, is_bold=True)) / 2
    x = min(max(frame.x(index), theme.PLOT_LEFT + half), theme.WIDTH - theme.MARGIN - half)
    canvas.text(x, frame.y(value) - 16, words, size=theme.TICK_SIZE, colour=theme.BEST, is_bold=True, align="center")


def _draw_labels(canvas: Canvas, chart: TrendChart, frame: Frame) -> None:
    font = face(theme.TICK_SIZE)
    words = [fitted(printable(bar.label, 40), font, LABEL_ROOM) for bar in chart.bars]
    for index in labelled([width(word, font) for word in words], frame.slot_width):
        half = width(words[index], font) / 2
        x = min(frame.x(index), theme.WIDTH - theme.MARGIN / 2 - half)
        canvas.text(x, theme.PLOT_BOTTOM + 58, words[index], size=theme.TICK_SIZE, colour=theme.MUTED, align="center")
