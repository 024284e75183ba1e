"""Who was given which right on which creator."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, exc, or_, select

from bot.domain.access import Capability, Right
from bot.domain.accounts import Creator, CreatorId, DiscordUserId, GuildId
from bot.domain.errors import UnknownCreatorError
from bot.domain.passing import handed_over, key_of, standing
from bot.storage.creators import EVERYBODY, creators_from
from bot.storage.database import Database
from bot.storage.database.engine import AsyncConnection
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import connections, creators, rights, shifts
from bot.storage.shifts import look_anew

IN_ORDER = select(rights).order_by(*rights.primary_key.columns)
OF_PERSON = Lookup(IN_ORDER.where(rights.c.person == bindparam("person")))
HELD = Lookup(
    select(rights).where(
        rights.c.creator_id == bindparam("creator"),
        rights.c.person == bindparam("person"),
        rights.c.capability == bindparam("capability"),
    )
)
GIVEN = Lookup(
    EVERYBODY.add_columns(*(column for column in rights.c if column.name != "creator_id"))
    .join(rights, rights.c.creator_id == creators.c.creator_id)
    .where(rights.c.person == bindparam("person"), rights.c.capability == bindparam("capability"))
)
Change = Callable[[Sequence[Right]], Iterable[Right]]


class RightStore:
    """Rights belong to a creator and go with it; the owner's own are not written down.

    Invariant: each right was given by the owner, or by somebody whose own rights cover it; what ends takes along
    what was passed on from it, in the same transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, right: Right) -> None:
        """Give the right; given again, the later one counts. UnknownCreatorError when there is no such creator."""
        try:
            await self._change(
                right.creator,
                lambda held: [*(one for one in held if not _is_same(one, right)), right],
                right.granted_at,
            )
        except exc.IntegrityError:
            raise UnknownCreatorError from None

    async def take(self, creator: CreatorId, person: DiscordUserId, capability: Capability, now: datetime) -> bool:
        """Take the right back, with what was passed on from it; false when it was not given."""
        found = False

        def without(held: Sequence[Right]) -> list[Right]:
            nonlocal found
            left = [one for one in held if key_of(one) != (person, capability)]
            found = len(left) < len(held)
            return left

        await self._change(creator, without, now)
        return found

    async def hand_over(self, creator: CreatorId, giver: DiscordUserId, taker: DiscordUserId, now: datetime) -> None:
        """Everything of one person on a creator becomes another's; a newcomer takes over the shifts too."""
        await self._change(creator, lambda held: handed_over(held, giver, taker), now, heir=(giver, taker))

    async def of(self, person: DiscordUserId) -> list[Right]:
        """Every right of a person, run out or not."""
        return [_right(row) for row in await self._database.look(OF_PERSON, person=person)]

    async def given(self, person: DiscordUserId, capability: Capability) -> list[tuple[Right, Creator]]:
        """One right of a person, run out or not, on each creator they were given it on, by handle."""
        rows = await self._database.look(GIVEN, person=person, capability=capability)
        return [(_right(row, one.id), one) for row, one in zip(rows, creators_from(rows), strict=True)]

    async def on(self, creator: CreatorId) -> list[Right]:
        """Every right on a creator, run out or not."""
        async with self._database.read() as connection:
            return await _held(connection, creator)

    async def held(self, person: DiscordUserId, creator: CreatorId, capability: Capability) -> Right | None:
        """The person's right, run out or not."""
        found = await self._database.look(HELD, person=person, creator=creator, capability=capability)
        return _right(found[0]) if found else None

    async def purge(self, before: datetime) -> int:
        """Let go of rights that had run out by then, with the shifts of whoever has none left; how many rights."""
        async with self._database.write() as connection:
            gone = (await connection.execute(delete(rights).where(rights.c.until <= before))).rowcount
            if gone:
                await connection.execute(delete(shifts).where(_has_no_right()))
        return gone

    def about(self, user: DiscordUserId) -> Mine:
        """The rights this person has or gave, and those on their creators."""
        return ((rights, _is_about(user)),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them all, with what was passed on from them and the shifts of whoever has none left."""
        query = select(rights.c.creator_id).where(_is_about(user)).distinct()
        async with self._database.write() as connection:
            touched = [CreatorId(row.creator_id) for row in await connection.execute(query)]
            await connection.execute(delete(rights).where(_is_about(user)))
            for creator in touched:
                await _rewrite(connection, creator, lambda held: held)
            await connection.execute(delete(shifts).where(shifts.c.creator_id.in_(touched), _has_no_right()))

    async def _change(
        self,
        creator: CreatorId,
        change: Change,
        now: datetime,
        heir: tuple[DiscordUserId, DiscordUserId] | None = None,
    ) -> None:
        """What waits for a shift of whoever has more or less than before is looked at anew ``now``."""
        async with self._database.write() as connection:
            before = await _held(connection, creator)
            await _rewrite(connection, creator, change)
            changed = {right.person for right in {*before} ^ {*await _held(connection, creator)}}
            if heir and heir[1] not in {right.person for right in before}:
                giver, taker = heir
                moved = (shifts.c.creator_id == creator) & (shifts.c.person == giver)
                await connection.execute(shifts.update().where(moved).values(person=taker))
            await connection.execute(delete(shifts).where(shifts.c.creator_id == creator, _has_no_right()))
            if changed:
                await look_anew(connection, changed, now)


async def _rewrite(connection: AsyncConnection, creator: CreatorId, change: Change) -> None:
    """The creator's rights after a change, as far as they stand."""
    query = (
        select(connections.c.owner)
        .join(creators, creators.c.account_id == connections.c.creator_id)
        .where(creators.c.creator_id == creator)
        .with_for_update()
    )
    owner = (await connection.execute(query)).scalar_one_or_none()
    if owner is None:
        raise UnknownCreatorError
    held = await _held(connection, creator)
    wanted = standing(change(held), DiscordUserId(owner))
    if set(held) == set(wanted):
        return
    await connection.execute(delete(rights).where(rights.c.creator_id == creator))
    if wanted:
        await connection.execute(rights.insert(), [_values(right) for right in wanted])


async def _held(connection: AsyncConnection, creator: CreatorId) -> list[Right]:
    query = IN_ORDER.where(rights.c.creator_id == creator)
    return [_right(row) for row in await connection.execute(query)]


def _has_no_right() -> ColumnElement[bool]:
    theirs = (rights.c.creator_id == shifts.c.creator_id) & (rights.c.person == shifts.c.person)
    return ~select(rights.c.person).where(theirs).exists()


def _is_same(one: Right, other: Right) -> bool:
    return key_of(one) == key_of(other)


def _is_about(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(rights.c.person == user, rights.c.granted_by == user, rights.c.creator_id.in_(creators_of(user)))


def _values(right: Right) -> dict[str, Any]:
    return {
        "creator_id": right.creator,
        "person": right.person,
        "capability": right.capability,
        "granted_by": right.granted_by,
        "granted_at": right.granted_at,
        "until": right.until,
        "may_pass_on": right.may_pass_on,
        "guild": right.guild,
    }


def _right(row: Row[Any], creator: CreatorId | None = None) -> Right:
    return Right(
        creator=creator or CreatorId(row.creator_id),
        person=DiscordUserId(row.person),
        capability=Capability(row.capability),
        granted_by=DiscordUserId(row.granted_by),
        granted_at=row.granted_at,
        until=row.until,
        may_pass_on=row.may_pass_on,
        guild=None if row.guild is None else GuildId(row.guild),
    )
