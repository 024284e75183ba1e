"""Showing summaries, choosing when they come, and sending them."""

from collections.abc import Iterator, Sequence

import discord
import structlog

from bot.discordkit.controls.components import button, view_of
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.insights.earnings import ADDED_UP, against, set_net_footer, span_of, taken_back
from bot.discordkit.insights.goals import goal_line
from bot.discordkit.look import Colour, counted
from bot.discordkit.pictures import Drawn, picture_file
from bot.discordkit.responses.failures import embed_of, failure_for, view_of_failure
from bot.discordkit.sending.direct import DirectMessages
from bot.discordkit.sending.nonces import nonce
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import is_passing
from bot.domain import text
from bot.domain.audience import Departures, Movement, Ranking
from bot.domain.briefs import Brief, Mail, Rhythm, Subscription
from bot.domain.errors import DiscordDownError, DomainError
from bot.domain.money import MINUS
from bot.domain.posting import PostCard
from bot.domain.reports import story
from bot.domain.walltime import as_clock

log = structlog.get_logger(__name__)

WHEN_VERB = "brief-when"
STOP_VERB = "brief-stop"
OFF = "off"
HOURS = 24
PAYERS = 3
POSTS = 6
TITLES = {Rhythm.MORNING: "☀️ Morning brief", Rhythm.WEEKLY: "🗓️ The week"}
GOES_OUT = {Rhythm.MORNING: "📅 Goes out today", Rhythm.WEEKLY: "📅 Goes out this week"}
EVERY = {Rhythm.MORNING: "Every day at", Rhythm.WEEKLY: "Mondays at"}
HOW_TO_GET = "Pick a time to get this as a direct message, without asking."
NO_MENTIONS = discord.AllowedMentions.none()


def brief_embed(brief: Brief, picture: str | None = None) -> discord.Embed:
    """All of it on one screen of a phone; ``picture`` is the file name of its chart."""
    report = brief.report
    embed = discord.Embed(title=f"{TITLES[brief.rhythm]} · @{text.name(report.handle)}", colour=Colour.MONEY)
    lines = (f"## {report.net} net", span_of(report), *_compared(brief), story(report))
    embed.description = "\n".join(filter(None, lines))
    for name, value in _fields(brief):
        embed.add_field(name=name, value=value, inline=False)
    if picture:
        embed.set_image(url=f"attachment://{picture}")
    set_net_footer(embed, report)
    return embed


def brief_view(rhythm: Rhythm, creator: str, wanted: Subscription | None) -> discord.ui.View:
    """When it comes by itself, and that it does not."""
    hours = [option(f"{EVERY[rhythm]} {as_clock(hour * 60)}", str(hour * 60)) for hour in range(HOURS)]
    chosen = OFF if wanted is None else str(wanted.minute)
    entries = [option("Not by itself", OFF), *hours]
    picker = menu("When to send it to you", WHEN_VERB, _key(rhythm, creator), entries, chosen=[chosen])
    items: list[discord.ui.Item[discord.ui.View]] = [picker]
    if wanted is not None:
        items.append(_stop_button(rhythm, creator))
    return view_of(items)


def when_words(wanted: Subscription | None) -> str:
    """Whether it comes by itself, and when next."""
    if wanted is None:
        return HOW_TO_GET
    at = f"**{EVERY[wanted.rhythm]} {as_clock(wanted.minute)}** ({wanted.zone_name})"
    return f"{at} it comes to you as a direct message, next {discord.utils.format_dt(wanted.due_at, 'R')}."


def _stop_button(rhythm: Rhythm, creator: str) -> discord.ui.Button[discord.ui.View]:
    return button("Stop sending it", STOP_VERB, _key(rhythm, creator), emoji="🔕")


def _key(rhythm: Rhythm, creator: str) -> str:
    return f"{rhythm.value}|{creator}"


