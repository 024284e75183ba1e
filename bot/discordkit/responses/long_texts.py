"""Texts longer than one of Discord's boxes: written in two, never cut; handed back when they could not be used."""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord

from bot.discordkit.look import Colour
from bot.discordkit.responses.outcomes import is_answered
from bot.domain import text

TEXT_ID, REST_ID = "text", "rest"
BOX_LIMIT = 4000
EMBED, EMBEDS = 4096, 6000
"""What one embed's description, and all embeds of a message together, can hold."""
ROOMY = 3500

Box = discord.ui.TextInput[discord.ui.Modal]


def boxes(words: str, *, label: str = "Text", is_required: bool = False) -> dict[str, Box]:
    """A box with the whole text, or two that have it between them."""
    cut = _cut(words)
    if cut == len(words):
        return {label: _box(TEXT_ID, words, is_required=is_required)}
    return {
        label: _box(TEXT_ID, words[:cut], is_required=is_required),
        "And the rest": _box(REST_ID, words[cut:], is_required=False),
    }


def words_in(values: Mapping[str, str]) -> str:
    """What the boxes say together, blanks and all."""
    return values.get(TEXT_ID, "") + values.get(REST_ID, "")


def written_in(values: Mapping[str, str]) -> str:
    """What the boxes say together."""
    return words_in(values).strip()


@asynccontextmanager
async def keeping(interaction: discord.Interaction, words: str) -> AsyncIterator[None]:
    """Whatever goes wrong inside: the author gets the words back, unless the error leads there, or another answers."""
    try:
        yield
    except Exception as error:
        is_kept = getattr(error, "edit", "") or getattr(error, "again", "") or is_answered(error)
        if words and not is_kept:
            embed, files = kept(words)
            with suppress(discord.HTTPException):
                await interaction.followup.send(embed=embed, files=files, ephemeral=True)
        raise


def with_words(embed: discord.Embed, words: str) -> dict[str, Any]:
    """An embed, and below it what somebody wrote, as Discord's sending takes them."""
    mine, files = kept(words, EMBEDS - len(embed)) if words else (None, [])
    return {"embeds": [embed, *([mine] if mine else [])], "files": files}


def kept(words: str, room: int = EMBED) -> tuple[discord.Embed, list[discord.File]]:
    """What somebody wrote, to be copied; as a file where Discord shows no text so long, or has no room for it."""
    embed = discord.Embed(title="Your text, so that nothing is lost:", colour=Colour.QUIET)
    inert = text.escape(words)
    if len(inert) <= min(EMBED, room - len(embed)):
        embed.description = inert
        return embed, []
    return embed, [discord.File(io.BytesIO(words.encode()), "your-text.txt")]


def _cut(words: str) -> int:
    """Between two words, with room to write in both."""
    if len(words) <= BOX_LIMIT:
        return len(words)
    return max(words.rfind(gap, len(words) - ROOMY, ROOMY) for gap in ("\n", " ")) + 1 or ROOMY


def _box(field: str, words: str, *, is_required: bool) -> Box:
    return Box(
        custom_id=field,
        style=discord.TextStyle.paragraph,
        max_length=BOX_LIMIT,
        required=is_required,
        default=words or None,
    )
