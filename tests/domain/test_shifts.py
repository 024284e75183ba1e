"""A shift is what its words say on the clock of its zone, at midnight and when the clocks change too."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from bot.domain.shifts import Shift, clock_from, days_from, is_on_shift, next_shift, week_with, week_without

BERLIN, KOLKATA, CHATHAM = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Chatham")
EVERY_DAY = frozenset(range(7))
MONDAY = datetime(2026, 7, 6, tzinfo=UTC)


def at(day: int, clock: str, zone: ZoneInfo = BERLIN, month: int = 7) -> datetime:
    """A local time of 2026; the 6th of July is a Monday."""
    return datetime.combine(datetime(2026, month, day).date(), time.fromisoformat(clock), tzinfo=zone)  # noqa: DTZ001


def shift(days: str, begins: str, ends: str, zone: ZoneInfo = BERLIN) -> Shift:
    return Shift(days_from(days), clock_from(begins), clock_from(ends), zone)


def test_a_shift_begins_to_the_second_and_is_over_at_its_end() -> None:
    day = shift("Mon", "09:00", "17:00")
    assert not day.covers(at(6, "08:59:59"))
    assert day.covers(at(6, "09:00"))
    assert day.covers(at(6, "16:59:59"))
    assert not day.covers(at(6, "17:00"))
    assert not day.covers(at(7, "12:00"))


@pytest.mark.parametrize("zone", [BERLIN, KOLKATA, CHATHAM])
def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins(zone: ZoneInfo) -> None:
    night = shift("Fri", "22:00", "06:00", zone)
    assert night.covers(at(10, "23:30", zone))
    assert night.covers(at(11, "05:59", zone))
    assert not night.covers(at(10, "05:59", zone))
    assert not night.covers(at(11, "22:30", zone))


def test_a_shift_that_ends_when_it_begins_lasts_a_whole_day() -> None:
    whole = shift("Mon", "00:00", "24:00")
    assert whole.covers(at(6, "00:00"))
    assert whole.covers(at(6, "23:59"))
    assert not whole.covers(at(7, "00:00"))


def test_a_shift_keeps_to_the_clock_on_the_wall_when_the_clocks_change() -> None:
    early = shift("every day", "08:00", "09:00")
    for day, month, hour in ((28, 3, 7), (29, 3, 6), (24, 10, 6), (25, 10, 7)):
        assert early.covers(datetime(2026, month, day, hour, 30, tzinfo=UTC))
        assert not early.covers(datetime(2026, month, day, hour + 1, 30, tzinfo=UTC))


def test_a_night_in_which_the_clocks_go_back_is_worked_to_its_last_hour() -> None:
    night = shift("Sat", "22:00", "02:30")
    assert night.covers(datetime(2026, 10, 25, 0, 45, tzinfo=UTC)), "2:45 for the first time: the end is not reached"
    assert night.covers(datetime(2026, 10, 25, 1, 29, tzinfo=UTC)), "2:29 for the second time"
    assert not night.covers(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_a_beginning_that_the_clock_leaves_out_is_an_hour_later() -> None:
    gap = shift("Sun", "02:30", "05:00")
    assert gap.next_after(datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_somebody_without_shifts_may_act_at_any_time() -> None:
    assert is_on_shift((), MONDAY)
    assert next_shift((), MONDAY) is None


def test_the_next_shift_is_the_first_to_begin_after_now() -> None:
    week = (shift("Mon", "09:00", "17:00"), shift("Thu", "20:00", "22:00"))
    assert next_shift(week, at(6, "10:00")) == at(9, "20:00")
    assert next_shift(week, at(9, "20:00")) == at(13, "09:00")


@given(
    days=st.frozensets(st.integers(0, 6), min_size=1),
    begins=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    ends=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    zone=st.sampled_from([BERLIN, KOLKATA, CHATHAM, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
    minutes=st.integers(0, 366 * 24 * 60),
)
def test_whoever_is_off_shift_is_on_again_when_the_next_begins(
    days: frozenset[int], begins: time, ends: time, zone: ZoneInfo, minutes: int
) -> None:
    one = Shift(days, begins, ends, zone)
    now = MONDAY + timedelta(minutes=minutes)
    begin = one.next_after(now)
    assert now < begin <= now + timedelta(days=8)
    if begin.astimezone(zone).time() == begins != ends:
        assert one.covers(begin)


def test_a_shift_replaces_others_on_its_days_alone() -> None:
    week = week_with((shift("Mon-Fri", "09:00", "17:00"),), shift("Wed, Sat", "12:00", "20:00"))
    assert [one.words for one in week] == [
        "Mon, Tue, Thu, Fri 09:00 to 17:00 (Europe/Berlin)",
        "Wed, Sat 12:00 to 20:00 (Europe/Berlin)",
    ]
    assert week_without(week, EVERY_DAY) == ()


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("every day", set(EVERY_DAY)),
        ("monday", {0}),
        ("Sat, Sun", {5, 6}),
        ("sat and mon", {0, 5}),
        ("Fri-Mon", {0, 4, 5, 6}),
        ("Weekend", {5, 6}),
    ],
)
def test_days_are_read_as_people_write_them(written: str, days: set[int]) -> None:
    assert days_from(written) == days


@pytest.mark.parametrize("written", ["", "someday", "1-5", ",", "Mon-Xyz"])
def test_what_is_no_day_is_explained(written: str) -> None:
    with pytest.raises(BadInputError, match="Mon-Fri"):
        days_from(written)


@pytest.mark.parametrize("written", ["", "9", "25:00", "24:01", "9:60", "noon", "-1:00"])
def test_what_is_no_time_of_day_is_explained(written: str) -> None:
    with pytest.raises(BadInputError, match="09:00"):
        clock_from(written)
