"""Quiet hours and digests by the clock on the wall, against a minute-by-minute reading of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import EventKind
from bot.domain.rules import URGENT, Digest, QuietHours, Wishes
from bot.domain.walltime import minute_of_day, next_at, next_hour, zone_of

ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Pacific/Chatham",
        "Africa/Casablanca",
    ]
)
MINUTES = st.integers(0, 1439)
CHANGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, tzinfo=UTC),
]
"""When clocks change somewhere of the above."""
INSTANTS = st.one_of(
    st.builds(
        lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), st.integers(0, 31_536_000)
    ),
    st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(CHANGES),
        st.integers(-90_000, 90_000),
    ),
)


def at(zone: str, *local: int) -> datetime:
    return datetime(*local, tzinfo=zone_of(zone)).astimezone(UTC)  # type: ignore[arg-type,misc]


def quiet(start: int, end: int, zone: str) -> Wishes:
    return Wishes(quiet=QuietHours(start, end), zone=zone)


@given(ZONES, MINUTES, MINUTES, INSTANTS)
def test_quiet_ends_at_the_first_minute_the_wall_shows_another_time(
    zone: str, start: int, end: int, instant: datetime
) -> None:
    def is_quiet(moment: datetime) -> bool:
        shown = minute_of_day(moment, zone_of(zone))
        return start <= shown < end if start <= end else shown >= start or shown < end

    until = quiet(start, end, zone).quiet_until(instant, EventKind.MESSAGE)
    if not is_quiet(instant):
        assert until is None
        return
    oracle = instant.replace(second=0, microsecond=0)
    while is_quiet(oracle):
        oracle += timedelta(minutes=1)
    assert until == oracle


@given(ZONES, MINUTES, INSTANTS)
def test_the_next_time_the_wall_shows_it_is_never_missed_and_never_in_the_past(
    zone: str, minute: int, instant: datetime
) -> None:
    found = next_at(minute, instant, zone_of(zone))
    assert instant < found <= instant + timedelta(hours=25)
    step = instant.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while step < found:
        assert minute_of_day(step, zone_of(zone)) != minute
        step += timedelta(minutes=7 if found - step > timedelta(hours=2) else 1)


@given(ZONES, INSTANTS)
def test_an_hourly_digest_comes_within_the_hour(zone: str, instant: datetime) -> None:
    found = next_hour(instant, zone_of(zone))
    assert instant < found <= instant + timedelta(hours=1)


def test_quiet_hours_go_over_midnight() -> None:
    night = quiet(22 * 60, 7 * 60 + 30, "Europe/Berlin")
    assert night.quiet_until(at("Europe/Berlin", 2026, 7, 1, 23, 15), EventKind.TIP) == at(
        "Europe/Berlin", 2026, 7, 2, 7, 30
    )
    assert night.quiet_until(at("Europe/Berlin", 2026, 7, 2, 3), EventKind.TIP) == at(
        "Europe/Berlin", 2026, 7, 2, 7, 30
    )
    assert night.quiet_until(at("Europe/Berlin", 2026, 7, 2, 7, 30), EventKind.TIP) is None


def test_the_night_of_the_change_is_as_long_as_it_is() -> None:
    night = quiet(22 * 60, 6 * 60, "Europe/Berlin")
    began = at("Europe/Berlin", 2026, 3, 28, 22)
    ended = night.quiet_until(began, EventKind.MESSAGE)
    assert ended is not None
    assert ended - began == timedelta(hours=7)


def test_an_end_that_the_clocks_jump_over_is_when_they_jump() -> None:
    night = quiet(22 * 60, 2 * 60 + 30, "Europe/Berlin")
    assert night.quiet_until(at("Europe/Berlin", 2026, 3, 29, 1), EventKind.MESSAGE) == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )


def test_a_half_hour_zone_has_its_own_full_hours() -> None:
    found = next_hour(datetime(2026, 7, 1, 12, 5, tzinfo=UTC), zone_of("Asia/Kolkata"))
    assert found == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(URGENT))
def test_money_at_risk_comes_at_night_where_somebody_chose_that(kind: EventKind) -> None:
    midnight = datetime(2026, 7, 1, tzinfo=UTC)
    lets = Wishes(quiet=QuietHours(0, 60, lets_urgent=True))
    keeps = Wishes(quiet=QuietHours(0, 60, lets_urgent=False))
    assert lets.quiet_until(midnight, kind) is None
    assert keeps.quiet_until(midnight, kind) == midnight + timedelta(hours=1)


def test_a_daily_digest_comes_at_nine_in_the_rules_zone() -> None:
    wishes = Wishes(digest=Digest.DAILY, zone="America/New_York")
    assert wishes.next_digest(at("America/New_York", 2026, 7, 1, 9)) == at("America/New_York", 2026, 7, 2, 9)
    assert wishes.next_digest(at("America/New_York", 2026, 7, 1, 8, 59)) == at("America/New_York", 2026, 7, 1, 9)


def test_a_zone_that_is_no_longer_known_counts_as_utc() -> None:
    assert zone_of("Mars/Olympus").key == "UTC"
