"""Summaries come at the reader's own hour, about whole days that are over."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.briefs import MONDAY, Rhythm, Subscription
from bot.domain.periods import Preset
from bot.domain.walltime import as_clock

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "America/Santiago")
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


def wall(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"


@given(rhythm=st.sampled_from(Rhythm), minute=st.integers(0, 24 * 60 - 1), now=INSTANTS, zone=st.sampled_from(ZONES))
def test_the_next_one_comes_later_at_the_hour_on_the_wall_and_no_period_is_left_out(
    rhythm: Rhythm, minute: int, now: datetime, zone: str
) -> None:
    where = ZoneInfo(zone)
    due = rhythm.next_at(minute, now, where)
    longest = timedelta(days=1) if rhythm is Rhythm.MORNING else timedelta(days=7)
    assert now < due <= now + longest + timedelta(hours=2)
    day_before = (due - timedelta(hours=3)).astimezone(where).utcoffset()
    day_after = (due + timedelta(hours=3)).astimezone(where).utcoffset()
    if day_before == day_after:
        assert wall(due, where) == as_clock(minute)
    if rhythm is Rhythm.WEEKLY:
        assert due.astimezone(where).weekday() == MONDAY


def test_the_week_is_the_last_one_from_monday_to_sunday_even_on_a_monday() -> None:
    zone = ZoneInfo("Europe/Berlin")
    for day in range(23, 30):
        asked = Rhythm.WEEKLY.asked(datetime(2026, 11, day, 12, tzinfo=UTC), zone)
        assert (asked.first, asked.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert Rhythm.MORNING.asked(datetime(2026, 11, 23, tzinfo=UTC), zone).preset is Preset.YESTERDAY


@pytest.mark.parametrize(("rhythm", "hours"), [(Rhythm.MORNING, 12), (Rhythm.WEEKLY, 48)])
def test_one_that_is_far_too_late_is_left_out_and_the_next_is_still_to_come(rhythm: Rhythm, hours: int) -> None:
    due = datetime(2026, 11, 23, 7, tzinfo=UTC)
    one = Subscription(DiscordUserId(1), CreatorId("c"), rhythm, 8 * 60, "Europe/Berlin", due)
    assert not one.is_over(due + timedelta(hours=hours))
    late = Subscription(DiscordUserId(1), CreatorId("c"), rhythm, 22 * 60, "Europe/Berlin", due.replace(hour=21))
    assert late.is_over(due.replace(hour=23, minute=1)) == (rhythm is Rhythm.MORNING)
    assert one.is_over(due + timedelta(hours=hours, seconds=1))
    now = due + timedelta(days=30)
    assert now < one.following(now) <= now + timedelta(days=8)
