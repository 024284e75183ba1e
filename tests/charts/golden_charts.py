"""Charts whose pictures are kept; ``python tests/charts/golden_charts.py`` draws them anew, to be looked at."""

import io
import math
from pathlib import Path

from PIL import Image

from bot.charts.render import render
from bot.charts.series import Bar, TrendChart

FOLDER = Path(__file__).parent / "golden"
SIZE = (400, 225)
DAYS = tuple(f"Nov {day}" for day in range(1, 29))


def wave(index: int, low: int, high: int) -> int:
    return round(low + (high - low) * (1 + math.sin(index * 1.7)) / 2)


MONEY = tuple(Bar(day, wave(index, 4_000, 61_000)) for index, day in enumerate(DAYS))
CHARTS = {
    "money": TrendChart("Last 28 days", MONEY, comparison=tuple(wave(index, 9_000, 40_000) for index in range(28))),
    "gaps_and_losses": TrendChart(
        "Last 7 days", tuple(Bar(DAYS[at], value) for at, value in enumerate((900, None, -4_000, 0, 7_500, None, 300)))
    ),
    "in_and_out": TrendChart(
        "Last 28 days",
        tuple(Bar(day, wave(index, 0, 14)) for index, day in enumerate(DAYS)),
        unit="count",
        value_name="Subscribers",
        below=tuple(wave(index + 3, 0, 9) for index in range(28)),
        names=("came", "left"),
    ),
    "without_amounts": TrendChart("Last 28 days", tuple(Bar(day, 3_571) for day in DAYS), unit="share"),
    "one_enormous": TrendChart("Today so far", (Bar("Nov 26", 10**11),)),
    "two_years": TrendChart(
        "1 Jan 2025 to 31 Dec 2026", tuple(Bar(f"day {day}", wave(day, 0, 90_000)) for day in range(730))
    ),
    "sources": TrendChart(
        "Last 28 days",
        tuple(
            Bar(name, value) for name, value in (("Tips", 192_480), ("New subscriptions", 28_000), ("Other", -4_000))
        ),
        comparison=(134_200, 52_300, 900),
        bar_name="source",
        is_ranking=True,
    ),
    "nothing": TrendChart("Last 7 days", ()),
}


def drawn(chart: TrendChart) -> Image.Image:
    """The picture, small, on the dark of Discord."""
    image = Image.open(io.BytesIO(render(chart))).convert("RGBA")
    ground = Image.new("RGBA", image.size, "#313338")
    return Image.alpha_composite(ground, image).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, chart in CHARTS.items():
        drawn(chart).quantize(64).save(FOLDER / f"{name}.png", optimize=True)
