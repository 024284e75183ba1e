"""Where Discord's own Reply may send, as creators chose it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.storage.database import Database
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import reply_places

DIRECT = 0
"""Stands for everybody's direct messages."""


@dataclass(frozen=True, slots=True)
class ReplyPlace:
    """One choice: a channel or forum, or ``DIRECT``."""

    creator: CreatorId
    place: int
    is_allowed: bool
    set_by: DiscordUserId
    set_at: datetime


class ReplyPlaceStore:
    """A place nobody chose about has no row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, choice: ReplyPlace) -> None:
        """The latest choice counts."""
        values = {
            "creator_id": choice.creator,
            "place_id": choice.place,
            "is_allowed": choice.is_allowed,
            "set_by": choice.set_by,
            "set_at": choice.set_at,
        }
        statement = self._database.insert(reply_places).values(values)
        upsert = statement.on_conflict_do_update(index_elements=["creator_id", "place_id"], set_=values)
        async with self._database.write() as connection:
            await connection.execute(upsert)

    async def of_creator(self, creator: CreatorId) -> dict[int, bool]:
        """Every choice for a creator's fans, by place."""
        query = select(reply_places).where(reply_places.c.creator_id == creator).order_by(reply_places.c.place_id)
        async with self._database.read() as connection:
            return {row.place_id: bool(row.is_allowed) for row in await connection.execute(query)}

    def about(self, user: DiscordUserId) -> Mine:
        """The choices this person made, and those for their creators."""
        mine = or_(reply_places.c.set_by == user, reply_places.c.creator_id.in_(creators_of(user)))
        return ((reply_places, mine),)

    async def forget(self, user: DiscordUserId) -> None:
        """Back to what holds where nobody chose."""
        async with self._database.write() as connection:
            mine = or_(reply_places.c.set_by == user, reply_places.c.creator_id.in_(creators_of(user)))
            await connection.execute(delete(reply_places).where(mine))
