"""Showing an earnings report."""

from dataclasses import dataclass, replace
from functools import lru_cache

import discord

from bot.discordkit.controls.components import action_id, button, view_of
from bot.discordkit.controls.zones import ZONE_VERB
from bot.discordkit.look import Colour
from bot.domain import text
from bot.domain.money import MAX_PERCENT, MINUS, change_percent, is_noticed, percent
from bot.domain.periods import Asked, Preset, asked, day_name
from bot.domain.reports import EarningsReport, Reversals, Source, View, story

PERIOD_VERB = "earn-period"
SOURCE_VERB = "earn-source"
VIEW_VERB = "earn-view"
SHARE_VERB = "earn-share"
SHARED_VERB = "earn-shared"
CSV_VERB = "earn-csv"
HOURS_ARE_GROSS = "The picture counts gross: Fanvue tells no net by the hour."
ADDED_UP = "Fanvue's summary cannot be read just now, so these figures add up its single payments, as of now."
UNCOMPARED = "Fanvue did not tell the period before just now. Ask again in a moment to compare."
PARTS = 4
LINES = 12
Labels = tuple[tuple[str, str], ...]
PERIODS: Labels = tuple((preset.value, preset.label) for preset in Preset)
SOURCES: Labels = tuple((source.value, source.label) for source in Source)
VIEWS: Labels = tuple((view.value, view.label) for view in View)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message of earnings shows: the argument of its components, at most 80 characters."""

    creator: str
    asked: Asked
    source: Source = Source.ALL
    view: View = View.DAYS

    @property
    def key(self) -> str:
        """A text that ``shown`` reads again."""
        return f"{self.creator}|{self.asked.key}|{self.source.value}|{self.view.value}"


def shown(key: str) -> Shown:
    """What ``Shown.key`` wrote; BadInputError for a period nobody could have picked."""
    parts = [*key.split("|"), "", "", ""][:PARTS]
    source = Source(parts[2]) if parts[2] in set(Source) else Source.ALL
    view = View(parts[3]) if parts[3] in set(View) else View.DAYS
    return Shown(parts[0], asked(parts[1]), source, view)


def earnings_embed(
    report: EarningsReport,
    reversals: Reversals | None = None,
    picture: str | None = None,
    *,
    view: View = View.DAYS,
    is_whole: bool = True,
) -> discord.Embed:
    """The report; ``picture`` is the file name of its chart, cut as ``view`` says.

    ``is_whole`` is false while details are on their way, what it is compared with among them.
    """
    embed = discord.Embed(title=_title(report), colour=Colour.MONEY)
    words = story(report) or ("" if not is_whole else UNCOMPARED)
    hours = HOURS_ARE_GROSS if picture and view is View.HOURS else ""
    compared = [] if report.before and report.before.net.minor <= 0 else _comparisons(report)
    lines = (f"## {report.net} net", span_of(report), *compared, words, hours)
    embed.description = "\n".join(filter(None, lines))
    embed.add_field(name="Gross", value=str(report.gross))
    if report.before is not None:
        embed.add_field(name="Period before", value=f"{report.before.net} net")
    if reversals is not None:
        for name, value in taken_back(report, reversals):
            embed.add_field(name=name, value=value)
    if report.best_day and len(report.days) > 1:
        best = report.best_day
        embed.add_field(name="Best day", value=f"{best.day:%a} {best.day.day} {best.day:%b}: {best.net}")
    if report.best_hour is not None:
        embed.add_field(name="Best hour", value=f"{report.best_hour:02d}:00 to {(report.best_hour + 1) % 24:02d}:00")
    if report.sources and report.source is Source.ALL:
        embed.add_field(name="Where it came from (net)", value=_sources(report), inline=False)
    if report.disagreement and is_whole:
        embed.add_field(name="Figures that differ", value=_disagreement(report), inline=False)
    if report.is_added_up:
        embed.add_field(name="Added up", value=ADDED_UP, inline=False)
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    set_net_footer(embed, report, "" if is_whole else " · details on their way")
    return embed


def set_net_footer(embed: discord.Embed, report: EarningsReport, more: str = "") -> None:
    """What net means, whose days count, and as of when."""
    embed.set_footer(text=f"Net is your share before refunds · days in {report.period.zone.key}{more} · as of")
    embed.timestamp = report.as_of


def masked_embed(report: EarningsReport, picture: str | None = None) -> discord.Embed:
    """The report for everybody in a channel: how it changed, no amount."""
    embed = discord.Embed(title=_title(report), colour=Colour.MONEY, description=_masked(report))
    whole = sum(share.net.minor for share in report.sources)
    if whole > 0 and report.source is Source.ALL:
        lines = [
            f"{text.escape(share.name)}: **{share.net.minor * 100 / whole:.0f}%**" for share in report.sources[:LINES]
        ]
        embed.add_field(name="Where it came from", value="\n".join(lines), inline=False)
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    embed.set_footer(text=f"Amounts are hidden here · days in {report.period.zone.key} · as of")
    embed.timestamp = report.as_of
    return embed


def earnings_view(state: Shown) -> discord.ui.View:
    """Other periods, sources and cuts on the same message, and what else can be done with it."""
    return view_of(
        [
            periods(PERIOD_VERB, state),
            _one_of(SOURCE_VERB, replace(state, source=Source.ALL), SOURCES, state.source),
            _one_of(VIEW_VERB, replace(state, view=View.DAYS), VIEWS, state.view),
            button("Share in channel", SHARE_VERB, state.key, emoji="📣"),
            button("CSV", CSV_VERB, state.key, emoji="📄"),
            button("Time zone", ZONE_VERB, state.key, emoji="🕰️"),
        ]
    )


def periods(verb: str, state: Shown) -> discord.ui.Select[discord.ui.View]:
    """The presets, and the days somebody typed."""
    own = () if state.asked.preset else ((state.asked.key, state.asked.label),)
    return _one_of(verb, state, PERIODS + own, state.asked.key)


def sources(verb: str, state: Shown) -> discord.ui.Select[discord.ui.View]:
    """All sources, or one."""
    return _one_of(verb, state, SOURCES, state.source)


def share_view(state: Shown) -> discord.ui.View:
    """What everybody in the channel may see."""
    return view_of(
        [
            button("With amounts", SHARED_VERB, f"amounts|{state.key}", style=discord.ButtonStyle.danger),
            button("Percentages only", SHARED_VERB, f"masked|{state.key}", style=discord.ButtonStyle.primary),
        ]
    )


def _one_of(verb: str, state: Shown, labels: Labels, chosen: str) -> discord.ui.Select[discord.ui.View]:
    return discord.ui.Select(custom_id=action_id(verb, state.key), options=list(_options(labels, chosen)))


@lru_cache(maxsize=64)
def _options(labels: Labels, chosen: str) -> tuple[discord.SelectOption, ...]:
    """Made once: menus of the same entries stand under every answer."""
    return tuple(discord.SelectOption(label=label, value=value, default=value == chosen) for value, label in labels)


def _title(report: EarningsReport) -> str:
    source = "" if report.source is Source.ALL else f" · {report.source.label}"
    return f"{report.asked.label}{source} · @{text.name(report.handle)}"


def _masked(report: EarningsReport) -> str:
    return "\n".join(("Net income", span_of(report), *_comparisons(report)))


def span_of(report: EarningsReport) -> str:
    """The days it is about, whatever the period is called."""
    days = [day.astimezone(report.period.zone) for day in (report.period.days[0], report.period.days[-1])]
    first, last = (f"{day:%a} {day_name(day.date())}" for day in days)
    if days[0].year == days[1].year:
        first = f"{days[0]:%a} {days[0].day} {days[0]:%b}"
    return last if report.period.days[0] == report.period.days[-1] else f"{first} to {last}"


def _comparisons(report: EarningsReport) -> list[str]:
    if report.before is None:
        return []
    if report.weekdays is None:
        lines = [against(report.change, "the period before (same weekdays)")]
    else:
        lines = [
            against(report.change, "the period before"),
            against(report.change_on_weekdays, "the same days of the week"),
        ]
    return [line for line in lines if line] or ["Nothing before to compare with."]


def against(change: float | None, what: str) -> str:
    """How much more or less than ``what``; nothing where there is nothing to measure against."""
    if change is None:
        return ""
    if not is_noticed(change):
        return f"= about the same as {what}"
    return f"{'▲' if change > 0 else '▼'} **{percent(change)}** against {what}"


def _sources(report: EarningsReport) -> str:
    lines = [
        f"{text.escape(share.name)}: **{share.net}**"
        + (_before(share.net_before.minor, share.net.minor) if report.before else "")
        for share in report.sources[:LINES]
    ]
    return "\n".join(lines)


def _before(before: int, now: int) -> str:
    change = change_percent(now, before)
    if change is None:
        return " (new)"
    if not is_noticed(change):
        return " (same)"
    sign = "" if change > MAX_PERCENT else "+" if change > 0 else MINUS
    return f" ({sign}{percent(change)})"


def taken_back(report: EarningsReport, reversals: Reversals) -> list[tuple[str, str]]:
    """Names and values of fields; Fanvue does not tell which source something was taken back from."""
    name = "Taken back" if report.source is Source.ALL else "Taken back, all sources"
    if not reversals.count:
        return [(name, "nothing")]
    least = "" if reversals.is_whole else "at least "
    kinds = ((reversals.refunds, "refunds"), (reversals.chargebacks, "chargebacks"))
    fields = [(name, "\n".join(f"{least}{amount} {kind}" for amount, kind in kinds if amount.minor))]
    if report.source is Source.ALL and reversals.is_whole:
        fields.append(("Net after that", f"**{report.net + reversals.total}**"))
    return fields


def _disagreement(report: EarningsReport) -> str:
    if report.source is not Source.ALL:
        return (
            f"Fanvue's summary and its single payments differ by {report.disagreement}. The total is the summary's, "
            "the days add up the payments, as of now; late bookings usually settle it within hours."
        )
    return (
        f"Fanvue's sources and its days differ by {report.disagreement}. The total adds up the days, as of now; "
        "late bookings usually settle it within hours."
    )
