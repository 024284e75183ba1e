from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.fanvue.limits import DEFAULT_LIMIT, Limits, Priority, Standing, ahead_of, standing_of
from tests.fanvue.scripted_server import HandClock

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
INTERACTIVE, BACKGROUND = Priority.INTERACTIVE, Priority.BACKGROUND


@pytest.fixture
def limits(clock: HandClock) -> Limits:
    return Limits(clock)


def taken(
    limits: Limits, count: int = 1000, priority: Priority = INTERACTIVE, key: str = "k", operation: str = "op"
) -> int:
    """How many slots can be had in a row."""
    return next((n for n in range(count) if limits.take(key, operation, priority)), count)


def test_both_priorities_together_get_two_hundred_in_a_minute_and_no_more(limits: Limits, clock: HandClock) -> None:
    assert taken(limits, priority=BACKGROUND) + taken(limits) == DEFAULT_LIMIT
    assert limits.take("k", "op", INTERACTIVE) == clock.now() + timedelta(seconds=60)


def test_background_leaves_a_quarter_to_people(limits: Limits) -> None:
    assert taken(limits, priority=BACKGROUND) == DEFAULT_LIMIT * 3 // 4
    assert taken(limits) == DEFAULT_LIMIT // 4


def test_people_never_starve_background_work(limits: Limits) -> None:
    assert taken(limits) == DEFAULT_LIMIT * 9 // 10
    assert taken(limits, priority=BACKGROUND) == DEFAULT_LIMIT // 10
    assert limits.take("k", "op", BACKGROUND) is not None


def test_the_whole_bucket_is_back_after_its_window(limits: Limits, clock: HandClock) -> None:
    taken(limits)
    clock.advance(60)
    assert taken(limits) == DEFAULT_LIMIT * 9 // 10


def test_keys_have_buckets_of_their_own(limits: Limits) -> None:
    taken(limits, key="a")
    assert limits.take("b", "op", INTERACTIVE) is None


def test_what_fanvue_says_remains_is_believed_when_it_is_less_than_our_own_count(
    limits: Limits, clock: HandClock
) -> None:
    limits.take("k", "op", INTERACTIVE)
    limits.observe("k", "op", Standing(limit=200, remaining=0, resets_in_seconds=17))
    assert limits.take("k", "op", INTERACTIVE) == clock.now() + timedelta(seconds=17)
    clock.advance(17)
    assert limits.take("k", "op", INTERACTIVE) is None


def test_a_late_answer_with_an_old_higher_count_gives_nothing_back(limits: Limits) -> None:
    for _ in range(180):
        limits.take("k", "op", INTERACTIVE)
    limits.observe("k", "op", Standing(limit=200, remaining=150, resets_in_seconds=60))
    assert limits.take("k", "op", INTERACTIVE) is not None


def test_an_operation_with_a_limit_of_its_own_does_not_use_up_the_others(limits: Limits) -> None:
    limits.take("k", "heavy", INTERACTIVE)
    limits.observe("k", "heavy", Standing(limit=20, remaining=0, resets_in_seconds=30))
    assert limits.take("k", "heavy", INTERACTIVE) is not None
    assert limits.take("k", "op", INTERACTIVE) is None


def test_retry_after_is_obeyed_to_the_second(limits: Limits, clock: HandClock) -> None:
    until = limits.block("k", "op", Standing(retry_after_seconds=7))
    assert until == clock.now() + timedelta(seconds=7)
    clock.advance(6.999)
    assert limits.take("k", "op", INTERACTIVE) == until
    clock.advance(0.001)
    assert limits.take("k", "op", INTERACTIVE) is None


def test_a_shorter_block_does_not_lift_a_longer_one(limits: Limits) -> None:
    longer = limits.block("k", "op", Standing(retry_after_seconds=50))
    assert limits.block("k", "op", Standing(retry_after_seconds=5)) == longer


