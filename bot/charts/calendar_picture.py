"""Draws a calendar of weeks as a grid; imported by the worker process alone."""

from datetime import date

from bot.charts import theme
from bot.charts.calendar import WEEKS, CalendarChart, Entry
from bot.charts.canvas import Canvas
from bot.charts.fonts import face, fitted, printable, width

TOP, BOTTOM = 176, theme.HEIGHT - 34
LEFT, RIGHT = 40, theme.WIDTH - 40
GAP = 8
COLUMN, ROW = (RIGHT - LEFT) / 7, (BOTTOM - TOP) / WEEKS
NAME_SIZE, DAY_SIZE, ENTRY_SIZE, NARROW_SIZE, LINE = 30, 28, 31, 23, 42
LINES = 2
INSET = 14
TITLE_BASE, NAME_BASE = 92, 156
ROOM_FOR_TITLE = 880


def render_calendar(chart: CalendarChart) -> bytes:
    """The calendar as a PNG of 1600 by 900 pixels: free posts in blue, those with a price in green."""
    canvas = Canvas()
    _draw_title(canvas, chart)
    for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        middle = LEFT + (number + 0.5) * COLUMN
        canvas.text(middle, NAME_BASE, name, size=NAME_SIZE, colour=theme.MUTED, align="center")
    for number, (day, entries) in enumerate(chart.days):
        corner = (LEFT + number % 7 * COLUMN + GAP / 2, TOP + number // 7 * ROW + GAP / 2)
        _draw_day(canvas, corner, day, entries, chart.today)
    return canvas.png()


def _draw_title(canvas: Canvas, chart: CalendarChart) -> None:
    count = len(chart.entries) - chart.later
    words = f"{count:,} scheduled post{'s' if count != 1 else ''}" + (f", {chart.later:,} later" if chart.later else "")
    shown = fitted(words, face(54, is_bold=True), ROOM_FOR_TITLE)
    canvas.text(theme.MARGIN, TITLE_BASE, shown, size=54, colour=theme.TEXT, is_bold=True)
    zone = fitted(f"Times in {printable(chart.zone)}", face(theme.LEGEND_SIZE), RIGHT - ROOM_FOR_TITLE - 80)
    canvas.text(theme.WIDTH - theme.MARGIN, TITLE_BASE, zone, size=theme.LEGEND_SIZE, colour=theme.MUTED, align="right")


def _draw_day(canvas: Canvas, corner: tuple[float, float], day: date, entries: list[Entry], today: date) -> None:
    left, top = corner
    is_over = day < today
    ground, edge = theme.GRID if entries else theme.CARD, theme.TEXT if day == today else theme.GRID
    canvas.box(corner, (COLUMN - GAP, ROW - GAP), colour=ground, edge=edge, radius=14)
    is_named = day.day == 1 or (day == today)
    name = f"{day.day} {day:%b}" if is_named else str(day.day)
    colour = theme.BASELINE if is_over else theme.TEXT if day == today else theme.MUTED
    canvas.text(left + INSET, top + 34, name, size=DAY_SIZE, colour=colour)
    more = len(entries) - LINES
    if more > 0:
        words = f"+{more}"
        right = left + COLUMN - GAP - INSET
        canvas.text(right, top + 34, words, size=DAY_SIZE, colour=theme.TEXT, align="right")
    for number, entry in enumerate(entries[:LINES]):
        _draw_entry(canvas, (left + INSET, top + 34 + (number + 1) * LINE), entry)


def _draw_entry(canvas: Canvas, place: tuple[float, float], entry: Entry) -> None:
    colour = theme.BEST if entry.price else theme.BAR
    room = COLUMN - GAP - 2 * INSET
    words = f"{entry.time} {entry.price.removesuffix('.00')}" if entry.price else entry.time
    size = ENTRY_SIZE if width(words, face(ENTRY_SIZE)) <= room else NARROW_SIZE
    canvas.text(*place, fitted(words, face(size), room), size=size, colour=colour)
