"""Showing payments, posts and tracking links."""

from datetime import UTC, datetime

import discord

from bot.discordkit.controls.components import button, view_of
from bot.discordkit.insights.earnings import CSV_VERB, Shown, periods, sources
from bot.discordkit.look import Colour, counted
from bot.domain import text
from bot.domain.reports import Source, source_name
from bot.domain.sales import After, LinkNumbers, Payment, Payments, PostNumbers

PAYMENTS_PERIOD_VERB = "pay-period"
PAYMENTS_SOURCE_VERB = "pay-source"
PAYMENTS_MORE_VERB = "pay-more"
POSTS_PERIOD_VERB = "post-period"
NEW_LINK_VERB = "link-new"
LINES = 10
WORDS = 60
SOURCE_ICONS = {
    "subscription": "⭐",
    "renewal": "🔁",
    "message": "💬",
    "tip": "💸",
    "post": "📌",
    "referral": "🤝",
    "refund": "↩️",
    "chargeback": "⚠️",
}


PLATFORMS = {
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "twitter": "X (Twitter)",
    "reddit": "Reddit",
    "youtube": "YouTube",
    "facebook": "Facebook",
    "snapchat": "Snapchat",
    "other": "Somewhere else",
}
"""Where links are posted, as Fanvue and as people call it."""


def payments_embed(page: Payments) -> discord.Embed:
    """A page of payments, exact to the cent, times in the reader's zone."""
    source = "" if page.source is Source.ALL else f" · {page.source.label}"
    embed = discord.Embed(
        title=f"Payments · {page.asked.label}{source} · @{text.name(page.handle)}", colour=Colour.MONEY
    )
    embed.description = "\n".join(_payment(row) for row in page.rows) or (
        "No payments in that time." if page.is_first else "Nothing older in that time."
    )
    embed.set_footer(text=f"Gross (net) · newest first · ⏳ not yet paid out · days in {page.period.zone.key} · as of")
    embed.timestamp = page.as_of
    return embed


def payments_view(page: Payments, creator: str) -> discord.ui.View:
    """Other periods and sources, older rows, the whole as a spreadsheet."""
    state = Shown(creator, page.asked, page.source)
    items: list[discord.ui.Item[discord.ui.View]] = [
        periods(PAYMENTS_PERIOD_VERB, state),
        sources(PAYMENTS_SOURCE_VERB, state),
    ]
    if not page.is_first:
        items.append(button("Newest", PAYMENTS_MORE_VERB, f"{state.key}|"))
    if page.following:
        items.append(button("Older", PAYMENTS_MORE_VERB, f"{_short(state)}|{after_key(page.following)}"))
    items.append(button("CSV", CSV_VERB, state.key, emoji="📄"))
    return view_of(items)


def after_key(after: After) -> str:
    """Where a page goes on, as part of a button's id; ``after_of`` reads it."""
    return f"{round(after.at.timestamp() * 1000)}.{after.skip}"


def after_of(key: str) -> After | None:
    """What ``after_key`` wrote; ``None`` for the first page."""
    moment, _, skip = key.partition(".")
    if not (moment.isascii() and moment.isdigit() and skip.isascii() and skip.isdigit()):
        return None
    return After(datetime.fromtimestamp(min(int(moment), 10**14) / 1000, UTC), min(int(skip), 1_000))


def posts_embed(rows: list[PostNumbers], handle: str, period: str) -> discord.Embed:
    """The posts that earned most."""
    embed = discord.Embed(title=f"Posts that earned · @{text.name(handle)}", colour=Colour.MONEY)
    earned = [row for row in rows if row.net.minor]
    if not rows:
        embed.description = "There are no published posts yet."
    elif not earned:
        embed.description = "None has earned yet. These are liked most:"
    for row in (earned or rows)[:LINES]:
        words, parts = text.escape(text.shorten(" ".join(row.text.split()), WORDS)) or "(no text)", _parts(row)
        name, value = (str(row.net), f"{words}\n{parts}") if row.net.minor else (words, parts)
        embed.add_field(name=name, value=value or "no likes yet", inline=False)
    embed.set_footer(text=f"Net · unlocks of: {period} · likes, comments and tips since publishing")
    return embed


def posts_view(state: Shown) -> discord.ui.View:
    """Other periods on the same message."""
    return view_of([periods(POSTS_PERIOD_VERB, state)])


def new_link(row: LinkNumbers) -> str:
    """A link that was just made, to be copied."""
    return f"**{text.name(row.name)}** is ready. Press and hold to copy:\n```\n{row.address}\n```"


def links_embed(rows: list[LinkNumbers], handle: str) -> discord.Embed:
    """What tracking links brought, from click to payer."""
    embed = discord.Embed(title=f"Tracking links · @{text.name(handle)}", colour=Colour.BRAND)
    if not rows:
        embed.description = "No tracking links yet. Make one for each place you post in, and see what it brings."
    for row in rows[:LINES]:
        platform = PLATFORMS.get(row.platform) or text.name(row.platform)
        embed.add_field(name=f"{text.name(row.name)} · {platform}", value=_link(row), inline=False)
    if len(rows) > LINES:
        embed.set_footer(text=f"The best {LINES} of {len(rows)}")
    return embed


def links_view(creator: str) -> discord.ui.View:
    """Make another one."""
    return view_of([button("New link", NEW_LINK_VERB, creator, emoji="🔗")])


def _short(state: Shown) -> str:
    """The state without the cut, which a list has not: ids have little room."""
    return f"{state.creator}|{state.asked.key}|{state.source.value}"


def _payment(row: Payment) -> str:
    icon = SOURCE_ICONS.get(row.source, "💰")
    what = "" if row.source in SOURCE_ICONS else f" · {text.escape(source_name(row.source) or 'unknown')}"
    who = text.name(row.fan.name) if row.fan else "somebody"
    waiting = "" if row.is_paid_out else " ⏳"
    return f"{icon} **{row.gross}** ({row.net}){what} · {who} · {discord.utils.format_dt(row.at, 'f')}{waiting}"


def _parts(row: PostNumbers) -> str:
    """What made the amount; what is zero is left out."""
    parts = [
        f"{counted(count, kind)} {money}"
        for count, kind, money in ((row.unlocks, "unlock", row.unlocks_net), (row.tips, "tip", row.tips_net))
        if count
    ]
    parts += [f"{icon} {count:,}" for icon, count in (("❤️", row.likes), ("💬", row.comments)) if count]
    if row.published_at:
        parts.append(discord.utils.format_dt(row.published_at, "R"))
    return " · ".join(parts)


def _link(row: LinkNumbers) -> str:
    """Lines that break where a phone's card ends, which those of a block of code do not."""
    counts = [(row.clicks, "click"), (row.fans, "fan")]
    path = [counted(count, kind) for count, kind in counts if count]
    path += [f"{row.payers:,} paying now"] if row.payers else []
    amount = f"**{row.net}** net" if row.net.minor else ""
    return "\n".join(filter(None, (amount, " → ".join(path) or "No clicks yet", f"`{row.address}`")))
