"""What Fanvue's lists hold comes once, however odd some of their rows are and whatever of them cannot be read."""

from datetime import timedelta
from typing import Any

import pytest
from polling_ground import CREATOR, Ground, Process

from sandbox.fanvue.instants import stamp


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(hours=23), timedelta(days=3)], ids=str)
async def test_a_row_dated_ahead_hides_nothing_that_comes_before_its_date(
    ground: Ground, process: Process, ahead: timedelta
) -> None:
    def put_ahead(answer: Any) -> None:
        answer["data"][0]["date"] = stamp(ground.time.true() + ahead)

    await ground.fanvue.fan_tips(CREATOR, ground.fan, 100)
    ground.fanvue.faults.rewrite("getEarnings", put_ahead, times=1)
    await process.look(after=70)
    for amount in (200, 300):
        ground.time.pass_by(3600)
        await ground.fanvue.fan_tips(CREATOR, ground.fan, amount)
        await process.look(after=70)
    assert [event.amount.minor for event in await process.news() if event.amount] == [100, 200, 300]
