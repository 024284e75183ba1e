"""Whose answer a payment followed: each counts once, for one person, and the parts are the whole."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import DiscordUserId, FanId
from bot.domain.money import Money
from bot.domain.scoreboard import (
    WINDOW,
    Answer,
    Income,
    Other,
    Paid,
    Part,
    Score,
    Waits,
    attributed,
    duration,
    ranked,
    with_income,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANNA, BORIS = DiscordUserId(1), DiscordUserId(2)
FAN, OTHER_FAN = FanId("fan"), FanId("other")
MOMENT = timedelta(microseconds=1)

moments = st.integers(min_value=0, max_value=4 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
fans = st.sampled_from([FAN, OTHER_FAN])
answers = st.builds(Answer, moments, fans, st.sampled_from([ANNA, BORIS, Other.SOMEBODY, Other.FANVUE]))
payments = st.builds(
    Paid,
    moments,
    st.integers(min_value=1, max_value=5_000),
    st.one_of(st.none(), fans),
    st.sampled_from(["", "o1", "o2"]),
    counts=st.booleans(),
)
taken_back = st.builds(
    Paid, moments, st.integers(min_value=-5_000, max_value=-1), fans, reverses=st.sampled_from(["", "o1", "o2", "o3"])
)
rows = st.tuples(st.lists(payments, max_size=12), st.lists(taken_back, max_size=6), st.lists(answers, max_size=12))


@given(rows)
def test_each_payment_counts_once_and_the_parts_are_the_whole(
    told: tuple[list[Paid], list[Paid], list[Answer]],
) -> None:
    paid, _, given_answers = told
    parts = attributed(paid, [], given_answers)
    counted = [one for one in paid if one.counts]
    assert sum(part.net.minor for part in parts.values()) == sum(one.net for one in counted)
    assert sum(part.payments for part in parts.values()) == len(counted)


@given(rows)
def test_what_was_taken_back_is_taken_off_once_unless_its_payment_never_counted(
    told: tuple[list[Paid], list[Paid], list[Answer]],
) -> None:
    paid, back, given_answers = told
    everything = [Paid(one.at, one.net, one.fan, one.order) for one in paid]
    parts = attributed(everything, back, given_answers)
    assert Income(parts).net.minor == sum(one.net for one in [*everything, *back])


@given(rows, st.randoms())
def test_the_order_of_the_rows_is_no_matter(told: tuple[list[Paid], list[Paid], list[Answer]], chance: Random) -> None:
    before = attributed(*told)
    for part in told:
        chance.shuffle(part)
    assert attributed(*told) == before


def paid_at(at: datetime, fan: FanId | None = FAN) -> dict[object, Part]:
    answered = [Answer(NOON, FAN, ANNA), Answer(NOON + timedelta(hours=1), FAN, BORIS)]
    return dict(attributed([Paid(at, 500, fan)], [], answered))


@pytest.mark.parametrize(
    ("at", "whose"),
    [
        (NOON, Other.NOBODY),
        (NOON + MOMENT, ANNA),
        (NOON + timedelta(hours=1), ANNA),
        (NOON + timedelta(hours=1) + MOMENT, BORIS),
        (NOON + timedelta(hours=1) + WINDOW, BORIS),
        (NOON + timedelta(hours=1) + WINDOW + MOMENT, Other.NOBODY),
    ],
)
def test_whoever_answered_last_within_a_day_before(at: datetime, whose: object) -> None:
    assert paid_at(at) == {whose: Part(Money(500), 1)}


def test_an_answer_to_another_fan_brings_nothing_and_a_payment_without_a_fan_is_nobodys() -> None:
    for fan in (OTHER_FAN, None):
        assert paid_at(NOON + timedelta(minutes=5), fan) == {Other.NOBODY: Part(Money(500), 1)}


def test_a_renewal_counts_for_nobody_and_neither_does_what_was_taken_back_of_it() -> None:
    renewal = Paid(NOON + timedelta(hours=1), 500, FAN, "o1", counts=False)
    back = Paid(NOON + timedelta(hours=2), -500, FAN, reverses="o1")
    assert attributed([renewal], [back], [Answer(NOON, FAN, ANNA)]) == {}


def test_what_was_taken_back_is_taken_off_whoever_the_payment_counted_for() -> None:
    answered = [Answer(NOON, FAN, ANNA), Answer(NOON + timedelta(hours=3), FAN, BORIS)]
    paid = Paid(NOON + timedelta(hours=1), 500, FAN, "o1")
    for reverses in ("", "o1"):
        back = Paid(NOON + timedelta(hours=4), -500, FAN, reverses=reverses)
        assert attributed([paid], [back], answered) == {ANNA: Part(Money(0), 1)}


def test_what_was_taken_back_of_a_payment_from_before_is_apart() -> None:
    back = Paid(NOON, -700, FAN)
    assert attributed([Paid(NOON - MOMENT, 500, FAN)], [back], [])[Other.EARLIER] == Part(Money(-700), 1)


def test_lines_are_ranked_by_income_then_fans_and_who_was_forgotten_comes_last() -> None:
    lines = [
        Score(Other.SOMEBODY, fans=90),
        Score(ANNA, "Anna", fans=2),
        Score(BORIS, "Boris", fans=9),
        Score(DiscordUserId(3), "Cleo", fans=1),
    ]
    assert [score.name for score in ranked(lines)] == ["Boris", "Anna", "Cleo", ""]
    income = Income({DiscordUserId(3): Part(Money(5), 1), Other.SOMEBODY: Part(Money(99), 1)})
    assert [score.name for score in ranked(with_income(lines, income))] == ["Cleo", "Boris", "Anna", ""]


def test_whoever_answered_before_the_period_and_is_followed_in_it_has_a_line() -> None:
    income = Income({ANNA: Part(Money(5), 1), Other.NOBODY: Part(Money(7), 1)})
    assert with_income([Score(BORIS, fans=1)], income) == [
        Score(BORIS, fans=1, part=Part()),
        Score(ANNA, part=Part(Money(5), 1)),
    ]


def test_who_may_not_see_the_others_sees_them_as_one() -> None:
    three = DiscordUserId(3)
    parts = {
        ANNA: Part(Money(1), 1),
        BORIS: Part(Money(20), 2),
        three: Part(Money(300), 3),
        Other.NOBODY: Part(Money(4)),
    }
    seen = Income(parts).seen_by(ANNA)
    assert seen.parts == {ANNA: Part(Money(1), 1), Other.OTHERS: Part(Money(320), 5), Other.NOBODY: Part(Money(4))}
    assert (seen.net, seen.followed) == (Income(parts).net, Income(parts).followed)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3_599, "1 h"),
        (3_600, "1 h"),
        (3_660, "1 h 1 min"),
        (86_399, "1 d"),
        (86_400, "1 d"),
        (183_600, "2 d 3 h"),
    ],
)
def test_a_wait_is_told_in_the_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_few_answers_make_no_median_to_compare() -> None:
    assert [Waits(count, 1).is_enough for count in (0, 4, 5)] == [False, False, True]
