"""Saying that something is under way when it takes long."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import discord

from bot.discordkit.look import Colour

PATIENCE_SECONDS = 3
"""After this long people are told that it goes on, and how far it is where that is known."""

T = TypeVar("T")


async def patiently(answer: discord.Interaction, work: Awaitable[T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """The work's result; when that takes long, the answer says what is being read until something replaces it."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            await answer.edit_original_response(embed=_under_way(what))
        return await task
    finally:
        task.cancel()


def _under_way(what: str) -> discord.Embed:
    return discord.Embed(
        title="Still reading",
        description=f"{what} takes Fanvue a moment. It appears here as soon as it is there.",
        colour=Colour.QUIET,
    )
