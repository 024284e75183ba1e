"""A delivery is tried again later and later, for a day."""

from datetime import timedelta

from alert_desk import NOW
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.backoff import GIVE_UP_SECONDS, LONGEST_SECONDS, next_try

DAY = timedelta(seconds=GIVE_UP_SECONDS)


def test_the_first_tries_follow_soon_and_double() -> None:
    waits = [(next_try(attempts, NOW, NOW) - NOW).total_seconds() for attempts in range(1, 6)]  # type: ignore[operator]
    assert waits == [1, 2, 4, 8, 16]


@given(st.integers(1, 10**6), st.floats(0, GIVE_UP_SECONDS - 1), st.floats(0, 86_400))
def test_within_the_day_there_is_always_a_next_try_no_sooner_than_asked(
    attempts: int, passed: float, least: float
) -> None:
    now = NOW + timedelta(seconds=passed)
    due = next_try(attempts, NOW, now, at_least_seconds=least)
    assert due is not None
    assert due >= now + timedelta(seconds=max(1.0, least) - 0.001)
    assert due <= now + timedelta(seconds=max(LONGEST_SECONDS, least))


def test_after_a_day_there_is_none() -> None:
    assert next_try(3, NOW, NOW + DAY) is None
    assert next_try(3, NOW, NOW + DAY - timedelta(seconds=1)) is not None
