"""When people's rights hold."""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, or_, select, text, update

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.alerts import OFF_SHIFT, PlaceKind
from bot.domain.shifts import Shift
from bot.storage.database import Database
from bot.storage.database.engine import AsyncConnection
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import HELD, deliveries, shifts

OF_PERSON = Lookup(
    select(shifts).where(shifts.c.person == bindparam("person")).order_by(shifts.c.creator_id, shifts.c.number)
)
OF_ONE = Lookup(
    select(shifts)
    .where(shifts.c.creator_id == bindparam("creator"), shifts.c.person == bindparam("person"))
    .order_by(shifts.c.number)
)


class ShiftStore:
    """Whoever has shifts on a creator may act inside them alone; whoever has none, at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, creator: CreatorId, person: DiscordUserId, week: Sequence[Shift], now: datetime) -> None:
        """Their whole week; an empty one lifts the limits. Cards that waited for a shift are looked at anew ``now``."""
        values = [_values(creator, person, number, shift) for number, shift in enumerate(week)]
        async with self._database.write() as connection:
            await connection.execute(delete(shifts).where(_is(creator, person)))
            if values:
                await connection.execute(shifts.insert(), values)
            await look_anew(connection, [person], now)

    async def of(self, creator: CreatorId, person: DiscordUserId) -> tuple[Shift, ...]:
        """The person's shifts on that creator."""
        return tuple(_shift(row) for row in await self._database.look(OF_ONE, creator=creator, person=person))

    async def on(self, creator: CreatorId) -> dict[DiscordUserId, tuple[Shift, ...]]:
        """Everybody's shifts on a creator."""
        query = select(shifts).where(shifts.c.creator_id == creator).order_by(shifts.c.person, shifts.c.number)
        found: dict[DiscordUserId, tuple[Shift, ...]] = {}
        async with self._database.read() as connection:
            for row in await connection.execute(query):
                who = DiscordUserId(row.person)
                found[who] = (*found.get(who, ()), _shift(row))
        return found

    async def of_person(self, person: DiscordUserId) -> dict[CreatorId, tuple[Shift, ...]]:
        """The person's shifts, creator by creator."""
        found: dict[CreatorId, tuple[Shift, ...]] = {}
        for row in await self._database.look(OF_PERSON, person=person):
            creator = CreatorId(row.creator_id)
            found[creator] = (*found.get(creator, ()), _shift(row))
        return found

    def about(self, user: DiscordUserId) -> Mine:
        """The shifts of this person, and those of their creators' teams."""
        return ((shifts, _is_about(user)),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them all."""
        async with self._database.write() as connection:
            await connection.execute(delete(shifts).where(_is_about(user)))


async def look_anew(connection: AsyncConnection, people: Collection[DiscordUserId], now: datetime) -> None:
    """What waits for a shift of theirs is due: they may be on shift by now, or have lost the right to it."""
    to_them = and_(deliveries.c.place_kind == PlaceKind.DM, deliveries.c.target.in_(people))
    waits = and_(text(HELD), to_them, deliveries.c.reason == OFF_SHIFT)
    await connection.execute(update(deliveries).where(waits).values(due_at=now))


def _is(creator: CreatorId, person: DiscordUserId) -> ColumnElement[bool]:
    return and_(shifts.c.creator_id == creator, shifts.c.person == person)


def _is_about(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(shifts.c.person == user, shifts.c.creator_id.in_(creators_of(user)))


def _values(creator: CreatorId, person: DiscordUserId, number: int, shift: Shift) -> dict[str, Any]:
    return {
        "creator_id": creator,
        "person": person,
        "number": number,
        "weekdays": "".join(str(day) for day in sorted(shift.weekdays)),
        "begins": shift.begins.isoformat("minutes"),
        "ends": shift.ends.isoformat("minutes"),
        "timezone": shift.zone.key,
    }


def _shift(row: Row[Any]) -> Shift:
    return Shift(
        weekdays=frozenset(int(day) for day in row.weekdays),
        begins=time.fromisoformat(row.begins),
        ends=time.fromisoformat(row.ends),
        zone=ZoneInfo(row.timezone),
    )
