"""Handing out a file that takes a while to make."""

import asyncio
import io
from collections.abc import AsyncIterator

import discord

from bot.discordkit.under_way import PATIENCE_SECONDS


async def send_file(
    interaction: discord.Interaction, made: AsyncIterator[int | bytes], most: int, name: str = "payments.csv"
) -> None:
    """Answer with the file; until then with how many rows there are. ``most`` rows mean that there may be more."""
    loop = asyncio.get_running_loop()
    told_at, rows, file = loop.time(), 0, b""
    async for part in made:
        if isinstance(part, bytes):
            file = part
        else:
            rows = part
            if loop.time() - told_at >= PATIENCE_SECONDS:
                told_at = loop.time()
                await interaction.edit_original_response(content=f"Reading … {rows:,} rows so far.")
    words = f"{rows:,} rows." if rows else "There is nothing in that period."
    if rows >= most:
        words = f"The newest {rows:,} rows; that is as many as one file takes. Ask for a shorter period for the others."
    await interaction.edit_original_response(
        content=words, attachments=[discord.File(io.BytesIO(file), name)] if rows else []
    )
