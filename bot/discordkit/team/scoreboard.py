"""Showing who of a team answered, how soon, and what came in after."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import discord

from bot.discordkit.controls.components import view_of
from bot.discordkit.insights.earnings import Shown, periods
from bot.discordkit.look import Colour, counted
from bot.discordkit.responses.failures import failure_for, view_of_failure
from bot.discordkit.team.panel import Names
from bot.domain import text
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.errors import DomainError, NotAllowedError
from bot.domain.scoreboard import ENOUGH, Other, Part, Score, Scoreboard, Waits, duration

SCORE_VERB = "score-period"
LINES = 15
NAMED = 10
NAME_LIMIT = 24
QUICK = "⚡"
FIELD_LIMIT = 1024
SOMEBODY = "Somebody who had themselves forgotten"
PAYMENT_RULE = "A payment counts once: for whoever answered that fan last in the 24 hours before; renewals for nobody. "
WAIT_RULE = "A wait is from a fan's first unanswered card to the answer."
QUICKEST = f" {QUICK} is the shortest median of those with {ENOUGH} waits or more."
NOT_KEPT = "Answers are kept while the account is connected, which is since {}: nothing is known of that time."
KEPT = "Counted from {} on: answers are kept while the account is connected, and nothing is known of the time before."
PAID = "net that fans paid, renewals left out"
NO_TEAM = (
    "Nobody was answered from here in this time, and nobody but whoever connected the account may. `/team grant` lets "
    "somebody read and answer fans; what they do is counted here."
)
NO_ANSWERS = (
    "Nobody was answered from here in this time. Pick another period below. Fans are answered on their cards, and in "
    "their conversations."
)
NOT_GIVEN = (
    "What came in is for whoever may see insights of this creator, too. The creator, or whoever manages the team, "
    "gives that right: *see insights*."
)
ALONE = "One person alone has answered. `/team grant` lets others; they appear beside them."


def scoreboard_embed(board: Scoreboard, names: Names) -> discord.Embed:
    """A line each, ranked, with what belongs to nobody beside it, so that it adds up; ``names`` of who was silent."""
    title = f"Scoreboard · {board.asked.label} · @{text.name(board.handle)}"
    embed = discord.Embed(title=title, colour=Colour.MONEY if board.income else Colour.BRAND)
    if not board.is_known:
        embed.description = NOT_KEPT.format(_since(board))
        return embed
    embed.description = "\n".join(_lines(board))
    for name, value in _fields(board, names):
        embed.add_field(name=name, value=value, inline=False)
    embed.set_footer(text=f"{_measure(board)}days in {board.zone} · as of")
    embed.timestamp = board.as_of
    return embed


def scoreboard_view(board: Scoreboard, creator: CreatorId) -> discord.ui.View:
    """Other periods on the same message, and the button for what keeps income away."""
    mends = view_of_failure(failure_for(board.no_income)) if board.no_income else None
    return view_of([periods(SCORE_VERB, Shown(creator, board.asked)), *(mends.children if mends else ())])


def _lines(board: Scoreboard) -> list[str]:
    if not board.is_whole_team:
        return _own(board)
    if not board.scores:
        return ["## Nobody was answered", NO_ANSWERS if board.silent else NO_TEAM]
    names = Counter(map(_name, board.scores))
    lines = [
        f"{place}. {_who(score, names)}{_followed(score)}\n   {_done(score)}{_quick(score, board)}"
        for place, score in enumerate(board.scores, 1)
    ]
    shown = [*_team(board), "", *lines[:LINES]]
    if hidden := board.scores[LINES:]:
        shown.append(f"and {len(hidden)} more: {_together(hidden)}")
    return shown


def _team(board: Scoreboard) -> list[str]:
    """The headline: everybody together."""
    team, income = board.team, board.income
    answered = f"{counted(team.replies, 'answer')} to {counted(team.fans, 'fan')}{_wait(team.waits)}"
    if income is None:
        return [f"## {counted(team.fans, 'fan')} answered", f"{answered}, by the whole team"]
    return [f"## {income.followed} followed the team's answers", f"of {income.net} {PAID}", answered]


def _own(board: Scoreboard) -> list[str]:
    """The reader alone, and below the totals."""
    (score,), team, income = board.scores, board.team, board.income
    whole = f"**The whole team**\n{counted(team.replies, 'answer')} to {counted(team.fans, 'fan')}{_wait(team.waits)}"
    if income is None or score.part is None:
        return [f"## You answered {counted(score.fans, 'fan')}", _done(score), "", whole]
    followed = f"## {score.part.net} followed your answers"
    return [followed, _done(score), "", whole, f"{income.followed} followed, of {income.net} {PAID}"]


def _followed(score: Score) -> str:
    return f" · **{score.part.net}**{_payments(score.part)}" if score.part else ""


def _done(score: Score) -> str:
    if not score.replies:
        return "no answer in this time"
    return f"{counted(score.replies, 'answer')} to {counted(score.fans, 'fan')}{_wait(score.waits)}"


def _quick(score: Score, board: Scoreboard) -> str:
    return f" {QUICK}" if score.who == board.quickest else ""


def _together(scores: Sequence[Score]) -> str:
    parts = [score.part for score in scores if score.part]
    income = f"**{sum((part for part in parts), Part()).net}** · " if parts else ""
    return f"{income}{counted(sum(score.replies for score in scores), 'answer')}"


def _wait(waits: Waits) -> str:
    return f" · median wait {duration(waits.median_seconds)} (of {waits.count:,})" if waits.count else ""


def _payments(part: Part) -> str:
    return f" in {counted(part.payments, 'payment')}" if part.payments else ""


def _who(score: Score, names: Mapping[str, int]) -> str:
    """Two people of one name are told apart."""
    name = _name(score)
    return f"{name} <@{score.who}>" if names[name] > 1 and not isinstance(score.who, Other) else name


def _name(score: Score) -> str:
    if score.who is Other.SOMEBODY:
        return f"*{SOMEBODY}*"
    return f"**{text.name(score.name, NAME_LIMIT)}**" if score.name else f"<@{score.who}>"


def _fields(board: Scoreboard, names: Names) -> Iterator[tuple[str, str]]:
    if beside := list(_beside(board)):
        yield "Beside them", "\n".join(beside)
    if board.silent and board.scores:
        yield "No answer in this time", _people(board.silent, names)
    if board.is_whole_team and len(board.scores) == 1 and not board.silent:
        yield "One alone", ALONE
    if board.no_income is not None:
        yield "Without income", _why(board.no_income)
    if board.since is not None:
        yield "Since when", KEPT.format(_since(board))
    if board.scores:
        yield "How it counts", _rules(board)


def _rules(board: Scoreboard) -> str:
    return f"{PAYMENT_RULE if board.income else ''}{WAIT_RULE}{QUICKEST if board.quickest is not None else ''}"


def _why(error: DomainError) -> str:
    if isinstance(error, NotAllowedError):
        return NOT_GIVEN
    failure = failure_for(error)
    return text.shorten(f"**{failure.title}.** {failure.text}", FIELD_LIMIT)


def _beside(board: Scoreboard) -> Iterator[str]:
    """What is in the sums and on nobody's line."""
    income = board.income
    if income and not board.is_whole_team:
        yield f"Everybody else of the team: **{income.of(Other.OTHERS).net}**"
    there = income.of(Other.FANVUE) if income else Part()
    if board.elsewhere or there.payments:
        waits = f"{counted(board.elsewhere, 'wait')} ended there" if board.elsewhere else "answered there"
        yield f"At Fanvue itself: {f'**{there.net}** · ' if income else ''}{waits}"
    if income and (nobodys := income.of(Other.NOBODY)).payments:
        yield f"Nobody's: **{nobodys.net}**{_payments(nobodys)}, no answer in the 24 hours before"
    if income and (earlier := income.of(Other.EARLIER)).payments:
        yield f"Taken back of payments from before: **{earlier.net}**"


def _since(board: Scoreboard) -> str:
    return discord.utils.format_dt(board.since, "f") if board.since else ""


def _people(people: Sequence[DiscordUserId], names: Names) -> str:
    shown = [text.name(names[one], NAME_LIMIT) if one in names else f"<@{one}>" for one in people[:NAMED]]
    more = len(people) - NAMED
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _measure(board: Scoreboard) -> str:
    if board.income is None or not board.income.parts:
        return ""
    refunds = "before refunds that Fanvue does not tell" if board.income.is_before_reversals else "refunds taken off"
    return f"Net, {refunds} · "
