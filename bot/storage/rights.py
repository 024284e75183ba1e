"""Who was given which right on which creator."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exc, or_, select

from bot.domain.access import Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.errors import UnknownCreatorError
from bot.storage.database import Database
from bot.storage.personal import creators_of, rows_about
from bot.storage.schema import rights


class RightStore:
    """Rights belong to a connection and go with it; the owner's own are not written down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, right: Right) -> None:
        """Give the right; given again, the later one counts. UnknownCreatorError when nobody has connected it."""
        statement = self._database.insert(rights).values(
            creator_id=right.creator,
            person=right.person,
            capability=right.capability,
            granted_by=right.granted_by,
            granted_at=right.granted_at,
            until=right.until,
        )
        changed = {name: statement.excluded[name] for name in ("granted_by", "granted_at", "until")}
        upsert = statement.on_conflict_do_update(index_elements=list(rights.primary_key.columns), set_=changed)
        try:
            async with self._database.write() as connection:
                await connection.execute(upsert)
        except exc.IntegrityError:
            raise UnknownCreatorError from None

    async def take(self, creator: CreatorId, person: DiscordUserId, capability: Capability) -> bool:
        """Take the right back; false when it was not given."""
        statement = delete(rights).where(_is(person, creator, capability))
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def of(self, person: DiscordUserId) -> list[Right]:
        """Every right of a person, run out or not."""
        return await self._all(rights.c.person == person)

    async def on(self, creator: CreatorId) -> list[Right]:
        """Every right on a creator, run out or not."""
        return await self._all(rights.c.creator_id == creator)

    async def holds(self, person: DiscordUserId, creator: CreatorId, capability: Capability, at: datetime) -> bool:
        """Whether the person has the right at that instant."""
        query = select(rights.c.person).where(
            _is(person, creator, capability), or_(rights.c.until.is_(None), rights.c.until > at)
        )
        async with self._database.read() as connection:
            return (await connection.execute(query)).one_or_none() is not None

    async def export(self, user: DiscordUserId) -> list[dict[str, Any]]:
        """The rights this person has or gave, and those on their creator."""
        return await rows_about(self._database, rights, _is_about(user))

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them all."""
        async with self._database.write() as connection:
            await connection.execute(delete(rights).where(_is_about(user)))

    async def _all(self, condition: ColumnElement[bool]) -> list[Right]:
        query = select(rights).where(condition).order_by(*rights.primary_key.columns)
        async with self._database.read() as connection:
            return [_right(row) for row in await connection.execute(query)]


def _is(person: DiscordUserId, creator: CreatorId, capability: Capability) -> ColumnElement[bool]:
    return (rights.c.person == person) & (rights.c.creator_id == creator) & (rights.c.capability == capability)


def _is_about(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(rights.c.person == user, rights.c.granted_by == user, rights.c.creator_id.in_(creators_of(user)))


def _right(row: Row[Any]) -> Right:
    return Right(
        creator=CreatorId(row.creator_id),
        person=DiscordUserId(row.person),
        capability=Capability(row.capability),
        granted_by=DiscordUserId(row.granted_by),
        granted_at=row.granted_at,
        until=row.until,
    )
