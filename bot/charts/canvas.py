"""The card a chart is drawn on, addressed in pixels; imported by the worker process alone."""

import io

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from bot.charts import theme
from bot.charts.fonts import face

PNG_OPTIONS = {"compress_level": 4}


class Canvas:
    """A figure addressed in pixels from the top left corner."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(theme.WIDTH / theme.DPI, theme.HEIGHT / theme.DPI), dpi=theme.DPI)
        self.figure.patch.set_visible(False)
        self._depth = 0
        self._pixels = Affine2D().scale(1, -1).translate(0, theme.HEIGHT)
        card = FancyBboxPatch(
            (3, 3),
            theme.WIDTH - 6,
            theme.HEIGHT - 6,
            boxstyle=f"round,pad=0,rounding_size={theme.CORNER}",
            facecolor=theme.CARD,
            edgecolor=theme.EDGE,
            linewidth=_points(4),
            transform=self._pixels,
        )
        self._add(card)

    def text(
        self, x: float, y: float, words: str, *, size: int, colour: str, is_bold: bool = False, align: str = "left"
    ) -> None:
        """Words with their baseline at ``y``, edged in the card's colour; never read as mathematics."""
        text = Text(
            x,
            y,
            words,
            transform=self._pixels,
            color=colour,
            fontproperties=face(size, is_bold=is_bold),
            ha=align,
            va="baseline",
            parse_math=False,
        )
        if is_bold:
            text.set_path_effects([withStroke(linewidth=_points(10), foreground=theme.CARD)])
        self._add(text)

    def line(self, xs: list[float], ys: list[float], *, colour: str, thickness: float, is_dashed: bool = False) -> None:
        """A line through points."""
        line = Line2D(xs, ys, color=colour, linewidth=_points(thickness), transform=self._pixels)
        line.set_solid_capstyle("round")
        if is_dashed:
            line.set_linestyle((0, (2.6, 1.7)))
        self._add(line)

    def shapes(self, paths: list[Path], colours: list[str]) -> None:
        """Filled outlines."""
        self._add(PathCollection(paths, facecolors=colours, linewidths=0, transform=self._pixels))

    def box(
        self, corner: tuple[float, float], size: tuple[float, float], *, colour: str, edge: str, radius: int
    ) -> None:
        """A rounded box from its top left corner."""
        self._add(
            FancyBboxPatch(
                corner,
                *size,
                boxstyle=f"round,pad=0,rounding_size={radius}",
                facecolor=colour,
                edgecolor=edge,
                linewidth=_points(3),
                transform=self._pixels,
            )
        )

    def png(self) -> bytes:
        """What was drawn so far."""
        FigureCanvasAgg(self.figure)
        file = io.BytesIO()
        self.figure.savefig(file, format="png", dpi=theme.DPI, metadata={"Software": None}, pil_kwargs=PNG_OPTIONS)
        return file.getvalue()

    def _add(self, artist: Artist) -> None:
        """On top of everything so far."""
        self._depth += 1
        artist.set_zorder(self._depth)
        self.figure.add_artist(artist)


def _points(pixels: float) -> float:
    return pixels * 72 / theme.DPI


def rounded(left: float, base: float, bar_width: float, length: float) -> Path:
    """A bar from its base upwards (or down when negative), the far corners rounded."""
    corner = min(theme.BAR_CORNER, bar_width / 2, abs(length))
    end, turn = base - length, corner if length > 0 else -corner
    right = left + bar_width
    points = [
        (left, base),
        (left, end + turn),
        (left, end),
        (left + corner, end),
        (right - corner, end),
        (right, end),
        (right, end + turn),
        (right, base),
        (left, base),
    ]
    codes = [
        Path.MOVETO,
        Path.LINETO,
        Path.CURVE3,
        Path.CURVE3,
        Path.LINETO,
        Path.CURVE3,
        Path.CURVE3,
        Path.LINETO,
        Path.CLOSEPOLY,
    ]
    return Path(points, codes)


def row(left: float, middle: float, length: float, height: float) -> Path:
    """A bar from its base to the right (or to the left when negative), the far corners rounded."""
    lying = Affine2D.from_values(0, 1, -1, 0, left, middle - height / 2)
    return rounded(0, 0, height, length).transformed(lying)
