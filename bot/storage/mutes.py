"""What people do not want to hear of for a while."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, and_, bindparam, delete, or_, select

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.rules import Mute, MuteScope, MuteSubject
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import mutes

IN_ORDER = select(mutes).order_by(mutes.c.created_at, mutes.c.id)


class MuteStore:
    """Mutes belong to a creator and go with it; what they are called rests sealed, since it can be a fan's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, mute: Mute, sealed_label: str) -> None:
        """Mute it from now on; the same thing muted again has the new end."""
        same = and_(
            mutes.c.creator_id == mute.creator,
            mutes.c.scope == mute.scope,
            mutes.c.subject == mute.subject,
            mutes.c.value == mute.value,
        )
        if mute.scope is MuteScope.ME:
            same = and_(same, mutes.c.person == mute.person)
        async with self._database.write() as connection:
            await connection.execute(delete(mutes).where(same))
            await connection.execute(mutes.insert().values(_values(mute, sealed_label)))

    async def holding(self, creators: Collection[CreatorId], now: datetime) -> list[Mute]:
        """What is muted at that instant for these creators."""
        if len(creators) > 1:
            return [mute for mute, _ in await self._all(and_(mutes.c.creator_id.in_(creators), _holds(now)))]
        return [
            _mute(row) for creator in creators for row in await self._database.look(HOLDING, creator=creator, now=now)
        ]

    async def of_creator(self, creator: CreatorId, now: datetime) -> list[tuple[Mute, str]]:
        """What is muted now for a creator, with sealed labels, the oldest first."""
        return await self._all(and_(mutes.c.creator_id == creator, _holds(now)))

    async def remove(self, creator: CreatorId, mute_id: str) -> bool:
        """Undo one; false when it is gone already."""
        change = delete(mutes).where(mutes.c.creator_id == creator, mutes.c.id == mute_id)
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def sweep(self, now: datetime) -> int:
        """Remove those that have run out; how many."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(mutes).where(mutes.c.until <= now))).rowcount

    def about(self, user: DiscordUserId) -> Mine:
        """What this person muted, and what is muted about their creator."""
        return ((mutes, _is_about(user)),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them all."""
        async with self._database.write() as connection:
            await connection.execute(delete(mutes).where(_is_about(user)))

    async def _all(self, condition: ColumnElement[bool]) -> list[tuple[Mute, str]]:
        async with self._database.read() as connection:
            return [(_mute(row), row.sealed_label) for row in await connection.execute(IN_ORDER.where(condition))]


def _holds(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    return or_(mutes.c.until.is_(None), mutes.c.until > now)


HOLDING = Lookup(IN_ORDER.where(mutes.c.creator_id == bindparam("creator"), _holds(bindparam("now"))))


def _is_about(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(
        mutes.c.person == user,
        and_(mutes.c.subject == MuteSubject.PLACE, mutes.c.value == f"dm:{user}"),
        mutes.c.creator_id.in_(creators_of(user)),
    )


def _values(mute: Mute, sealed_label: str) -> dict[str, Any]:
    return {
        "id": mute.id,
        "creator_id": mute.creator,
        "scope": mute.scope,
        "person": mute.person,
        "subject": mute.subject,
        "value": mute.value,
        "sealed_label": sealed_label,
        "until": mute.until,
        "created_at": mute.created_at,
    }


def _mute(row: Row[Any]) -> Mute:
    return Mute(
        id=row.id,
        creator=CreatorId(row.creator_id),
        scope=MuteScope(row.scope),
        person=DiscordUserId(row.person),
        subject=MuteSubject(row.subject),
        value=row.value,
        until=row.until,
        created_at=row.created_at,
    )
