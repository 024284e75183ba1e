"""Text on a chart: matplotlib's own DejaVu Sans, measured in pixels, other people's words inert."""

from functools import cache, lru_cache
from pathlib import Path

from matplotlib import get_data_path
from matplotlib.font_manager import FontProperties, get_font

from bot.charts import theme
from bot.charts.wording import one_line

POINTS_PER_INCH = 72
SUBPIXELS = 64


@cache
def face(size: int, *, is_bold: bool = False) -> FontProperties:
    """The font at a height in pixels."""
    name = "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"
    return FontProperties(
        fname=str(Path(get_data_path(), "fonts", "ttf", name)), size=size * POINTS_PER_INCH / theme.DPI
    )


@lru_cache(maxsize=2048)
def width(text: str, font: FontProperties) -> float:
    """How wide the text is drawn, in pixels."""
    loaded = get_font(str(font.get_file()))
    loaded.set_size(font.get_size_in_points(), theme.DPI)
    loaded.set_text(text, 0.0)
    return float(loaded.get_width_height()[0]) / SUBPIXELS


def printable(text: str, limit: int = 80) -> str:
    """The text on one line without the characters the font has no picture for."""
    known = _known()
    return " ".join("".join(letter for letter in one_line(text, limit) if ord(letter) in known).split())


@cache
def _known() -> frozenset[int]:
    return frozenset(get_font(str(face(1).get_file())).get_charmap())


def fitted(text: str, font: FontProperties, room: float) -> str:
    """The text, cut with an ellipsis where it would be wider than the room."""
    if width(text, font) <= room:
        return text
    kept = text
    while kept and width(kept + "…", font) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept else ""
