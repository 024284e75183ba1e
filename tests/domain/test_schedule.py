"""People write times as they speak; what cannot be is refused with what would work."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError
from bot.domain.schedule import parse, to_come

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tomorrow 18:00", "2026-11-24T17:00"),
        ("Tomorrow at 6:30 pm", "2026-11-24T17:30"),
        ("18:00", "2026-11-23T17:00"),
        ("9:00", "2026-11-24T08:00"),
        ("in 2 hours", "2026-11-23T18:00"),
        ("in 30 min", "2026-11-23T16:30"),
        ("in 3 days", "2026-11-26T16:00"),
        ("2026-12-24 18:00", "2026-12-24T17:00"),
        ("2027-07-01 12am", "2027-06-30T22:00"),
    ],
)
def test_times_are_read_in_the_readers_zone(written: str, meant: str) -> None:
    assert parse(written, NOW, BERLIN) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "soon", "25:00", "2026-02-30 10:00", "13pm", "18", "in -2 hours"])
def test_what_is_no_time_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(BadInputError, match="tomorrow 18:00"):
        parse(written, NOW, BERLIN)


def test_a_time_that_the_clocks_skip_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(BadInputError, match="03:30"):
        parse("2027-03-28 02:30", NOW, BERLIN)


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("today 9:00", "2026-11-24 09:00"), ("2020-01-01 18:00", "2026-11-23 18:00"), ("today 17:00", "2026-11-24 17:00")],
)
def test_a_time_that_has_passed_is_refused_with_the_next_one_like_it(written: str, nearest: str) -> None:
    with pytest.raises(BadInputError, match=rf"{nearest}` \(Europe/Berlin\)"):
        to_come(written, NOW, BERLIN)
    assert to_come(nearest, NOW, BERLIN) > NOW


def test_the_next_one_like_it_is_not_one_that_the_clocks_skip() -> None:
    before = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)
    with pytest.raises(BadInputError, match="2027-03-29 02:30"):
        to_come("today 2:30", before, BERLIN)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_a_clear_refusal(written: str) -> None:
    with suppress(BadInputError):
        assert parse(written, NOW, BERLIN).tzinfo is not None
