"""Showing an earnings report."""

import discord

from bot.discordkit.components import action_id, view_of
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.periods import Preset
from bot.domain.reports import EarningsReport

PERIOD_VERB = "earnings"


def earnings_embed(report: EarningsReport, picture: str | None = None) -> discord.Embed:
    """The report; ``picture`` is the file name of its chart."""
    embed = discord.Embed(title=f"{report.preset.label} · @{text.name(report.handle)}", colour=Colour.MONEY)
    embed.description = f"## {report.net}\nnet, {_change(report)}"
    embed.add_field(name="Gross", value=str(report.gross))
    embed.add_field(name="Net before", value=str(report.net_before))
    if report.best_day and len(report.days) > 1:
        best = report.best_day
        embed.add_field(name="Best day", value=f"{best.day:%a} {best.day.day} {best.day:%b}: {best.net}")
    if report.sources:
        lines = [f"{share.name}: **{share.net}**" for share in report.sources]
        embed.add_field(name="Where it came from (net)", value="\n".join(lines), inline=False)
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    embed.set_footer(text=f"Net is your share before refunds · days in {report.period.zone.key} · as of")
    embed.timestamp = report.as_of
    return embed


def period_view(report: EarningsReport, creator: str) -> discord.ui.View:
    """A picker for another period, on the same message."""
    picker: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=action_id(PERIOD_VERB, creator),
        options=[
            discord.SelectOption(label=preset.label, value=preset.value, default=preset is report.preset)
            for preset in Preset
        ],
    )
    return view_of([picker])


def _change(report: EarningsReport) -> str:
    if report.change is None:
        return "nothing in the period before to compare with"
    arrow = "▲" if report.change >= 0 else "▼"
    return f"{arrow} {abs(report.change):.0f}% against the period before"
