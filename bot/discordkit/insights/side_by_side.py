"""Showing several creators next to each other."""

from collections.abc import Sequence

import discord

from bot.discordkit.controls.components import view_of
from bot.discordkit.insights.earnings import ADDED_UP, Shown, against, periods
from bot.discordkit.look import Colour, counted
from bot.domain import text
from bot.domain.money import is_noticed, percent
from bot.domain.periods import Asked
from bot.domain.side_by_side import CreatorIncome, SideBySide, Unanswered

SIDE_VERB = "side-period"
NAME_LIMIT = 24
EMBED_LIMIT = 4096
NAMED = 10


def side_by_side_embed(shown: SideBySide, picture: str | None = None) -> discord.Embed:
    """A line each, the most first; ``picture`` is the file name of the chart."""
    embed = discord.Embed(title=f"Creators side by side · {shown.asked.label}", colour=Colour.MONEY)
    together = f"## {shown.net} net\n{counted(len(shown.incomes), 'creator')} together"
    change = against(shown.change, "the period before") if shown.incomes else ""
    lines = [_line(place, one, shown) for place, one in enumerate(shown.incomes, 1)]
    head = "\n".join(filter(None, (together, change, _waiting(shown))))
    embed.description = f"{head}\n{text.fitting(lines, EMBED_LIMIT - len(head) - 1)}".strip()
    if shown.unread:
        embed.add_field(name="Not read just now", value=_unread(shown.unread), inline=False)
    if any(one.is_added_up for one in shown.incomes):
        embed.add_field(name="Added up", value=ADDED_UP, inline=False)
    if shown.left_out:
        words = f"{counted(shown.left_out, 'more creator')} not looked at: ask for one with `/insights earnings`."
        embed.add_field(name="More than fit", value=words, inline=False)
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    embed.set_footer(text="Net is their share before refunds · each in the days of their own time zone · as of")
    embed.timestamp = shown.as_of
    return embed


def side_by_side_view(asked: Asked) -> discord.ui.View:
    """Other periods on the same message."""
    return view_of([periods(SIDE_VERB, Shown("", asked))])


def _line(place: int, one: CreatorIncome, shown: SideBySide) -> str:
    share = shown.share(one)
    part = f" · {share:.0f}%" if share is not None else ""
    return (
        f"{place}. @{text.name(one.handle, NAME_LIMIT)} **{one.net}**{part}{_change(one.change)}{_mark(one.unanswered)}"
    )


def _mark(unanswered: Unanswered | None) -> str:
    """Nothing where nobody waits, or that is not the reader's to know."""
    return f" · 💬 {_number([unanswered])}" if unanswered and unanswered.count != 0 else ""


def _waiting(shown: SideBySide) -> str:
    """Of all creators whose chats the reader may read."""
    known = [one.unanswered for one in shown.incomes if one.unanswered]
    if not known:
        return ""
    is_nobody = all(one.count == 0 for one in known)
    return "Nobody waits for an answer. ✓" if is_nobody else f"💬 Fans who wait for an answer: {_number(known)}"


def _number(known: Sequence[Unanswered]) -> str:
    """With a plus where there can be more."""
    counts = [one.count for one in known if one.count is not None]
    if not counts:
        return "?"
    return f"{sum(counts):,}{'' if len(counts) == len(known) and all(one.is_all for one in known) else '+'}"


def _change(change: float | None) -> str:
    if change is None:
        return ""
    if not is_noticed(change):
        return " · ="
    return f" · {'▲' if change > 0 else '▼'} {percent(change)}"


def _unread(handles: tuple[str, ...]) -> str:
    names = ", ".join(f"@{text.name(handle, NAME_LIMIT)}" for handle in handles[:NAMED])
    more = len(handles) - NAMED
    words = names + (f" and {more} more" if more > 0 else "")
    return f"{words}. Ask for one alone to see why."
