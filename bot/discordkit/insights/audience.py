"""Showing subscribers, rankings and single fans."""

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.discordkit.alerts.cards import CHATS, UUID
from bot.discordkit.controls.components import action_id, button, link_button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.inbox.views import WRITE_VERB
from bot.discordkit.insights.earnings import ADDED_UP, Shown, periods
from bot.discordkit.look import Colour, counted
from bot.domain import text
from bot.domain.audience import Departures, FanCard, Movement, Ranked, Ranking
from bot.domain.events import Fan
from bot.domain.money import percent, signed
from bot.domain.reports import source_name

SUBSCRIBERS_VERB = "subs-period"
RANKING_VERB = "top-period"
FAN_VERB = "fan"
WORDS_VERB = "fan-words"
NICKNAME_VERB = "fan-name"
LINES = 10
OPTIONS = 25
NOT_TOLD = "Fanvue does not tell it now, and never of fans of managed creators."
WORDS = 1_000
NOT_CONTACTABLE = "not_contactable"
STATUS = {
    "subscriber": "Subscriber",
    "expired": "Was a subscriber",
    "follower": "Follower",
    NOT_CONTACTABLE: "Cannot be written to",
}


def movement_embed(movement: Movement, leaving: Departures | None, picture: str | None = None) -> discord.Embed:
    """Subscribers in and out; ``picture`` is the file name of the chart."""
    embed = discord.Embed(
        title=f"Subscribers · {movement.asked.label} · @{text.name(movement.handle)}", colour=Colour.BRAND
    )
    moved = f"## {signed(movement.net)}\n**{movement.gained:,}** came, **{movement.lost:,}** left"
    embed.description = moved if movement.gained or movement.lost else "Nobody came and nobody left."
    embed.add_field(name="The period before", value=f"{movement.gained_before:,} came, {movement.lost_before:,} left")
    if movement.size is not None:
        embed.add_field(name="Subscribers now", value=f"{movement.size:,}")
    if movement.churn is not None:
        before = f" (before: {percent(movement.churn_before)})" if movement.churn_before is not None else ""
        embed.add_field(name="Churn", value=f"{percent(movement.churn)}{before}")
    if leaving is not None:
        embed.add_field(name="Ending without renewal", value=_leaving(leaving), inline=False)
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    embed.set_footer(text=f"Days in {movement.period.zone.key} · as of")
    embed.timestamp = movement.as_of
    return embed


def ranking_embed(ranking: Ranking) -> discord.Embed:
    """Who spent most, with their share of all income."""
    embed = discord.Embed(title=f"Top fans · {ranking.asked.label} · @{text.name(ranking.handle)}", colour=Colour.MONEY)
    lines = [_rank(place, one, ranking.share(one)) for place, one in enumerate(ranking.fans[:LINES], 1)]
    embed.description = "\n".join(lines) or "Nobody has spent anything in that time."
    if len(lines) > 1:
        together = sum(one.gross.minor for one in ranking.fans[:LINES])
        if ranking.income.minor > 0:
            share = min(together * 100 / ranking.income.minor, 100)
            embed.add_field(name=f"These {len(lines)} together", value=f"{share:.0f}% of {ranking.income} gross")
    if ranking.is_added_up:
        embed.add_field(name="Added up", value=ADDED_UP, inline=False)
    embed.set_footer(text=f"Gross: what fans paid · days in {ranking.period.zone.key} · as of")
    embed.timestamp = ranking.as_of
    return embed