def test_a_refusal_without_any_header_still_stops_for_a_while(limits: Limits, clock: HandClock) -> None:
    assert limits.block("k", "op", Standing()) > clock.now() + timedelta(seconds=5)


def test_a_clock_that_is_set_back_blocks_nobody(limits: Limits, clock: HandClock) -> None:
    taken(limits)
    limits.block("k", "op", Standing(retry_after_seconds=3600))
    clock.advance(-7200)
    assert limits.take("k", "op", INTERACTIVE) is None


def test_idle_keys_are_let_go(limits: Limits, clock: HandClock) -> None:
    for number in range(3000):
        limits.take(f"creator-{number}", "op", BACKGROUND)
    clock.advance(120)
    for _ in range(3000):
        limits.take("k", "op", INTERACTIVE)
    assert len(limits) == 1


def test_a_blocked_key_is_not_let_go(limits: Limits, clock: HandClock) -> None:
    until = limits.block("blocked", "op", Standing(retry_after_seconds=3600))
    clock.advance(600)
    for _ in range(1000):
        limits.take("k", "op", INTERACTIVE)
    assert limits.take("blocked", "op", INTERACTIVE) == until


def test_reset_is_read_against_fanvues_own_clock() -> None:
    headers = {
        "x-ratelimit-limit": "200",
        "x-ratelimit-remaining": "12",
        "x-ratelimit-reset": str(int(NOON.timestamp()) + 30),
        "date": "Mon, 01 Jun 2026 12:00:00 GMT",
    }
    standing = standing_of(headers, NOON + timedelta(hours=3))
    assert standing == Standing(limit=200, remaining=12, resets_in_seconds=30)


def test_a_small_reset_is_a_number_of_seconds() -> None:
    assert standing_of({"x-ratelimit-reset": "12"}, NOON).resets_in_seconds == 12


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3),
        ("0", 0),
        ("1.5", 1.5),
        ("Mon, 01 Jun 2026 12:00:09 GMT", 9),
        ("Mon, 01 Jun 2020 12:00:00 GMT", 0),
        ("soon", None),
        ("-4", None),
        ("", None),
        ("9" * 400, None),
        ("nan", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(text: str, seconds: float | None) -> None:
    assert standing_of({"retry-after": text}, NOON).retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Mon, 01 Jun 2026 11:00:00 GMT", 3600),
        ("Mon, 01 Jun 2026 13:00:00 GMT", -3600),
        ("Mon, 01 Jun 2026 11:59:57 GMT", 0),
        ("Mon, 01 Jun 2026 12:00:03", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Mon, 01 Jun 10000 12:00:00 GMT", None),
        ("12:00", None),
        ("", None),
    ],
)
def test_how_far_our_clock_is_ahead_is_read_where_it_can_be_believed(date: str, seconds: int | None) -> None:
    assert ahead_of({"date": date}, NOON) == (None if seconds is None else timedelta(seconds=seconds))


@given(
    st.dictionaries(
        st.sampled_from(["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "date"]),
        st.text(max_size=40),
    )
)
def test_no_header_can_break_the_reading_or_the_buckets(headers: dict[str, str]) -> None:
    limits = Limits(HandClock())
    standing = standing_of(headers, NOON)
    ahead_of(headers, NOON)
    limits.observe("k", "op", standing)
    limits.block("k", "op", standing)
    limits.take("k", "op", INTERACTIVE)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([INTERACTIVE, BACKGROUND]), st.floats(0, 2)), max_size=600))
def test_no_mix_of_callers_gets_more_than_the_limit_in_a_window(asked: list[tuple[Priority, float]]) -> None:
    clock = HandClock()
    limits = Limits(clock)
    granted = []
    for priority, pause in asked:
        clock.advance(pause)
        if limits.take("k", "op", priority) is None:
            granted.append(clock.now())
    starts_at = granted[0] if granted else NOON
    assert sum(starts_at <= moment < starts_at + timedelta(seconds=60) for moment in granted) <= DEFAULT_LIMIT
