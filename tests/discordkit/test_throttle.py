"""Nobody asks for more than their share, and nobody waits because of others."""

import pytest
from discord import app_commands

from bot.discordkit.throttle import Throttle


class Steps:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def refused(throttle: Throttle, person: int) -> float | None:
    try:
        throttle.take(person)
    except app_commands.CommandOnCooldown as error:
        return error.retry_after
    return None


def test_who_asks_too_much_waits_for_the_end_of_their_window_and_others_do_not() -> None:
    steps = Steps()
    throttle = Throttle(per_person=3, window_seconds=10, seconds=steps)
    assert [refused(throttle, 1) for _ in range(3)] == [None, None, None]
    steps.at += 4
    assert refused(throttle, 1) == pytest.approx(6)
    assert refused(throttle, 2) is None
    steps.at += 6.1
    assert refused(throttle, 1) is None


def test_nobody_gains_by_the_turn_of_the_tables() -> None:
    steps = Steps()
    throttle = Throttle(per_person=3, window_seconds=10, seconds=steps)
    throttle.take(2)
    steps.at += 9
    assert [refused(throttle, 1) for _ in range(3)] == [None, None, None]
    for pause in (2, 2, 2, 2):
        steps.at += pause
        assert refused(throttle, 1) is not None


def test_who_has_been_away_for_long_is_forgotten() -> None:
    steps = Steps()
    throttle = Throttle(per_person=3, window_seconds=10, seconds=steps)
    for person in range(1000):
        throttle.take(person)
    for _ in range(3):
        steps.at += 11
        throttle.take(1)
    assert len(throttle._recent) + len(throttle._earlier) <= 2
