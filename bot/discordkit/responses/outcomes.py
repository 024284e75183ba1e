"""Saying what was done: what Discord does not show now was done all the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import discord
import structlog

from bot.discordkit.look import Colour
from bot.domain.errors import DomainError
from bot.domain.faults import where

log = structlog.get_logger(__name__)

T = TypeVar("T")

ACKNOWLEDGED = 40060
PAUSES = (0.5, 2, 10, 60)
"""Between tries to say something while Discord is away, in seconds."""
UNSEEN = "It was done. How things stand now cannot be shown just yet: look again in a minute."
ELSEWHERE = "This answers what you asked for a while ago: Discord did not let me say it there any more."


def is_answered(error: BaseException) -> bool:
    """Whether Discord has an answer already: it delivered this twice, and whoever was first says what comes of it."""
    return isinstance(error, discord.HTTPException) and error.code == ACKNOWLEDGED


async def acknowledge(interaction: discord.Interaction) -> None:
    """Defer privately, for what is done once however often Discord delivers it: an answer it has already will do.

    One whose receipt does not come is given again.
    """
    for is_last in (False, True):
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
        except discord.HTTPException as error:
            if is_answered(error):
                return
            if is_last or not isinstance(error, discord.DiscordServerError):
                raise
        else:
            return


async def insisting(saying: Callable[[], Awaitable[T]]) -> T:
    """Say what may be said twice without harm, again while Discord is away; raises what Discord says in the end."""
    for pause in PAUSES:
        try:
            return await saying()
        except discord.DiscordServerError:
            await asyncio.sleep(pause)
    return await saying()


async def say(interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View | None = None) -> None:
    """In place of the deferred answer, beside it where that is gone, by direct message where it is too late for both.

    Never raises what Discord does: whoever cannot be told must not take what was done for failed. They are told once
    it is back.
    """

    async def said() -> None:
        if is_cut_off(interaction):
            await _say_elsewhere(interaction, embed.title)
            return
        try:
            await interaction.edit_original_response(content=None, embed=embed, attachments=[], view=view)
        except discord.NotFound:
            await beside(interaction, embed, view)
        except discord.DiscordServerError:
            raise
        except discord.HTTPException:
            await _say_elsewhere(interaction, embed.title)

    try:
        await insisting(said)
    except discord.DiscordServerError as problem:
        log.warning("outcome_not_shown", error=type(problem).__name__)
        owe(interaction, said)


def is_cut_off(interaction: discord.Interaction) -> bool:
    """Whether the bot logged in anew since: discord.py answers by the connections of before, which are closed."""
    return bool(getattr(interaction._session, "closed", False))  # noqa: SLF001 - see above


def owe(interaction: discord.Interaction, say: Callable[[], Awaitable[object]]) -> None:
    """Have it said once Discord is back."""
    client: Any = interaction.client
    client.owed.owe(interaction.id, say)


async def beside(interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View | None) -> None:
    """As an answer of its own; by direct message where it is too late. DiscordServerError while Discord is away."""
    if is_cut_off(interaction):
        await _say_elsewhere(interaction, embed.title)
        return
    try:
        await interaction.followup.send(embed=embed, view=view or discord.utils.MISSING, ephemeral=True)
    except discord.DiscordServerError:
        raise
    except discord.HTTPException:
        await _say_elsewhere(interaction, embed.title)


async def _say_elsewhere(interaction: discord.Interaction, title: str | None) -> None:
    """Without what it is about: a direct message is not as private as an answer."""
    embed = discord.Embed(title=title, description=ELSEWHERE, colour=Colour.BRAND)
    try:
        await interaction.user.send(embed=embed, nonce=interaction.id)
    except discord.DiscordServerError:
        raise
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
