"""A chart against the drawing library's own bare figure; the first one after the start; the event loop meanwhile."""

import asyncio
import io
import time
from contextlib import suppress

from benchmarks.figures import PAIRS, Figure, paired
from bot.charts.series import Bar, TrendChart
from bot.charts.studio import ChartStudio

VALUES = [(number * 7919) % 90_000 for number in range(30)]
CHART = TrendChart("Last 30 days", tuple(Bar(f"Sep {day + 1}", value) for day, value in enumerate(VALUES)))
CHARTS_AT_ONCE = 20
FIRST_LIMIT_MILLISECONDS = 700
STALL_LIMIT_MILLISECONDS = 10


async def charts() -> list[Figure]:
    """Warm, first, and twenty at once."""
    studio = ChartStudio()
    first = await _timed(studio)
    _bare()
    pairs = [(await _timed(studio), _bare()) for _ in range(PAIRS)]
    stall = await _stall(studio)
    await studio.close()
    return [
        paired("chart, warm", [a for a, _ in pairs], [b for _, b in pairs], 1.3, is_at_most=True, unit=" ms"),
        Figure("first chart after the start", first, FIRST_LIMIT_MILLISECONDS, is_at_most=True, unit=" ms"),
        Figure("event loop held up by 20 charts", stall, STALL_LIMIT_MILLISECONDS, is_at_most=True, unit=" ms"),
    ]


async def _timed(studio: ChartStudio) -> float:
    started = time.perf_counter()
    await studio.draw(CHART)
    return (time.perf_counter() - started) * 1000


def _bare() -> float:
    """A plain bar chart of the same size; the import is not counted."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - loaded by this benchmark alone
    from matplotlib.figure import Figure as Drawing  # noqa: PLC0415 - the same

    started = time.perf_counter()
    drawing = Drawing(figsize=(16, 9), dpi=100)
    FigureCanvasAgg(drawing)
    axes = drawing.add_subplot()
    axes.bar([bar.label for bar in CHART.bars], VALUES)
    axes.set_title(CHART.title)
    axes.tick_params(axis="x", rotation=45)
    drawing.savefig(io.BytesIO(), format="png")
    return (time.perf_counter() - started) * 1000


async def _stall(studio: ChartStudio) -> float:
    """The longest the loop was late while twenty charts were drawn."""
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, (time.perf_counter() - before - 0.001) * 1000)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(studio.draw(CHART) for _ in range(CHARTS_AT_ONCE)))
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return worst
