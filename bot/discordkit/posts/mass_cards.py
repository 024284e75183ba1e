"""Messages to many: whom they go to, and what they brought."""

from collections.abc import Sequence

import discord

from bot.discordkit.controls.components import button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.money import Money
from bot.domain.posting import Draft
from bot.services.posts.mass import MassResult, PeopleList, Reach

TO_VERB = "ma_to"
NOT_VERB = "ma_not"
ONE_VERB = "ma_one"
RECALL_VERB = "ma_back"
RECALLED_VERB = "ma_gone"
LINES = 10
STATUSES = {"SENT": "✅", "SCHEDULED": "🕰️", "SENDING": "📤", "UNSENT": "↩️"}


def list_menus(draft: Draft, lists: Sequence[PeopleList]) -> list[discord.ui.Item[discord.ui.View]]:
    """Who gets it, and who does not."""

    def picker(words: str, verb: str, chosen: Sequence[str]) -> discord.ui.Item[discord.ui.View]:
        entries = [option(text.plain_name(one.name, 60), one.key, note=f"{one.count:,} people") for one in lists]
        return menu(words, verb, draft.key, entries, chosen=chosen, at_least=0, at_most=25)

    if not lists:
        return []
    return [
        picker("Send to…", TO_VERB, draft.content.to),
        picker("But not to…", NOT_VERB, draft.content.but_not),
    ]


def estimate(draft: Draft, lists: Sequence[PeopleList], reach: Reach | None) -> str:
    """How many, and whether that was counted by people or by lists, which may share some."""
    names = {one.key: one.name for one in lists}
    if not draft.content.to or reach is None:
        return "Choose at least one list below."
    to = ", ".join(text.name(names.get(one, "a list")) for one in draft.content.to)
    words = f"{to}\n{_people(reach)}"
    if draft.content.but_not:
        words += f", and nobody on {', '.join(text.name(names.get(one, 'a list')) for one in draft.content.but_not)}"
    return words[:1000] + "."


def _people(reach: Reach) -> str:
    if reach.least == reach.most:
        return f"**{reach.most:,}** {'person' if reach.most == 1 else 'people'} as of now, each once"
    start = f"Between **{reach.least:,}** and **{reach.most:,}**" if reach.least else f"At most **{reach.most:,}**"
    return f"{start} people: lists may share some, and everybody gets it once"


def results_embed(rows: Sequence[MassResult], handle: str) -> discord.Embed:
    """What the newest brought."""
    embed = discord.Embed(title=f"Mass messages · @{text.name(handle)}", colour=Colour.MONEY)
    embed.description = "\n".join(_line(row) for row in rows[:LINES]) or "None yet. `/mass create` writes one."
    return embed


def results_view(rows: Sequence[MassResult], creator: str) -> discord.ui.View | None:
    """One of them."""
    entries = [option(text.plain_name(row.text or "no text", 80), row.uuid, note=row.status.lower()) for row in rows]
    return view_of([menu("Open one…", ONE_VERB, creator, entries)]) if entries else None


def result_embed(row: MassResult, handle: str) -> discord.Embed:
    """One of them, for the asking person alone."""
    embed = discord.Embed(
        title=f"{STATUSES.get(row.status, '•')} Mass message · @{text.name(handle)}",
        description=text.fit(row.text, 3000) or "*No text*",
        colour=Colour.MONEY,
    )
    moment = row.scheduled_at if row.status == "SCHEDULED" else row.at
    if moment is not None:
        embed.add_field(name="When", value=discord.utils.format_dt(moment, "F"))
    embed.add_field(name="People", value=f"{row.recipients:,}")
    embed.add_field(name="Seen", value=f"{row.seen:,}{_share(row.seen, row.recipients)}")
    if row.price is not None:
        embed.add_field(name="Bought", value=f"{row.bought:,} for {Money(row.price)}: **{Money(row.income)}**")
    return embed


def result_view(row: MassResult, key: str) -> discord.ui.View | None:
    """Take it back, while that is possible."""
    if not row.can_be_recalled:
        return None
    return view_of([button("Recall", RECALL_VERB, key, style=discord.ButtonStyle.danger)])


def recall_view(key: str) -> discord.ui.View:
    """Once more: it vanishes from every chat."""
    return view_of([button("Take it back from everybody", RECALLED_VERB, key, style=discord.ButtonStyle.danger)])


def _line(row: MassResult) -> str:
    moment = row.scheduled_at if row.status == "SCHEDULED" else row.at
    when = discord.utils.format_dt(moment, "f") if moment else ""
    sold = f" · bought {row.bought:,}: {Money(row.income)}" if row.price is not None else ""
    icon = STATUSES.get(row.status, "•")
    seen = f"seen by {row.seen:,} of {row.recipients:,}{_share(row.seen, row.recipients)}"
    return f"{icon} {when}: {text.name(row.text or 'no text', 50)} · {seen}{sold}"


def _share(part: int, whole: int) -> str:
    return f" ({part * 100 / whole:.0f}%)" if whole else ""
