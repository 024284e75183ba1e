"""The calendar of the coming weeks: whole weeks, every day once, prices apart, the same story in words."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image, ImageColor

from bot.charts import theme
from bot.charts.calendar import WEEKS, CalendarChart, Entry, alt_text
from bot.charts.calendar_picture import COLUMN, LEFT, ROW, TOP, render_calendar
from bot.charts.studio import ChartStudio

THURSDAY = date(2026, 11, 26)


def calendar_of(*entries: tuple[int, str, str | None], today: date = THURSDAY) -> CalendarChart:
    found = tuple((today + timedelta(days=days), Entry(time, price)) for days, time, price in entries)
    return CalendarChart(today, found, "Europe/Lisbon")


def cell(image: Image.Image, number: int) -> Image.Image:
    left, top = LEFT + number % 7 * COLUMN, TOP + number // 7 * ROW
    return image.crop((round(left), round(top), round(left + COLUMN), round(top + ROW)))


def has_colour(image: Image.Image, colour: str) -> bool:
    wanted = (*ImageColor.getrgb(colour), 255)
    return any(found == wanted for _, found in image.getcolors(image.width * image.height) or [])


def test_a_day_shows_its_posts_in_its_own_cell_free_ones_and_paid_ones_apart() -> None:
    image = Image.open(io.BytesIO(render_calendar(calendar_of((1, "18:00", None), (6, "07:00", "$499.99")))))
    assert image.size == (theme.WIDTH, theme.HEIGHT)
    assert [number for number in range(7 * WEEKS) if has_colour(cell(image, number), theme.BAR)] == [4]
    assert [number for number in range(7 * WEEKS) if has_colour(cell(image, number), theme.BEST)] == [9]


@pytest.mark.parametrize("today", [date(2026, 2, 28), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_every_day_of_five_weeks_from_monday_is_there_once(today: date) -> None:
    days = [day for day, _ in calendar_of(today=today).days]
    assert days[0].weekday() == 0
    assert days == [days[0] + timedelta(days=number) for number in range(35)]
    assert today in days[:7]


def test_the_words_tell_every_day_with_posts_and_what_comes_later() -> None:
    told = alt_text(calendar_of((0, "18:00", None), (0, "20:00", "$5.00"), (90, "09:00", None)))
    assert told == (
        "Calendar of the coming 5 weeks: 2 scheduled posts. 1 later than that. Thu 26 Nov: 18:00, 20:00 ($5.00)."
    )


async def test_a_busy_month_is_drawn_in_the_other_process_and_told_within_the_limit() -> None:
    entries = [(day, f"{hour:02}:00", "$9.99") for day in range(40) for hour in range(24)]
    studio = ChartStudio(timeout_seconds=60)
    try:
        picture = await studio.draw(calendar_of(*entries))
    finally:
        await studio.close()
    assert picture.png.startswith(b"\x89PNG")
    assert (len(picture.alt_text) <= 1024, picture.filename) == (True, "calendar.png")


def test_a_calendar_is_the_same_after_its_way_to_the_other_process() -> None:
    chart = calendar_of((1, "18:00", None), (2, "09:30", "$3.00"))
    assert CalendarChart.from_json(chart.to_json()) == chart
