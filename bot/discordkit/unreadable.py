"""Saying that an answer of Fanvue's held rows that cannot be read."""

from contextlib import suppress

import discord

from bot.discordkit.look import Colour
from bot.domain import unreadable

TITLE = "Not everything is shown"
TEXT = "Fanvue's answer held something that could not be read. It is left out here; on fanvue.com it is there."


async def tell_what_is_missing(interaction: discord.Interaction) -> None:
    """To whoever was just shown less than there is, beside that."""
    if unreadable.has_any() and interaction.response.is_done():
        embed = discord.Embed(title=TITLE, description=TEXT, colour=Colour.QUIET)
        with suppress(discord.HTTPException):
            await interaction.followup.send(embed=embed, ephemeral=True)
