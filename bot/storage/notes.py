"""What the team notes about fans, for itself alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update

from bot.domain.accounts import CreatorId, DiscordUserId, FanId
from bot.storage.database import Database
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import notes


@dataclass(frozen=True, slots=True, repr=False)
class StoredNote:
    """A note, sealed; the author is unknown once they had themselves forgotten."""

    id: str
    creator: CreatorId
    fan: FanId
    author: DiscordUserId | None
    sealed_text: str
    created_at: datetime


class NoteStore:
    """Notes belong to a creator and go with it; they never leave for Fanvue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, note: StoredNote) -> None:
        """Keep it."""
        values = {
            "id": note.id,
            "creator_id": note.creator,
            "fan_id": note.fan,
            "author": note.author,
            "sealed_text": note.sealed_text,
            "created_at": note.created_at,
        }
        async with self._database.write() as connection:
            await connection.execute(notes.insert().values(values))

    async def of_fan(self, creator: CreatorId, fan: FanId, limit: int) -> list[StoredNote]:
        """The latest notes about a fan, newest first."""
        query = select(notes).where(notes.c.creator_id == creator, notes.c.fan_id == fan)
        async with self._database.read() as connection:
            found = await connection.execute(query.order_by(notes.c.created_at.desc(), notes.c.id).limit(limit))
            return [
                StoredNote(
                    id=row.id,
                    creator=CreatorId(row.creator_id),
                    fan=FanId(row.fan_id),
                    author=None if row.author is None else DiscordUserId(row.author),
                    sealed_text=row.sealed_text,
                    created_at=row.created_at,
                )
                for row in found
            ]

    async def remove(self, creator: CreatorId, note: str) -> FanId | None:
        """Delete it; whom it was about, ``None`` when it was gone already."""
        gone = delete(notes).where(notes.c.creator_id == creator, notes.c.id == note).returning(notes.c.fan_id)
        async with self._database.write() as connection:
            fan = (await connection.execute(gone)).scalar_one_or_none()
        return None if fan is None else FanId(fan)

    def about(self, user: DiscordUserId) -> Mine:
        """That this person noted something, and what there is on their creator's fans; not the words."""
        return ((notes, _is_about(user)),)

    async def forget(self, user: DiscordUserId) -> None:
        """Forget who wrote them; those of their own creator go with the connection."""
        async with self._database.write() as connection:
            await connection.execute(update(notes).where(notes.c.author == user).values(author=None))


def _is_about(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(notes.c.author == user, notes.c.creator_id.in_(creators_of(user)))
