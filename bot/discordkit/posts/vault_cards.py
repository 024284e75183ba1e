"""Fanvue's media library, seen by blurred pictures alone."""

from collections.abc import Sequence

import discord

from bot.discordkit.controls.components import button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.posting import FILES, Draft, Medium
from bot.services.posts.media import PeekedMedium, VaultFolder

MEDIA_VERB = "dr_media"
BACK_VERB = "dr_back"
FOLDER_VERB = "va_fold"
LINES = 15
ICONS = {"image": "🖼️", "video": "🎞️", "audio": "🎧", "document": "📄"}
ALL = "all"


def picker_embed(rows: Sequence[PeekedMedium]) -> discord.Embed:
    """What can be added to a draft."""
    embed = discord.Embed(title="Add from the vault", colour=Colour.CALM, description=_lines(rows))
    embed.set_footer(text="The newest first; pictures are blurred. /media vault finds more.")
    return embed


def picker_view(draft: Draft, rows: Sequence[PeekedMedium]) -> discord.ui.View:
    """Pick some, or go back to the card."""
    items: list[discord.ui.Item[discord.ui.View]] = []
    room = FILES - len(draft.content.media)
    if rows and room > 0:
        entries = [option(_label(number, one), one.uuid, emoji=ICONS.get(one.kind)) for number, one in _numbered(rows)]
        items.append(menu("Pick media…", MEDIA_VERB, draft.key, entries, at_most=room))
    return view_of([*items, button("Back to the draft", BACK_VERB, draft.key)])


def vault_embed(rows: Sequence[PeekedMedium], handle: str, folder: str | None, find: str | None) -> discord.Embed:
    """What is there."""
    where = f" · {text.name(folder)}" if folder else ""
    found = f" · “{text.name(find)}”" if find else ""
    embed = discord.Embed(title=f"Media · @{text.name(handle)}{where}{found}", colour=Colour.CALM)
    nothing = "Nothing of that name." if find else "Nothing there. `/media upload` brings files in."
    embed.description = _lines(rows) if rows else nothing
    return embed


def vault_view(folders: Sequence[VaultFolder], creator: str, chosen: str | None) -> discord.ui.View | None:
    """Other folders."""
    if not folders:
        return None
    entries = [option("All media", ALL)]
    entries += [option(text.plain_name(one.name, 80), one.name[:100], note=f"{one.count:,} media") for one in folders]
    return view_of([menu("Folder…", FOLDER_VERB, creator, entries, chosen=[chosen or ALL])])


def uploaded_embed(ready: Sequence[Medium], problems: Sequence[tuple[str, str]], handle: str) -> discord.Embed:
    """What arrived, and what did not."""
    lines = [f"✅ {text.name(one.name)}" for one in ready] + [f"⚠️ {text.name(name)}: {why}" for name, why in problems]
    return discord.Embed(
        title=f"{len(ready)} in the vault of @{text.name(handle)}",
        description="\n".join(lines)[:4000],
        colour=Colour.BRAND if ready else Colour.TROUBLE,
    )


def _numbered(rows: Sequence[PeekedMedium]) -> list[tuple[int, PeekedMedium]]:
    return list(enumerate(rows, 1))


def _lines(rows: Sequence[PeekedMedium]) -> str:
    lines = [
        f"{number}. {ICONS.get(one.kind, '•')} {text.name(one.name or one.kind)}"
        + (f" · {discord.utils.format_dt(one.at, 'R')}" if one.at else "")
        for number, one in _numbered(rows)[:LINES]
    ]
    return "\n".join(lines) or "Nothing is ready there."


def _label(number: int, one: PeekedMedium) -> str:
    return f"{number}. {text.plain_name(one.name or one.kind, 80)}"
