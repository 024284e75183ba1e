"""Saying what was done: what Discord does not show now was done all the same."""

import discord
import structlog

log = structlog.get_logger(__name__)


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
