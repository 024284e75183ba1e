"""What replies and cards tell about who answered fans, added up by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    and_,
    case,
    cast,
    distinct,
    extract,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.sql.elements import Label

from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.domain.events import EventKind
from bot.domain.scoreboard import Answer, Other, Score, Team, Waits, Who
from bot.storage.database import Database
from bot.storage.replies import ReplyStatus
from bot.storage.schema import cards, deliveries, events, replies

LONGEST_WAIT = timedelta(days=30)
"""A fan who had waited longer when the period began counts as if they had written then."""
ECHO_SECONDS = 60
"""Fanvue may tell of our own answer before we have noted that it was ours."""
FANS_AT_ONCE = 100
MESSAGE, HERE, THERE = 0, 1, 2
"""What can happen in a chat: the fan writes, is answered from here, is answered at Fanvue itself."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Replies and waits of a period; everybody has a line who sent one or ended a wait."""

    scores: tuple[Score, ...]
    team: Team
    elsewhere: int
    """Waits that ended at Fanvue itself."""


class ScoreStore:
    """Reads what other stores keep; nothing is stored for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tally(self, creator: CreatorId, start: datetime, end: datetime) -> Tally:
        """What was answered in ``[start, end)``: by whom, how many fans, and how long they had waited."""
        sent = and_(_sent(creator), replies.c.settled_at >= start, replies.c.settled_at < end)
        numbers = (func.count(), func.count(distinct(replies.c.fan_id)))
        by_author = select(replies.c.author, *numbers).where(sent).group_by(replies.c.author)
        async with self._database.read() as connection:
            authors = (await connection.execute(by_author)).all()
            number, fans = (await connection.execute(select(*numbers).where(sent))).one()
            medians = (await connection.execute(_medians(_turns(creator, start, end)))).all()
        counts = {_who(author): (count, of_fans) for author, count, of_fans in authors}
        waits = {_who(row.by): _waits(row) for row in medians if row.kind == HERE and not row.is_team}
        kinds = {row.kind: _waits(row) for row in medians if row.is_team}
        scores = [Score(who, "", *counts.get(who, (0, 0)), waits.get(who, Waits())) for who in counts.keys() | waits]
        return Tally(tuple(scores), Team(number, fans, kinds.get(HERE, Waits())), kinds.get(THERE, Waits()).count)

    async def first_known(self, creator: CreatorId) -> datetime | None:
        """When the first card or reply of a creator was written down; ``None`` before there is one."""
        first = union_all(
            select(func.min(cards.c.created_at).label("at")).where(cards.c.creator_id == creator),
            select(func.min(replies.c.created_at).label("at")).where(replies.c.creator_id == creator),
        )
        async with self._database.read() as connection:
            return min((at for at in (await connection.execute(first)).scalars() if at is not None), default=None)

    async def names(self, creator: CreatorId, since: datetime) -> dict[Who, str]:
        """What people were called when they last answered."""
        latest = func.max(replies.c.settled_at)
        query = select(replies.c.author, replies.c.author_name).where(
            _sent(creator), replies.c.settled_at >= since, replies.c.author.is_not(None)
        )
        query = query.group_by(replies.c.author, replies.c.author_name).order_by(latest)
        async with self._database.read() as connection:
            return {DiscordUserId(row[0]): row[1] or "" for row in await connection.execute(query)}

    async def answers(self, creator: CreatorId, fans: Sequence[FanId], start: datetime, end: datetime) -> list[Answer]:
        """Every answer these fans got in ``[start, end)``, from here or at Fanvue itself."""
        found: list[Answer] = []
        for first in range(0, len(fans), FANS_AT_ONCE):
            chosen = fans[first : first + FANS_AT_ONCE]
            query = union_all(*(one.where(fan.in_(chosen)) for one, fan in _answers(creator, start, end)))
            async with self._database.read() as connection:
                rows = (await connection.execute(query)).all()
            found += [
                Answer(row.at, FanId(row.fan), Other.FANVUE if row.kind == THERE else _who(row.by)) for row in rows
            ]
        return found


def _answers(creator: CreatorId, start: datetime, end: datetime) -> list[tuple[Any, ColumnElement[Any]]]:
    """Questions for the answers from here and at Fanvue itself, each with its column of fans."""
    sent = select(
        replies.c.fan_id.label("fan"), replies.c.settled_at.label("at"), replies.c.author.label("by"), _kind(HERE)
    ).where(_sent(creator), replies.c.settled_at >= start, replies.c.settled_at < end)
    # Read late, an answer there can be older than its cards: the fan waited no longer than until the last of them came.
    at = func.max(case((cards.c.elsewhere_at < cards.c.created_at, cards.c.created_at), else_=cards.c.elsewhere_at))
    there = select(cards.c.fan_id.label("fan"), at.label("at"), cast(null(), BigInteger).label("by"), _kind(THERE))
    there = there.group_by(cards.c.fan_id, cards.c.elsewhere_at)
    apart = func.abs(_seconds(cards.c.elsewhere_at, cards.c.answered_at))
    is_echo = and_(cards.c.answered_at.is_not(None), apart <= ECHO_SECONDS)
    there = there.where(
        cards.c.creator_id == creator,
        cards.c.fan_id.is_not(None),
        cards.c.elsewhere_at >= start,
        cards.c.elsewhere_at < end,
        ~is_echo,
    )
    return [(sent, replies.c.fan_id), (there, cards.c.fan_id)]


def _turns(creator: CreatorId, start: datetime, end: datetime) -> CTE:
    """Each answer to a fan who had written: of several cards before it, the first says since when they waited."""
    since = start - LONGEST_WAIT
    chat = union_all(_written(creator, since, end), *(one for one, _ in _answers(creator, since, end))).cte("chat")
    is_answer = case((chat.c.kind == MESSAGE, 0), else_=1)
    before = func.sum(is_answer).over(partition_by=chat.c.fan, order_by=(chat.c.at, chat.c.kind), rows=(None, -1))
    numbered = select(chat, func.coalesce(before, 0).label("turn")).cte("numbered")
    waited_from = func.min(case((numbered.c.kind == MESSAGE, numbered.c.at)))
    answered_at = func.max(case((numbered.c.kind != MESSAGE, numbered.c.at)))
    query = select(
        func.max(numbered.c.by).label("by"),
        func.max(numbered.c.kind).label("kind"),
        _seconds(waited_from, answered_at).label("waited"),
    ).group_by(numbered.c.fan, numbered.c.turn)
    return query.having(and_(waited_from.is_not(None), answered_at >= start)).cte("turns")


def _written(creator: CreatorId, start: datetime, end: datetime) -> Select[Any]:
    """The messages of fans, each once and from its first card on, in however many places it has cards."""
    shown = cards.join(deliveries, deliveries.c.id == cards.c.delivery_id)
    shown = shown.join(events, events.c.id == deliveries.c.event_id)
    first = func.min(cards.c.created_at)
    query = select(cards.c.fan_id.label("fan"), first.label("at"), cast(null(), BigInteger).label("by"), _kind(MESSAGE))
    return (
        query.select_from(shown)
        .where(
            cards.c.creator_id == creator,
            cards.c.fan_id.is_not(None),
            cards.c.created_at >= start,
            cards.c.created_at < end,
            events.c.kind == EventKind.MESSAGE,
        )
        .group_by(cards.c.fan_id, deliveries.c.event_id)
    )


def _medians(turns: CTE) -> CompoundSelect[Any]:
    """The median wait for each person's answers and for those of all together, by where they were given."""
    return union_all(_median(turns, turns.c.by, is_team=0), _median(turns, cast(null(), BigInteger), is_team=1))


