"""Who gets which summary, and when the next one is due."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.briefs import Rhythm, Subscription
from bot.storage.database import Database
from bot.storage.personal import Mine
from bot.storage.schema import briefs


class BriefStore:
    """Invariant: a summary that is due is in one process's hands at a time, and free again when those let go or die."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, wanted: Subscription) -> None:
        """Send it from now on, at that time instead of any other."""
        values = {
            "minute": wanted.minute,
            "zone": wanted.zone_name,
            "due_at": wanted.due_at,
            "taken_until": None,
        }
        statement = self._database.insert(briefs).values(
            person=wanted.person, creator_id=wanted.creator, rhythm=wanted.rhythm.value, **values
        )
        upsert = statement.on_conflict_do_update(index_elements=["person", "creator_id", "rhythm"], set_=values)
        async with self._database.write() as connection:
            await connection.execute(upsert)

    async def remove(self, person: DiscordUserId, creator: CreatorId, rhythm: Rhythm) -> bool:
        """Send it no more; false when nobody did."""
        async with self._database.write() as connection:
            return bool((await connection.execute(delete(briefs).where(_is(person, creator, rhythm)))).rowcount)

    async def of(self, person: DiscordUserId, creator: CreatorId, rhythm: Rhythm) -> Subscription | None:
        """What that person gets of it."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(briefs).where(_is(person, creator, rhythm)))).one_or_none()
        return _subscription(row) if row is not None else None

    async def due(self, now: datetime, limit: int) -> list[Subscription]:
        """Those that nobody has in hand, the longest due first."""
        query = select(briefs).where(briefs.c.due_at <= now, _is_free(now)).order_by(briefs.c.due_at).limit(limit)
        async with self._database.read() as connection:
            return [_subscription(row) for row in await connection.execute(query)]

    async def take(self, one: Subscription, now: datetime, span: timedelta) -> bool:
        """Have it in hand for so long; false when somebody else has, or it was changed or sent meanwhile."""
        change = update(briefs).where(_is_still(one), _is_free(now)).values(taken_until=now + span)
        async with self._database.write() as connection:
            return bool((await connection.execute(change)).rowcount)

    async def settle(self, one: Subscription, due_at: datetime) -> None:
        """It was sent, or will not be; the next one is due then."""
        change = update(briefs).where(_is_still(one)).values(due_at=due_at, taken_until=None)
        async with self._database.write() as connection:
            await connection.execute(change)

    def about(self, user: DiscordUserId) -> Mine:
        """What they get."""
        return ((briefs, briefs.c.person == user),)

    async def forget(self, user: DiscordUserId) -> None:
        """Send them nothing more."""
        async with self._database.write() as connection:
            await connection.execute(delete(briefs).where(briefs.c.person == user))


def _is(person: DiscordUserId, creator: CreatorId, rhythm: Rhythm) -> ColumnElement[bool]:
    return and_(briefs.c.person == person, briefs.c.creator_id == creator, briefs.c.rhythm == rhythm.value)


def _is_still(one: Subscription) -> ColumnElement[bool]:
    """What somebody changed meanwhile is theirs."""
    return and_(_is(one.person, one.creator, one.rhythm), briefs.c.due_at == one.due_at)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(briefs.c.taken_until.is_(None), briefs.c.taken_until <= now)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        person=DiscordUserId(row.person),
        creator=CreatorId(row.creator_id),
        rhythm=Rhythm(row.rhythm),
        minute=row.minute,
        zone_name=row.zone,
        due_at=row.due_at,
    )