def fan_embed(card: FanCard, handle: str) -> discord.Embed:
    """One fan; their words only when the card holds them."""
    embed = discord.Embed(title=f"{text.name(card.fan.name)} · fan of @{text.name(handle)}", colour=Colour.CALM)
    embed.description = " · ".join(_facts(card)) or "Fanvue tells nothing more about this fan."
    if card.spent is None:
        embed.add_field(name="Spent in all", value=NOT_TOLD)
    else:
        embed.add_field(name="Spent in all", value=str(card.spent))
        embed.add_field(name="Largest payment", value=str(card.largest))
        embed.add_field(name="Last purchase", value=_ago(card.last_purchase_at, "none yet"))
    if card.subscribed_at:
        embed.add_field(name="Subscribed", value=_ago(card.subscribed_at, "no"))
    if card.renews_at:
        name = "Renews" if card.renews else "Ends, no renewal"
        embed.add_field(name=name, value=discord.utils.format_dt(card.renews_at, "R"))
    if card.sources:
        lines = [f"{text.escape(source_name(name))}: **{money}**" for name, money in card.sources]
        embed.add_field(name="Spent on", value="\n".join(lines), inline=False)
    if card.lists:
        embed.add_field(name="On your lists", value=", ".join(text.name(name) for name in card.lists), inline=False)
    if card.last_words:
        words = text.escape(text.shorten(card.last_words, WORDS // 2))
        embed.add_field(name=f"Last words, {_ago(card.last_words_at, 'some time ago')}", value=words, inline=False)
    return embed


def subscribers_view(state: Shown) -> discord.ui.View:
    """Other periods on the same message."""
    return view_of([periods(SUBSCRIBERS_VERB, state)])


def ranking_view(state: Shown, ranking: Ranking) -> discord.ui.View:
    """Other periods, and a fan to look at."""
    items: list[discord.ui.Item[discord.ui.View]] = [periods(RANKING_VERB, state)]
    if ranking.fans:
        items.append(
            discord.ui.Select(
                custom_id=action_id(FAN_VERB, state.creator),
                placeholder="Look at a fan",
                options=[
                    discord.SelectOption(
                        label=text.plain_name(one.fan.name), value=one.fan.id, description=f"{one.gross} gross"
                    )
                    for one in ranking.fans[:OPTIONS]
                ],
            )
        )
    return view_of(items)


def fan_view(card: FanCard, creator: str, *, may_answer: bool) -> discord.ui.View:
    """What this reader can do about a fan."""
    key = f"{creator}|{card.id}"
    items: list[discord.ui.Item[discord.ui.View]] = [button("Show last words", WORDS_VERB, key, emoji="👁️")]
    if may_answer and card.status != NOT_CONTACTABLE:
        items.insert(0, button("Reply", WRITE_VERB, key, style=discord.ButtonStyle.primary, emoji="↩️"))
    if may_answer:
        items.append(button("Nickname", NICKNAME_VERB, key, emoji="🏷️"))
    if UUID.fullmatch(card.id):
        items.append(link_button("Open chat", f"{CHATS}/{card.id}"))
    return view_of(items)


def several_embed(fans: Sequence[Fan], words: str) -> discord.Embed:
    """More than one fits; the menu below asks which."""
    shown = min(len(fans), OPTIONS)
    return discord.Embed(
        title="Which one?",
        description=f"{shown} people fit “{text.name(words)}”. Pick one, or type more of the name.",
        colour=Colour.CALM,
    )


def several_view(fans: Sequence[Fan], creator: str) -> discord.ui.View:
    """The people whose names fit."""
    entries = [option(text.plain_name(fan.name), fan.id, note=f"@{text.plain_name(fan.handle)}") for fan in fans]
    return view_of([menu("Look at a fan", FAN_VERB, creator, entries)])


def _leaving(leaving: Departures) -> str:
    if not leaving.count:
        return "nobody"
    lines = [
        f"{f'**{one.spent}** · ' if one.spent else ''}{text.name(one.fan.name)}{_ends(one.ends_at)}"
        for one in leaving.fans[:5]
    ]
    spent = f" who spent **{leaving.value}** in all" if leaving.value else ""
    more = f"\nand {leaving.count - len(lines)} more" if leaving.count > len(lines) else ""
    return f"{counted(leaving.count, 'fan')}{spent}\n" + "\n".join(lines) + more


def _ends(at: datetime | None) -> str:
    return f" · {discord.utils.format_dt(at, 'R')}" if at else ""


def _rank(place: int, one: Ranked, share: float | None) -> str:
    medal = {1: "🥇", 2: "🥈", 3: "🥉"}.get(place, f"**{place}.**")
    part = f" · {share:.0f}% of all" if share is not None and share >= 1 else ""
    return f"{medal} **{one.gross}** · {text.name(one.fan.name)}{part}"


def _facts(card: FanCard) -> list[str]:
    facts = [STATUS.get(card.status, "")]
    if card.is_top_spender:
        facts.append("top spender")
    if card.is_online:
        facts.append("🟢 online now")
    elif card.last_seen_at:
        facts.append(f"last seen {discord.utils.format_dt(card.last_seen_at, 'R')}")
    return [fact for fact in facts if fact]


def _ago(at: datetime | None, otherwise: str) -> str:
    return discord.utils.format_dt(at, "R") if at else otherwise
