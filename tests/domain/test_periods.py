"""Periods are counted in the reader's days, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import Preset, period_before, period_for

BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_today_starts_at_the_readers_midnight() -> None:
    period = period_for(Preset.TODAY, at("2026-03-10T23:30"), BERLIN)
    assert period.start == at("2026-03-10T23:00")
    assert period.end == at("2026-03-10T23:30")


def test_a_zone_with_odd_minutes_has_its_own_midnight() -> None:
    period = period_for(Preset.YESTERDAY, at("2026-03-10T18:14"), KATHMANDU)
    assert (period.start, period.end) == (at("2026-03-08T18:15"), at("2026-03-09T18:15"))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clocks_change_is_one_day(day: str, hours: int) -> None:
    period = period_for(Preset.YESTERDAY, at(day) + timedelta(days=1, hours=12), BERLIN)
    assert period.end - period.start == timedelta(hours=hours)
    assert len(period.days) == 1


def test_last_month_of_january_is_december_of_the_year_before() -> None:
    period = period_for(Preset.LAST_MONTH, at("2027-01-15T12:00"), BERLIN)
    assert (period.start, period.end) == (at("2026-11-30T23:00"), at("2026-12-31T23:00"))
    assert len(period.days) == 31


def test_february_of_a_leap_year_has_its_29th_day() -> None:
    assert len(period_for(Preset.LAST_MONTH, at("2028-03-05T12:00"), BERLIN).days) == 29


def test_this_month_is_compared_with_the_same_part_of_the_month_before() -> None:
    period = period_for(Preset.THIS_MONTH, at("2026-05-10T12:00"), BERLIN)
    before = period_before(Preset.THIS_MONTH, period)
    assert (before.start, before.end) == (at("2026-03-31T22:00"), at("2026-04-10T12:00"))


def test_the_31st_is_compared_with_no_more_than_a_shorter_month_has() -> None:
    period = period_for(Preset.THIS_MONTH, at("2026-03-31T12:00"), BERLIN)
    before = period_before(Preset.THIS_MONTH, period)
    assert before.end == period.start


def test_a_day_that_begins_at_one_o_clock_does_not_reach_into_its_comparison() -> None:
    period = period_for(Preset.YESTERDAY, at("2020-03-28T00:00"), ZoneInfo("Asia/Gaza"))
    assert period_before(Preset.YESTERDAY, period).end == period.start


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    zone=st.sampled_from(sorted(available_timezones())),
    preset=st.sampled_from(list(Preset)),
)
def test_every_period_is_whole_days_and_the_one_before_ends_no_later_than_it_starts(
    now: datetime, zone: str, preset: Preset
) -> None:
    period = period_for(preset, now, ZoneInfo(zone))
    before = period_before(preset, period)
    assert before.start < before.end <= period.start < period.end <= now + timedelta(seconds=1)
    assert len(set(period.days)) == len(period.days) >= 1