class BriefMessenger:
    """By direct message, to the one who asked for it."""

    def __init__(self, client: discord.Client, direct: DirectMessages, pacer: Pacer) -> None:
        self._client = client
        self._direct = direct
        self._pacer = pacer

    async def send(self, one: Subscription, brief: Brief, picture: Drawn | None) -> bool:
        """The same message when it is sent again within minutes; false for somebody who takes none."""
        embed = brief_embed(brief, picture.filename if picture else None)
        view = brief_view(one.rhythm, one.creator, one)
        return await self._sent(one, embed, view, [picture_file(picture)] if picture else [])

    async def explain(self, one: Subscription, error: DomainError) -> bool:
        """Why there is none today, with the button that mends it."""
        failure = failure_for(error)
        embed = embed_of(failure)
        embed.set_footer(text=f"{TITLES[one.rhythm]} could not be put together.")
        mending = view_of_failure(failure)
        view = view_of([*(mending.children if mending else ()), _stop_button(one.rhythm, one.creator)])
        return await self._sent(one, embed, view, [])

    async def _sent(
        self, one: Subscription, embed: discord.Embed, view: discord.ui.View, files: Sequence[discord.File]
    ) -> bool:
        try:
            channel = await self._direct.channel_of(one.person)
            await self._pacer.slot()
            await self._client.get_partial_messageable(channel).send(
                embed=embed, view=view, files=files, nonce=_nonce(one), allowed_mentions=NO_MENTIONS
            )
        except discord.HTTPException as error:
            if is_passing(error) or await self._direct.is_reopened(one.person, error):
                raise DiscordDownError from None
            log.warning("brief_refused", status=error.status)
            return False
        return True


def _nonce(one: Subscription) -> str:
    return nonce(one.person, one.creator, one.rhythm.value, one.due_at.isoformat())


def _compared(brief: Brief) -> list[str]:
    """Against yesterday's day before and last week's same day, or the week before the last."""
    report = brief.report
    if report.before is None or report.before.net.minor <= 0:
        return []
    if brief.rhythm is Rhythm.WEEKLY:
        return [against(report.change, "the week before")]
    weekday = f"{report.period.start.astimezone(report.period.zone):%A}"
    return [against(report.change, "the day before"), against(report.change_on_weekdays, f"the {weekday} before")]


def _fields(brief: Brief) -> Iterator[tuple[str, str]]:
    if brief.progress is not None:
        yield "🎯 Goal of this month", f"{brief.progress.net} of {brief.progress.goal}: {goal_line(brief.progress)}"
    if brief.mail is not None:
        yield "💬 Waiting for an answer", _mail(brief.mail)
    if brief.ranking is not None and brief.ranking.fans:
        yield "💸 Who paid most", _payers(brief.ranking)
    if brief.movement is not None:
        yield "⭐ Subscribers", _subscribers(brief.movement)
    at_risk = list(_at_risk(brief))
    if at_risk:
        yield "⚠️ Money at risk", "\n".join(at_risk)
    if brief.planned is not None:
        yield GOES_OUT[brief.rhythm], _planned(brief.planned)
    if brief.report.is_added_up:
        yield "Added up", ADDED_UP


def _mail(mail: Mail) -> str:
    if not mail.count:
        return "Nobody waits. ✓"
    since = f", the longest since {discord.utils.format_dt(mail.since, 'R')}" if mail.since else ""
    return f"**{counted(mail.count, 'fan')}**{since}"


def _payers(ranking: Ranking) -> str:
    return "\n".join(f"{text.name(one.fan.name)}: **{one.gross}**" for one in ranking.fans[:PAYERS])


def _subscribers(movement: Movement) -> str:
    moved = f"**+{movement.gained:,}** came · **{MINUS}{movement.lost:,}** left"
    words = moved if movement.gained or movement.lost else "Nobody came and nobody left"
    return words if movement.size is None else f"{words} · {movement.size:,} now"


def _at_risk(brief: Brief) -> Iterator[str]:
    if brief.reversals is not None and brief.reversals.count:
        yield from (f"{name}: {value}" for name, value in taken_back(brief.report, brief.reversals))
    if brief.departures is not None and brief.departures.count:
        yield _leaving(brief.departures)


def _leaving(departures: Departures) -> str:
    ends = "ends" if departures.count == 1 else "end"
    brought = f"; they brought {departures.value} so far" if departures.value else ""
    return f"{counted(departures.count, 'subscription')} {ends} without renewal{brought}"


def _planned(posts: Sequence[PostCard]) -> str:
    if not posts:
        return "No post is planned."
    moments = [discord.utils.format_dt(post.publish_at, "f") for post in posts[:POSTS] if post.publish_at]
    more = len(posts) - len(moments)
    return f"**{counted(len(posts), 'post')}**: {', '.join(moments)}" + (f" and {more} more" if more > 0 else "")
