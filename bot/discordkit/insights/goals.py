"""What /insights goal shows."""

from calendar import month_name

import discord

from bot.discordkit.controls.components import button, form, view_of
from bot.discordkit.insights.earnings import ADDED_UP, set_net_footer
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.goals import Progress
from bot.domain.money import Money, digits, percent
from bot.domain.reports import EarningsReport

GOAL_VERB = "goal"
NO_GOAL = "There is no goal yet."
BY_OTHERS = " Whoever manages this creator can set one."


def goal_embed(
    report: EarningsReport, progress: Progress | None, picture: str | None = None, *, may_set: bool
) -> discord.Embed:
    """How far the month is, and what it takes; ``picture`` is the file name of its chart."""
    local = report.as_of.astimezone(report.period.zone)
    title = f"Goal for {month_name[local.month]} · @{text.name(report.handle)}"
    embed = discord.Embed(title=title, colour=Colour.MONEY)
    if progress is None:
        embed.description = f"## {report.net} net\nso far this month. {NO_GOAL}{'' if may_set else BY_OTHERS}"
    else:
        embed.description = f"## {report.net} of {progress.goal}\n{goal_line(progress)}"
        for name, value in _figures(progress):
            embed.add_field(name=name, value=value)
    if report.is_added_up:
        embed.add_field(name="Added up", value=ADDED_UP, inline=False)
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    set_net_footer(embed, report)
    return embed


def goal_line(progress: Progress) -> str:
    """The same in a sentence, for other answers too."""
    share = f"**{percent(progress.percent)}** of the goal"
    if progress.is_reached:
        return f"🎯 {share}: reached"
    if progress.pace is None:
        return f"{share}; the month has just begun"
    if progress.pace.minor >= progress.goal.minor:
        return f"{share}, on the way to {progress.pace}: **on pace**"
    return f"{share}, on the way to {progress.pace}: **behind**"


def _figures(progress: Progress) -> list[tuple[str, str]]:
    days = "today is the last day" if progress.days_left == 1 else f"{progress.days_left} days left, with today"
    figures = [("Time", days)]
    if not progress.is_reached:
        figures.insert(0, ("Still missing", str(progress.missing)))
        figures.append(("Each day from now on", str(progress.needed_a_day)))
    return figures


def goal_view(creator: str, progress: Progress | None, *, may_set: bool) -> discord.ui.View:
    """Setting it, or another one."""
    if not may_set:
        return view_of([])
    label = "Set a goal" if progress is None else "Change the goal"
    return view_of([button(label, GOAL_VERB, creator, emoji="🎯")])


def goal_form(creator: str, standing: Money | None) -> discord.ui.Modal:
    """The goal as it can be typed."""
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="amount",
        placeholder="5000; empty for no goal",
        default=digits(standing.minor) if standing else None,
        required=False,
        max_length=20,
    )
    return form("A goal for each month", GOAL_VERB, creator, {"Dollars, net": field})
