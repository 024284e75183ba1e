"""Saying what was done: what Discord does not show now was done all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import structlog

from bot.discordkit.look import Colour
from bot.domain.errors import DomainError
from bot.domain.faults import where

log = structlog.get_logger(__name__)

UNSEEN = "It was done. How things stand now cannot be shown just yet: look again in a minute."


async def say(interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View | None = None) -> None:
    """In place of the deferred answer, or beside it where that is gone.

    Never raises what Discord does: whoever cannot be told must not take what was done for failed.
    """
    try:
        try:
            await interaction.edit_original_response(content=None, embed=embed, attachments=[], view=view)
        except discord.NotFound:
            beside = view or discord.utils.MISSING
            await interaction.followup.send(embed=embed, view=beside, ephemeral=True)
    except discord.HTTPException as problem:
        log.warning("outcome_not_shown", error=type(problem).__name__)


@asynccontextmanager
async def showing(interaction: discord.Interaction, title: str) -> AsyncIterator[None]:
    """For what only shows what was done: where it fails, that it was done is said, under this title."""
    try:
        yield
    except (DomainError, discord.HTTPException) as error:
        log.warning("outcome_not_shown", error=where(error))
        await say(interaction, discord.Embed(title=title, description=UNSEEN, colour=Colour.BRAND))
