"""Showing who waits, what was said, and the forms that answer; every view is for one reader alone."""

from collections.abc import Sequence

import discord

from bot.discordkit.alerts.cards import CHATS, CLOSED, UUID, closed_words
from bot.discordkit.controls.components import action_id, button, link_button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.inbox.answer_box import entry, media_of
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.access import Actor
from bot.domain.claims import Claim
from bot.domain.conversations import Line, Note, Order, Past, Prepared, Thread, Waiting
from bot.domain.money import Money

LIST_VERB, ORDER_VERB, OPEN_VERB = "ib_list", "ib_order", "ib_open"
READ_ALL_VERB, READ_ALL_YES_VERB = "ib_read_all", "ib_read_yes"
CHAT_VERB, WRITE_VERB, SEND_VERB = "ib_chat", "ib_write", "ib_send"
TAKE_VERB, FREE_VERB, SNOOZE_VERB, HAND_VERB = "ib_take", "ib_free", "ib_snooze", "ib_hand"
READ_VERB, MUTE_VERB, LOUD_VERB = "ib_read", "ib_mute", "ib_loud"
NOTED_VERB, UNNOTE_VERB = "ib_noted", "ib_unnote"
NOTE_VERB, NAME_VERB, TEMPLATES_VERB, TEMPLATE_VERB = "ib_note", "ib_name", "ib_templates", "ib_template"
PAST_VERB, TAGS_VERB = "ib_past", "ib_tags"
LISTS_VERB, LISTED_VERB, NEW_LIST_VERB = "ib_lists", "ib_listed", "ib_newlist"
UNSEND_ONE_VERB = "unsend_one"
PAGE = 10
FOLDER = "folder:"
"""Begins a menu's value that is a folder, not a template."""
TEMPLATES_SHOWN = 8
NOTES_SHOWN = 4
LINE_LIMIT, SHORT_LINE = 300, 220
EMBED_LIMIT = 4096
SNOOZES = {"900": "15 minutes", "3600": "1 hour", "14400": "4 hours", "86400": "A day", "at": "Another time …"}

View = discord.ui.View


