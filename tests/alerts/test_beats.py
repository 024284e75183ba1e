"""When creators are looked at: evenly spread, none forgotten, none twice."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.beats import (
    FAST_SECONDS,
    SLOW_SECONDS,
    Beats,
    Flow,
    Outage,
    beat_seconds,
    pause_seconds,
    return_seconds,
    start_seconds,
)
from bot.domain.accounts import CreatorId

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ids(found: list[tuple[CreatorId, object, float]]) -> list[str]:
    return [creator for creator, _, _ in found]


def test_the_longest_due_comes_first_and_nobody_before_their_time() -> None:
    beats = Beats()
    for number in (3, 1, 2):
        beats.add(CreatorId(str(number)), float(number))
    assert ids(beats.pop_due(2.5, 10)) == ["1", "2"]
    assert ids(beats.pop_due(2.5, 10)) == []
    assert beats.next_due == 3


def test_who_is_being_looked_at_is_not_handed_out_again() -> None:
    beats = Beats()
    beats.add(CreatorId("a"), 1)
    assert ids(beats.pop_due(5, 10)) == ["a"]
    assert not beats.add(CreatorId("a"), 1)
    beats.hurry(5, 1)
    assert ids(beats.pop_due(100, 10)) == []
    beats.put(CreatorId("a"), 6)
    assert ids(beats.pop_due(6, 10)) == ["a"]


def test_who_left_does_not_come_back_by_themselves() -> None:
    beats = Beats()
    beats.add(CreatorId("a"), 1)
    beats.drop(CreatorId("a"))
    beats.put(CreatorId("a"), 1)
    assert ids(beats.pop_due(10, 10)) == []
    assert beats.add(CreatorId("a"), 20)
    assert ids(beats.pop_due(30, 10)) == ["a"]


def test_in_a_hurry_everybody_is_looked_at_within_the_time_given_and_once() -> None:
    beats = Beats()
    for number in range(100):
        beats.add(CreatorId(str(number)), 900.0 + number)
    beats.hurry(10, 5)
    assert beats.next_due > 10
    assert sorted(ids(beats.pop_due(15, 1000)), key=int) == [str(number) for number in range(100)]
    assert ids(beats.pop_due(5000, 1000)) == []


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["add", "put", "drop", "pop"]), st.floats(0, 100))))
def test_whatever_happens_each_creator_has_one_place(acts: list[tuple[str, str, float]]) -> None:
    beats, under_way = Beats(), set()
    for name, act, moment in acts:
        creator = CreatorId(name)
        if act == "add":
            beats.add(creator, moment)
        elif act == "put" and creator in under_way:
            under_way.discard(creator)
            beats.put(creator, moment)
        elif act == "drop":
            beats.drop(creator)
            under_way.discard(creator)
        elif act == "pop":
            found = ids(beats.pop_due(moment, 10))
            assert len(set(found)) == len(found)
            assert not under_way & set(found)
            under_way |= {CreatorId(one) for one in found}
    rest = ids(beats.pop_due(math.inf, 100))
    assert sorted([*rest, *under_way]) == sorted(beats)


def test_the_beat_is_fast_until_webhooks_come_and_when_one_did_not() -> None:
    assert beat_seconds(None, None) == FAST_SECONDS
    assert beat_seconds(NOW, None) == SLOW_SECONDS
    assert beat_seconds(NOW, NOW - HOUR) == SLOW_SECONDS
    assert beat_seconds(NOW, NOW + HOUR) == FAST_SECONDS
    assert beat_seconds(NOW, None, is_silent=True) == FAST_SECONDS


def test_a_start_with_many_is_spread_and_one_creator_does_not_wait() -> None:
    assert start_seconds(1) < 1
    assert start_seconds(1000) == 50
    assert start_seconds(1_000_000) == FAST_SECONDS
    assert return_seconds(1) < 1
    assert return_seconds(1_000_000) == 600


def test_one_list_that_never_answers_among_others_that_do_is_no_outage() -> None:
    outage = Outage()
    for now in range(0, 10_000, 60):
        assert not outage.note(now, is_answered=True)
        assert not outage.note(now, is_answered=False)
        assert outage.pause(now, 3600) == 3600


def test_in_an_outage_one_list_is_asked_for_steadily_and_its_answer_is_the_end() -> None:
    outage = Outage()
    asked = []
    for now in range(0, 6000, 60):
        assert not outage.note(now, is_answered=False)
        if outage.pause(now, 3600) < 3600:
            asked.append(now)
    assert len(asked) > 15
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 300
    assert outage.note(6000, is_answered=True)
    assert not outage.note(6001, is_answered=True)


def test_the_list_that_is_asked_for_in_an_outage_is_so_to_its_end_though_no_other_is_asked_for_meanwhile() -> None:
    outage, now, pauses = Outage(), 120.0, []
    for moment in (0, 60, 120):
        outage.note(moment, is_answered=False)
    for _ in range(50):
        outage.note(now, is_answered=False)
        pauses.append(outage.pause(now, 3600))
        now += pauses[-1]
    assert max(pauses) < 400


def test_pauses_grow_to_a_bound() -> None:
    assert pause_seconds(1) < 70
    assert 3200 < pause_seconds(1000) < 4000
    assert pause_seconds(1, is_refused=True) > 3000
    assert pause_seconds(1000, is_refused=True) < 100_000


def test_webhooks_are_silent_when_as_many_should_have_come() -> None:
    flow, now = Flow(), 0.0
    assert not flow.is_silent(now)
    for _ in range(360):
        now += 10
        flow.note(now, 5)
    assert not flow.is_silent(now + 30)
    assert flow.is_silent(now + 150)
    flow.note(now + 160, 1)
    assert not flow.is_silent(now + 170)


def test_where_webhooks_are_rare_a_quiet_hour_is_no_silence() -> None:
    flow, now = Flow(), 0.0
    for _ in range(360):
        now += 10
        flow.note(now, 1 if int(now) % 1800 == 0 else 0)
    assert not flow.is_silent(now + 3000)
