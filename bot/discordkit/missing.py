"""Saying that there is more than is shown."""

from contextlib import suppress

import discord

from bot.discordkit.look import Colour
from bot.domain import missing

TITLE = "Not everything is shown"


async def tell_what_is_missing(interaction: discord.Interaction) -> None:
    """To whoever was just shown less than there is, beside that."""
    words = missing.noted()
    if words and interaction.response.is_done():
        embed = discord.Embed(title=TITLE, description="\n".join(words), colour=Colour.QUIET)
        with suppress(discord.HTTPException):
            await interaction.followup.send(embed=embed, ephemeral=True)