def unread_embed(found: Sequence[Waiting], order: Order, page: int, handle: str) -> discord.Embed:
    """A page of those who wait."""
    embed = discord.Embed(title=f"Waiting for @{text.name(handle)}", colour=Colour.CALM)
    shown = found[page * PAGE : (page + 1) * PAGE]
    embed.description = "\n".join(_waiting(one) for one in shown) or "Nobody waits. Every chat is read. ☕"
    if found:
        last = max(1, -(-len(found) // PAGE))
        chats = "1 unread chat" if len(found) == 1 else f"{len(found)} unread chats"
        embed.set_footer(
            text=f"{chats} · {order.label.lower()} first · page {page + 1} of {last} · looking marks none read"
        )
    return embed


def unread_view(found: Sequence[Waiting], order: Order, page: int, creator: str) -> View:
    """Open one, sort, turn pages, mark all read."""
    shown = found[page * PAGE : (page + 1) * PAGE]
    if not found:
        return view_of([button("Look again", LIST_VERB, f"{creator}|{order}|0", emoji="🔄")])
    entries = [option(text.plain_name(one.fan.name, 60), one.fan.id, note=_note(one)) for one in shown]
    orders = [option(each.label, each.value) for each in Order]
    before = button("Back", LIST_VERB, f"{creator}|{order}|{max(page - 1, 0)}", emoji="◀️")
    after = button("More", LIST_VERB, f"{creator}|{order}|{page + 1}", emoji="▶️")
    before.disabled, after.disabled = page == 0, (page + 1) * PAGE >= len(found)
    # The two may lead to the same page, and ids are unique in a message.
    if before.disabled:
        before.custom_id = action_id(LIST_VERB, f"{creator}|{order}|-")
    return view_of(
        [
            menu("Open a conversation …", OPEN_VERB, creator, entries),
            menu("Sort", ORDER_VERB, creator, orders, chosen=[order.value]),
            before,
            after,
            button("Mark all read", READ_ALL_VERB, creator),
        ]
    )


def thread_embed(thread: Thread, claim: Claim | None, handle: str) -> discord.Embed:
    """Both directions, the oldest first; other people's words are inert."""
    embed = discord.Embed(title=f"{text.name(thread.fan.name)} · @{text.name(handle)}", colour=Colour.CALM)
    embed.description = _said(thread.lines) or "Nothing was said yet."
    if thread.waiting_since is not None:
        embed.add_field(name="Waiting since", value=discord.utils.format_dt(thread.waiting_since, "R"))
    if thread.closed_since is not None:
        embed.add_field(name=CLOSED, value=closed_words(thread.closed_since))
    if claim is not None:
        embed.add_field(name="On it", value=on_it(claim))
    marks = [
        word
        for word, holds in (
            ("🟢 online", thread.is_online),
            ("🔕 muted", thread.is_muted),
            ("unread", not thread.is_read),
        )
        if holds
    ]
    if marks:
        embed.add_field(name="Chat", value=" · ".join(marks))
    if thread.notes:
        lines = [
            f"• {text.fit(note.text, 180)} ({discord.utils.format_dt(note.at, 'd')})"
            for note in thread.notes[:NOTES_SHOWN]
        ]
        lines += [f"and {more} more in the menu"] if (more := len(thread.notes) - len(lines)) else []
        embed.add_field(name="Notes, for the team alone", value="\n".join(lines), inline=False)
    return embed


def past_embed(past: Past, handle: str) -> discord.Embed:
    """A page of what was said."""
    embed = discord.Embed(title=f"{text.name(past.fan.name)} · @{text.name(handle)}", colour=Colour.QUIET)
    embed.description = _said(past.lines) or "Nothing was said before that."
    embed.set_footer(text=f"Page {past.page}, the newest is 1 · nothing becomes read by looking")
    return embed


def past_view(past: Past, creator: str) -> View:
    """Back in time, and forth."""
    key = f"{creator}|{past.fan.id}"
    earlier = button("Earlier", PAST_VERB, f"{key}|{past.page + 1}", emoji="⏫")
    later = button("Later", PAST_VERB, f"{key}|{past.page - 1}", emoji="⏬")
    earlier.disabled, later.disabled = not past.has_more, past.page == 1
    return view_of([earlier, later, button("Conversation", CHAT_VERB, key, emoji="📖")])


def on_it(claim: Claim) -> str:
    """Who, and since when, or until when they want to be left alone about it."""
    if claim.is_snoozed:
        return f"{text.name(claim.holder_name)}, snoozed until {discord.utils.format_dt(claim.until, 'f')}"
    return f"{text.name(claim.holder_name)}, {discord.utils.format_dt(claim.since, 'R')}"


def thread_view(thread: Thread, claim: Claim | None, actor: Actor, creator: str) -> View:
    """What can be done about a conversation."""
    key = f"{creator}|{thread.fan.id}"
    is_mine = claim is not None and claim.holder == actor.user
    items: list[discord.ui.Item[View]] = [
        button("Reply", WRITE_VERB, key, style=discord.ButtonStyle.primary, emoji="↩️"),
        button("Templates", TEMPLATES_VERB, key, emoji="📋"),
        button("Let go", FREE_VERB, key, emoji="✋") if is_mine else button("Claim", TAKE_VERB, key, emoji="✋"),
        *([] if thread.is_read else [button("Mark read", READ_VERB, key, emoji="✔️")]),
        button("Earlier", PAST_VERB, f"{key}|1", emoji="⏫"),
        button("Note", NOTE_VERB, key, emoji="📝"),
        button("Nickname", NAME_VERB, key, emoji="🏷️"),
        button("Unmute", LOUD_VERB, key, emoji="🔔") if thread.is_muted else button("Mute", MUTE_VERB, key, emoji="🔕"),
        button("Lists", LISTS_VERB, key, emoji="🗂️"),
        link_button("Open chat", f"{CHATS}/{thread.fan.id}" if UUID.fullmatch(thread.fan.id) else CHATS),
    ]
    if is_mine:
        entries = [option(label, seconds) for seconds, label in SNOOZES.items()]
        items.append(menu("Snooze until …", SNOOZE_VERB, key, entries))
        items.append(discord.ui.UserSelect(custom_id=action_id(HAND_VERB, key), placeholder="Hand over to …"))
    if thread.notes:
        notes = [option(text.plain_name(note.text, 90), note.id) for note in thread.notes]
        items.append(menu("Read or delete a note …", NOTED_VERB, key, notes))
    return view_of(items)


def note_embed(note: Note) -> discord.Embed:
    """All of a note, and whose it is."""
    by = f"<@{note.author}>" if note.author else "somebody"
    words = f"{text.escape(note.text)}\n\n-# {by}, {discord.utils.format_dt(note.at, 'f')}"
    return discord.Embed(title="A note, for the team alone", description=words, colour=Colour.CALM)


def note_view(note: Note, creator: str) -> View:
    """Delete it."""
    return view_of([button("Delete", UNNOTE_VERB, f"{creator}|{note.id}", style=discord.ButtonStyle.danger)])


def templates_embed(prepared: Sequence[Prepared], folder: str | None = None) -> discord.Embed:
    """What there is: the words in full enough to choose by, media and price; other people's words are inert."""
    shown = _in_folder(prepared, folder)
    embed = done("Templates", "What you pick opens in a box: look at it, change it, send it, or close it.")
    for one in shown[:TEMPLATES_SHOWN]:
        name = " · ".join(
            part for part in (text.plain_name(one.folder, 60) if one.folder else "", media_of(one)) if part
        )
        embed.add_field(name=name or "Words alone", value=text.fit(one.text, 200) or "-", inline=False)
    if len(shown) > TEMPLATES_SHOWN:
        embed.set_footer(text=f"{len(shown)} templates; the menu has more of them. Folders make them fewer.")
    return embed


def templates_view(prepared: Sequence[Prepared], key: str, folder: str | None = None) -> View:
    """The templates of a folder, or of all, and the folders to look into."""
    items = [menu("Pick a template …", TEMPLATE_VERB, key, map(entry, _in_folder(prepared, folder)))]
    folders = sorted({one.folder for one in prepared if one.folder}, key=str.lower)
    if len(folders) > 1:
        entries = [option(text.plain_name(one, 90), f"{FOLDER}{one[:90]}", emoji="📁") for one in folders]
        # Both menus do the same verb; ids are unique in a message.
        items.append(menu("Folder …", TEMPLATE_VERB, f"{key}|", entries))
    return view_of(items)


def _in_folder(prepared: Sequence[Prepared], folder: str | None) -> list[Prepared]:
    return [one for one in prepared if folder is None or one.folder[:90] == folder]


def sent_view(creator: str, reply_id: str) -> View:
    """Taking it back."""
    return view_of([button("Unsend", UNSEND_ONE_VERB, f"{creator}|{reply_id}", emoji="🗑️")])


def done(title: str, line: str | None = None) -> discord.Embed:
    """That something was done."""
    return discord.Embed(title=title, description=line, colour=Colour.BRAND)


def _waiting(one: Waiting) -> str:
    since = discord.utils.format_dt(one.waits_since, "R") if one.waits_since else "some time"
    parts = [f"{'🟢' if one.is_online else '⚪'} **{text.name(one.fan.name)}**", since]
    if one.unread > 1:
        parts.append(f"{one.unread} messages")
    if one.spent:
        parts.append(f"{Money(one.spent)} spent")
    if one.is_fans_turn:
        parts.append("answered")
    if one.closed_since:
        parts.append("🚫 cannot be written to")
    if one.holder:
        parts.append(f"✋ {text.name(one.holder)}")
    if one.is_muted:
        parts.append("🔕")
    return " · ".join(parts)


def _note(one: Waiting) -> str | None:
    return f"{text.plain_name(one.holder, 40)} is on it" if one.holder else None


def _said(lines: Sequence[Line]) -> str:
    """Every line, shorter where they are too long together."""
    whole = "\n".join(_line(line, LINE_LIMIT) for line in lines)
    return whole if len(whole) <= EMBED_LIMIT else "\n".join(_line(line, SHORT_LINE) for line in lines)


def _line(line: Line, limit: int) -> str:
    arrow = "💬" if line.is_from_fan else "↩️"
    when = discord.utils.format_dt(line.at, "R") if line.at else ""
    media = " 📎" if line.has_media else ""
    price = f" {Money(line.price)}" if line.price else ""
    words = text.fit(line.text, limit).replace("\n", " ")
    return f"{arrow} {when}{media}{price} {words}"
