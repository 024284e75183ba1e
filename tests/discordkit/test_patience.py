"""When Discord is told to wait: after a moment, at once in a crowd, and never when the answer is there."""

import asyncio
from typing import Any, cast

import discord
import pytest

from bot.discordkit.patience import CROWD, Patience


class Reply:
    """The part of an interaction's response that is looked at here."""

    def __init__(self, steps: list[str]) -> None:
        self._steps = steps
        self._is_done = False

    def is_done(self) -> bool:
        return self._is_done

    async def defer(self, **_options: object) -> None:
        self._is_done = True
        self._steps.append("deferred")


class Asked:
    """One act of a person."""

    type = discord.InteractionType.application_command

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.response = Reply(self.steps)

    async def work(self, until: asyncio.Event | None = None) -> str:
        self.steps.append("began")
        if until is not None:
            await until.wait()
        return "numbers"


def interaction(asked: Asked) -> discord.Interaction:
    return cast("Any", asked)


async def test_an_answer_that_is_there_at_once_needs_no_word_before_it() -> None:
    asked = Asked()
    assert await Patience().first(interaction(asked), asked.work()) == "numbers"
    assert asked.steps == ["began"]


async def test_a_slow_answer_is_put_off_while_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discordkit.patience.MOMENT_SECONDS", 0)
    asked, there = Asked(), asyncio.Event()
    answer = asyncio.create_task(Patience().first(interaction(asked), asked.work(there)))
    while len(asked.steps) < 2:
        await asyncio.sleep(0)
    there.set()
    assert await answer == "numbers"
    assert asked.steps == ["began", "deferred"]


async def test_in_a_crowd_people_are_told_before_their_work_begins_and_details_wait_for_them() -> None:
    patience, there = Patience(), asyncio.Event()
    crowd = [Asked() for _ in range(CROWD + 1)]
    answers = [asyncio.create_task(patience.first(interaction(asked), asked.work(there))) for asked in crowd]
    details = asyncio.create_task(patience.calm())
    while len(crowd[-1].steps) < 2:
        await asyncio.sleep(0)
    assert crowd[-1].steps == ["deferred", "began"]
    assert not details.done()
    there.set()
    await asyncio.gather(*answers)
    await details


async def test_work_ends_with_whoever_asked_for_it() -> None:
    asked, patience = Asked(), Patience()
    answer = asyncio.create_task(patience.first(interaction(asked), asked.work(asyncio.Event())))
    while not asked.steps:
        await asyncio.sleep(0)
    answer.cancel()
    await asyncio.gather(answer, return_exceptions=True)
    await asyncio.wait_for(patience.calm(), 1)
