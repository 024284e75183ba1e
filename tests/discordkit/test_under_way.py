"""Whoever waits is told that something is under way."""

import asyncio
from typing import Any

import discord
import pytest

from bot.discordkit.under_way import patiently


class Shown:
    """An answer that keeps what it showed."""

    def __init__(self) -> None:
        self.embeds: list[discord.Embed] = []
        self.has_changed = asyncio.Event()

    async def edit_original_response(self, *, embed: discord.Embed) -> Any:
        self.embeds.append(embed)
        self.has_changed.set()


async def test_long_work_is_announced_once_and_its_result_given() -> None:
    shown = Shown()

    async def work() -> int:
        await shown.has_changed.wait()
        return 7

    assert await patiently(shown, work(), "This year", seconds=0) == 7
    assert [embed.description for embed in shown.embeds] == [
        "This year takes Fanvue a moment. It appears here as soon as it is there."
    ]


async def test_short_work_shows_nothing_else_and_its_error_is_its_own() -> None:
    shown = Shown()

    async def work() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        await patiently(shown, work(), "This year", seconds=5)
    assert not shown.embeds
