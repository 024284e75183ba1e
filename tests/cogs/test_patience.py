"""When Discord is told to wait: after a moment, at once in a crowd, and never when the answer is there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.charts.studio import ChartStudio
from bot.discordkit.responses.patience import Patience
from tests.rig import Rig, rigged, words_of

LONG = 60
DEFERRED = 5
"""Discord's word for an answer that comes later."""
Impatient = Callable[[Patience], AbstractAsyncContextManager[Rig]]


@pytest.fixture
def world(tmp_path: Path, empty_database: Path, studio: ChartStudio) -> Impatient:
    """The real bot with a patience of the test's own, and luna connected."""

    @asynccontextmanager
    async def made(patience: Patience) -> AsyncIterator[Rig]:
        async with rigged(tmp_path, empty_database, patience=patience, studio=studio) as rig:
            await rig.connect()
            yield rig

    return made


async def earnings(rig: Rig) -> Any:
    return await rig.luna.slash(rig.desk, "insights earnings", period="7d")


async def slow_earnings(rig: Rig) -> Any:
    """Fanvue keeps its first answer back; the work goes on with the second."""
    fault = rig.fanvue.faults.add(operation="getEarningsSummary", kind="hang", times=1)
    asking = asyncio.create_task(earnings(rig))
    await asyncio.wait_for(fault.struck.wait(), 10)
    rig.fanvue.faults.clear()
    return await asking


def put_off(rig: Rig) -> int:
    """How often Discord was told that an answer takes longer."""
    told = [entry.json for entry in rig.env.http_requests if entry.path.endswith("/callback")]
    return sum(one["type"] == DEFERRED for one in told)


async def test_an_answer_within_the_moment_needs_no_word_before_it(world: Impatient) -> None:
    async with world(Patience(moment_seconds=LONG)) as rig:
        before = put_off(rig)
        shown = await slow_earnings(rig)
        assert shown.ephemeral
        assert "Gross $" in words_of(shown)
        assert put_off(rig) == before


async def test_a_slow_answer_is_put_off_privately_while_the_work_goes_on(world: Impatient) -> None:
    async with world(Patience(moment_seconds=0)) as rig:
        before = put_off(rig)
        shown = await slow_earnings(rig)
        assert shown.ephemeral
        assert "Gross $" in words_of(shown)
        assert put_off(rig) == before + 1


async def test_whoever_waits_long_is_told_once_what_is_being_read(world: Impatient) -> None:
    async with world(Patience(moment_seconds=0, long_seconds=0)) as rig:
        shown = await slow_earnings(rig)
        edits = [str(entry.json) for entry in rig.env.http_requests if entry.path.endswith("/@original")]
        told = [edit for edit in edits if "Still reading" in edit]
        assert len(told) == 1
        assert "takes Fanvue a moment" in told[0]
        assert "Gross $" in words_of(shown)
        assert "Still reading" not in words_of(shown)


async def test_in_a_crowd_people_are_told_at_once(world: Impatient) -> None:
    patience = Patience(moment_seconds=LONG, crowd=1)
    async with world(patience) as rig:
        before = put_off(rig)
        with patience.waiting():
            assert "Gross $" in words_of(await earnings(rig))
        assert put_off(rig) == before + 1
        assert "Gross $" in words_of(await earnings(rig))
        assert put_off(rig) == before + 1


async def test_who_was_told_waits_for_their_turn(world: Impatient) -> None:
    patience = Patience(moment_seconds=0, crowd=1)
    async with world(patience) as rig:
        before = put_off(rig)
        fault = rig.fanvue.faults.add(operation="getEarningsSummary", kind="503", times=1)
        async with patience.turn():
            asking = asyncio.create_task(earnings(rig))
            await asyncio.wait({asking}, timeout=0.05)
            assert not fault.hits
        assert "Gross $" in words_of(await asking)
        assert fault.hits
        assert put_off(rig) == before + 1


async def test_who_got_an_error_waits_no_longer(world: Impatient) -> None:
    async with world(Patience(moment_seconds=LONG, crowd=1)) as rig:
        before = put_off(rig)
        rig.fanvue.faults.add(operation="getEarningsSummary", kind="403", times=1)
        assert "Gross $" not in words_of(await earnings(rig))
        assert "Gross $" in words_of(await earnings(rig))
        assert put_off(rig) == before


async def test_details_wait_for_first_answers() -> None:
    patience = Patience(few=1)
    with patience.waiting():
        await patience.calm()
        with patience.waiting():
            details = asyncio.create_task(patience.calm())
            await asyncio.sleep(0)
            assert not details.done()
        await details
