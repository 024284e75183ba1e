"""Posts that are at Fanvue: lists, one of them with its numbers, its comments."""

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.discordkit.controls.components import button, form, link_button, view_of
from bot.discordkit.controls.menus import OPTIONS, menu, option
from bot.discordkit.look import Colour
from bot.discordkit.responses.long_texts import boxes
from bot.domain import text
from bot.domain.money import Money
from bot.domain.posting import CommentLine, PostCard, PostView

VIEW_VERB = "po_view"
ONE_VERB = "po_one"
EDIT_VERB = "po_edit"
DELETE_VERB = "po_del"
DELETED_VERB = "po_gone"
KEEP_VERB = "po_keep"
PIN_VERB = "po_pin"
UNPIN_VERB = "po_unpin"
REPOST_VERB = "po_repost"
COMMENTS_VERB = "po_comm"
SAY_VERB = "po_say"
UNSAY_VERB = "po_unsay"
TEXT_ID, WHEN_ID = "text", "when"
LINES = 10
NOTHING = {
    PostView.SCHEDULED: "Nothing is scheduled. `/post create` with a time schedules a post.",
    PostView.PUBLISHED: "Nothing is published yet. `/post create` writes a post.",
    PostView.EXPIRED: "No post has expired.",
}


def key_of(creator: str, uuid: str) -> str:
    """Names a post in a button: both ids in the short form that fits."""
    return f"{creator.replace('-', '')}.{uuid.replace('-', '')}"


def ids_of(key: str) -> tuple[str, str]:
    """Creator and post of a button."""
    creator, _, uuid = key.partition(".")
    return _long(creator), _long(uuid)


def list_embed(rows: Sequence[PostCard], view: PostView, handle: str, picture: str | None) -> discord.Embed:
    """The first of them, with when and how they do."""
    embed = discord.Embed(title=f"{view.value.capitalize()} posts · @{text.name(handle)}", colour=Colour.BRAND)
    embed.description = "\n".join(f"• {_line(row, view)}" for row in rows[:LINES]) or NOTHING[view]
    if len(rows) > LINES:
        embed.set_footer(text=f"{len(rows) - LINES} more in the menu below and on Fanvue")
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    return embed


def list_view(rows: Sequence[PostCard], view: PostView, creator: str, address: str) -> discord.ui.View:
    """Other lists, and one of them."""
    views = [option(f"{one.value.capitalize()} posts", one.value) for one in PostView]
    items: list[discord.ui.Item[discord.ui.View]] = [menu("Which posts", VIEW_VERB, creator, views, chosen=[view])]
    if rows:
        entries = [option(_label(row), row.uuid) for row in rows[:OPTIONS]]
        items.append(menu("Open a post…", ONE_VERB, creator, entries))
    return view_of([*items, link_button("Open on Fanvue", address)])


def post_embed(row: PostCard, handle: str, now: datetime) -> discord.Embed:
    """One post with its numbers, for the asking person alone."""
    pinned = "📌 " if row.is_pinned else ""
    embed = discord.Embed(
        title=f"{pinned}{row.view_at(now).value.capitalize()} post · @{text.name(handle)}",
        description=text.fit(row.text, 3000) or "*No text*",
        colour=Colour.BRAND,
    )
    embed.add_field(name="When", value=discord.utils.format_dt(row.at, "F"))
    embed.add_field(
        name="Goes to", value="Subscribers" if row.audience == "subscribers" else "Followers and subscribers"
    )
    embed.add_field(name="Files", value=f"{row.media}" + (f", {Money(row.price)} to unlock" if row.price else ""))
    if row.expires_at is not None:
        embed.add_field(name="Ends", value=discord.utils.format_dt(row.expires_at, "F"))
    tips = f", {row.tips} tips ({Money(row.tipped)})" if row.tips else ""
    embed.add_field(name="So far", value=f"{row.likes:,} likes, {row.comments:,} comments{tips}", inline=False)
    return embed


def post_view(row: PostCard, creator: str, now: datetime) -> discord.ui.View:
    """What can be done with it."""
    key = key_of(creator, row.uuid)
    items = [button("Edit", EDIT_VERB, key, emoji="✏️")]
    if row.view_at(now) is PostView.PUBLISHED:
        pin = button("Unpin", UNPIN_VERB, key) if row.is_pinned else button("Pin", PIN_VERB, key, emoji="📌")
        items += [pin, button("Repost", REPOST_VERB, key, emoji="🔁")]
    items.append(button("Comments", COMMENTS_VERB, key, emoji="🗨️"))
    items.append(button("Delete", DELETE_VERB, key, style=discord.ButtonStyle.danger))
    return view_of(items)


def delete_view(key: str) -> discord.ui.View:
    """Once more, since it cannot be undone."""
    return view_of(
        [
            button("Delete for good", DELETED_VERB, key, style=discord.ButtonStyle.danger),
            button("Keep it", KEEP_VERB, key),
        ]
    )


def edit_form(row: PostCard, key: str, zone: str) -> discord.ui.Modal:
    """Its words, and its time while it is scheduled."""
    fields = boxes(row.text, is_required=not row.media)
    if row.published_at is None:
        fields[f"New time, in {zone}"[:45]] = discord.ui.TextInput[discord.ui.Modal](
            custom_id=WHEN_ID, max_length=60, required=False, placeholder="Empty: as it is. Or: tomorrow 18:00"
        )
    return form("Edit the post", EDIT_VERB, key, fields)


def comments_embed(rows: Sequence[CommentLine]) -> discord.Embed:
    """What people say, the newest first; for one person alone."""
    lines = [
        f"**{text.name(row.who)}** {discord.utils.format_dt(row.at, 'R') if row.at else ''}\n" + text.fit(row.text, 250)
        for row in rows[:LINES]
    ]
    return discord.Embed(title="Comments", description="\n\n".join(lines) or "No comments yet.", colour=Colour.CALM)


def comments_view(rows: Sequence[CommentLine], key: str) -> discord.ui.View:
    """Say something, or take one away."""
    items: list[discord.ui.Item[discord.ui.View]] = [button("Write a comment", SAY_VERB, key, emoji="🗨️")]
    if rows:
        entries = [option(f"{text.plain_name(row.who, 30)}: {text.plain_name(row.text, 50)}", row.uuid) for row in rows]
        items.append(menu("Delete a comment…", UNSAY_VERB, key, entries))
    return view_of(items)


def comment_form(key: str, handle: str) -> discord.ui.Modal:
    """Words for everybody who sees the post."""
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=TEXT_ID, style=discord.TextStyle.paragraph, max_length=2000
    )
    return form("Write a comment", SAY_VERB, key, {f"Said as @{text.plain_name(handle, 30)}": field})


def _line(row: PostCard, view: PostView) -> str:
    numbers = "" if view is PostView.SCHEDULED else f" · ❤️ {row.likes:,} · 🗨️ {row.comments:,}"
    files = f" · {row.media} file{'s' if row.media != 1 else ''}" if row.media else ""
    pin = "📌 " if row.is_pinned else ""
    moment = discord.utils.format_dt(row.at, "F" if view is PostView.SCHEDULED else "R")
    return f"{pin}{moment}: {text.name(row.text or 'no text', 60)}{files}{numbers}"


def _label(row: PostCard) -> str:
    return text.plain_name(row.text or f"{row.media} files", 80)


def _long(uuid: str) -> str:
    if len(uuid) != 32:  # noqa: PLR2004 - a uuid without its dashes
        return uuid
    return "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))
