"""Handing out a file that takes a while to make."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.discordkit.responses.under_way import PATIENCE_SECONDS
from bot.services.insights.spreadsheets import Cut, Spreadsheet, Told

AGAIN_SECONDS = 10
REASONS = {
    Cut.ROWS: "that is as many as one file takes",
    Cut.TIME: "Fanvue lets me read no more in the time that an answer stays open here",
    Cut.SIZE: "a larger file does not fit into a message here",
    Cut.FANVUE: "Fanvue stopped answering",
}


@dataclass(slots=True)
class Progress:
    """How far the reading is."""

    rows: int = 0
    reached: datetime | None = None

    def told(self, rows: int, reached: datetime) -> None:
        """So far it is."""
        self.rows, self.reached = rows, reached

    @property
    def words(self) -> str:
        """For whoever waits."""
        if self.reached is None:
            return "Reading … Fanvue has not answered yet."
        return f"Reading … {self.rows:,} rows so far, back to {self.reached:%Y-%m-%d %H:%M}."


async def send_file(
    interaction: discord.Interaction,
    made: Callable[[Told], Awaitable[Spreadsheet]],
    seconds: float = PATIENCE_SECONDS,
) -> None:
    """Answer with the file; until then with how far it is, when it takes long. A file that is cut says so and why."""
    progress = Progress()
    task = asyncio.ensure_future(made(progress.told))
    try:
        while not (await asyncio.wait({task}, timeout=seconds))[0]:
            await interaction.edit_original_response(content=progress.words)
            seconds = max(seconds, AGAIN_SECONDS)
        sheet = await task
    finally:
        task.cancel()
    file = discord.File(io.BytesIO(sheet.content), sheet.name)
    await interaction.edit_original_response(content=_words(sheet), attachments=[file] if sheet.rows else [])


def _words(sheet: Spreadsheet) -> str:
    if not sheet.rows:
        return "There is nothing in that period."
    if sheet.cut is None or sheet.reached is None:
        return f"{sheet.rows:,} rows."
    how = (
        f"For the others, ask for `{sheet.rest}`; what the last of these days has in both files bears the same order."
        if sheet.rest
        else "For the others, pick a single source."
    )
    return (
        f"**Cut at {sheet.rows:,} rows**, the newest, back to {sheet.reached:%Y-%m-%d %H:%M}: "
        f"{REASONS[sheet.cut]}. {how}"
    )
