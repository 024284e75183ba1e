"""What people write for a period, and what it is measured against."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from bot.domain.periods import Asked, Period, Preset, asked, period_before, same_weekdays_before

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")
]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2026-03-01 to 2026-03-15", date(2026, 3, 1), date(2026, 3, 15)),
        ("2026-03-15..2026-03-01", date(2026, 3, 1), date(2026, 3, 15)),
        (" 2026-03-01 ", date(2026, 3, 1), date(2026, 3, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_days_and_months_are_read_as_written(words: str, first: date, last: date) -> None:
    assert asked(words) == Asked(first=first, last=last)


@pytest.mark.parametrize("preset", list(Preset))
def test_a_preset_is_known_by_its_value_and_its_name(preset: Preset) -> None:
    assert asked(preset.value) == asked(preset.label.upper()) == Asked(preset)


@pytest.mark.parametrize(
    "words", ["", "lately", "2026-02-30", "2026-13", "2020-01-01 to 2026-01-01", "1..2", "٢٠٢٦-01-01"]
)
def test_what_is_no_period_says_how_to_write_one(words: str) -> None:
    with pytest.raises(BadInputError):
        asked(words)


@given(st.dates(date(2020, 1, 1), date(2026, 11, 1)), st.integers(0, 700))
def test_own_days_survive_being_a_components_id(first: date, days: int) -> None:
    one = Asked(first=first, last=first + timedelta(days=days))
    assert asked(one.key) == one
    assert len(one.key) <= 22


def test_days_to_come_are_refused_and_a_day_that_runs_ends_now() -> None:
    with pytest.raises(BadInputError):
        asked("2026-11-25").period(NOON, BERLIN)
    assert asked("2026-11-20 to 2026-12-24").period(NOON, BERLIN).end == NOON


def test_a_day_that_begins_elsewhere_first_has_begun_there() -> None:
    half_past_six = NOON + timedelta(hours=6.5)
    assert asked("2026-11-25").period(half_past_six, ZoneInfo("Asia/Kathmandu")).end == half_past_six
    with pytest.raises(BadInputError):
        asked("2026-11-25").period(half_past_six, BERLIN)


def test_this_year_is_measured_against_the_same_part_of_the_last_one() -> None:
    period = Asked(Preset.THIS_YEAR).period(NOON, BERLIN)
    before = period_before(Preset.THIS_YEAR, period)
    assert before.start == datetime(2024, 12, 31, 23, tzinfo=UTC)
    assert before.end == datetime(2025, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("preset", list(Preset))
@given(now=st.datetimes(datetime(2023, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001 - made aware below
def test_the_same_weekdays_start_on_the_same_weekday_and_never_overlap(
    zone: ZoneInfo, preset: Preset, now: datetime
) -> None:
    period = Asked(preset).period(now.replace(tzinfo=UTC), zone)
    other = same_weekdays_before(period)
    assert other.start.astimezone(zone).weekday() == period.start.astimezone(zone).weekday()
    assert other.end <= period.start
    assert len(other.days) == len(period.days)


def test_seven_days_before_are_the_same_weekdays() -> None:
    period = Asked(Preset.LAST_7).period(NOON, BERLIN)
    assert same_weekdays_before(period) == period_before(Preset.LAST_7, period)


def test_two_days_over_the_change_of_clocks_are_two_days() -> None:
    period = asked("2026-03-28 to 2026-03-29").period(NOON, BERLIN)
    assert period == Period(datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), BERLIN)
    assert len(period.days) == 2
