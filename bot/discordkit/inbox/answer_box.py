"""The box that answers a fan: words, files with a price and a free preview, or a template."""

from collections.abc import Sequence

import discord

from bot.discordkit.controls.components import action_id
from bot.discordkit.controls.menus import option
from bot.discordkit.responses.long_texts import boxes
from bot.domain import text
from bot.domain.conversations import Prepared
from bot.domain.drafts import Draft
from bot.domain.money import Money, digits

PRICE_ID, FILES_ID, PREVIEW_ID, TEMPLATE_ID = "price", "files", "preview", "template"
LENGTH = "Up to 4,000 characters; /inbox reply takes 5,000"
MOST_FILES = 10
TEMPLATES = 25

Field = discord.ui.Item[discord.ui.Modal]


def answer_box(
    fan: str, handle: str, verb: str, argument: str, *, draft: Draft | None = None, prepared: Sequence[Prepared] = ()
) -> discord.ui.Modal:
    """A box for this fan; with a draft it opens with what was written, and says which files are there."""
    modal = discord.ui.Modal(
        title=text.shorten(f"Answer {text.plain_name(fan, 36)}", 45), custom_id=action_id(verb, argument), timeout=None
    )
    draft = draft or Draft()
    words = boxes(draft.text, label=f"Sent as @{text.plain_name(handle, 30)}")
    is_short = len(words) == 1
    for label, box in words.items():
        _add(modal, label, box, LENGTH if is_short else None)
    files: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(
        custom_id=FILES_ID, required=False, max_values=MOST_FILES
    )
    there = f"{_count(len(draft.media))} there already; add more, or leave it" if draft.media else None
    _add(modal, "Pictures, videos, sound", files, there)
    price: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=PRICE_ID,
        required=False,
        max_length=10,
        placeholder="Empty: free",
        default=digits(draft.price) if draft.price is not None else None,
    )
    _add(modal, "Price of the files in dollars", price, "From 3.00, for files only")
    preview: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(
        custom_id=PREVIEW_ID, required=False, max_values=1
    )
    _add(modal, "Free preview", preview, "Shown before they pay; only with a price")
    if prepared and is_short:
        _add(modal, "Or a template", _templates(prepared), "With its media and price; words of yours replace its own")
    modal.stop()
    return modal


def entry(one: Prepared) -> discord.SelectOption:
    """A template in a menu: its words, its folder, its media and price."""
    note = " · ".join(part for part in (text.plain_name(one.folder, 50) if one.folder else "", media_of(one)) if part)
    return option(text.plain_name(one.text or "media only", 90), one.id, note=note[:100] or None)


def media_of(one: Prepared) -> str:
    """``2 files for $5.00``; empty without media."""
    if not one.media:
        return ""
    return f"{_count(len(one.media))} for {Money(one.price)}" if one.price else f"{_count(len(one.media))}, free"


def _add(modal: discord.ui.Modal, label: str, field: Field, description: str | None = None) -> None:
    modal.add_item(discord.ui.Label(text=label, description=description, component=field))


def _templates(prepared: Sequence[Prepared]) -> discord.ui.Select[discord.ui.Modal]:
    return discord.ui.Select(
        custom_id=TEMPLATE_ID,
        required=False,
        min_values=0,
        placeholder="None",
        options=[entry(one) for one in prepared[:TEMPLATES]],
    )


def _count(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
