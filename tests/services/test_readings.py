"""What was read for an answer lasts a minute, for that answer alone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.accounts import CreatorId
from bot.domain.periods import Asked, Preset
from bot.services.insights.readings import KEPT_AT_MOST, KEPT_FOR, Reading, Readings

LUNA, OTHER = CreatorId("luna"), CreatorId("other")
WEEK, ZONE = Asked(Preset.LAST_7), ZoneInfo("Asia/Kathmandu")


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


async def test_each_number_is_read_once_and_a_failure_is_no_number() -> None:
    reading, asked = Reading(datetime.now(UTC)), []

    async def read() -> int:
        asked.append(1)
        if len(asked) == 1:
            raise TimeoutError
        return len(asked)

    with pytest.raises(TimeoutError):
        await reading.get("net", read)
    assert [await reading.get("net", read) for _ in range(3)] == [2, 2, 2]


def test_who_goes_on_within_a_minute_meets_the_same_reading_and_who_asks_anew_does_not() -> None:
    clock = Clock()
    readings = Readings(clock)
    first = readings.begin(LUNA, WEEK, ZONE, goes_on=False)
    clock.at += KEPT_FOR - timedelta(seconds=1)
    assert readings.begin(LUNA, WEEK, ZONE, goes_on=True) is first
    assert readings.of(LUNA, WEEK, ZONE, first.as_of) is first
    assert readings.begin(OTHER, WEEK, ZONE, goes_on=True) is not first
    assert readings.begin(LUNA, WEEK, ZoneInfo("UTC"), goes_on=True) is not first
    again = readings.begin(LUNA, WEEK, ZONE, goes_on=False)
    assert again is not first
    assert readings.of(LUNA, WEEK, ZONE, first.as_of) is not again
    clock.at += KEPT_FOR
    assert readings.begin(LUNA, WEEK, ZONE, goes_on=True) is not again


def test_no_more_than_some_are_kept_and_none_past_its_minute() -> None:
    clock = Clock()
    readings = Readings(clock)
    many = [CreatorId(str(number)) for number in range(KEPT_AT_MOST + 5)]
    kept = [readings.begin(one, WEEK, ZONE, goes_on=False) for one in many]
    assert readings.begin(many[-1], WEEK, ZONE, goes_on=True) is kept[-1]
    assert readings.of(many[0], WEEK, ZONE, kept[0].as_of) is not kept[0]
    clock.at += KEPT_FOR + timedelta(seconds=1)
    readings.begin(LUNA, WEEK, ZONE, goes_on=False)
    assert readings.of(many[-1], WEEK, ZONE, kept[-1].as_of) is not kept[-1]