def _median(turns: CTE, by: ColumnElement[Any], *, is_team: int) -> Select[Any]:
    """How many waits of each group, and the mean of the one or two in the middle."""
    of = (turns.c.kind, by)
    place = func.row_number().over(partition_by=of, order_by=turns.c.waited).label("place")
    number = func.count().over(partition_by=of).label("number")
    placed = select(turns.c.kind, by.label("by"), turns.c.waited, place, number).subquery()
    is_middle = and_(placed.c.place * 2 >= placed.c.number, placed.c.place * 2 <= placed.c.number + 2)
    columns: tuple[ColumnElement[Any], ...] = (
        placed.c.kind,
        placed.c.by,
        literal_column(str(is_team)).label("is_team"),
    )
    query = select(*columns, func.max(placed.c.number).label("number"), func.avg(placed.c.waited).label("median"))
    return query.where(is_middle).group_by(placed.c.kind, placed.c.by)


def _sent(creator: CreatorId) -> ColumnElement[bool]:
    return and_(replies.c.creator_id == creator, replies.c.status == ReplyStatus.SENT)


def _seconds(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[Any]:
    return extract("epoch", end) - extract("epoch", start)


def _kind(kind: int) -> Label[int]:
    return literal_column(str(kind), Integer).label("kind")


def _waits(row: Row[Any]) -> Waits:
    return Waits(row.number, float(row.median))


def _who(author: int | None) -> Who:
    return Other.SOMEBODY if author is None else DiscordUserId(author)
