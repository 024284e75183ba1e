"""Replies to fans: each source (a message, an interaction) is written down before it is sent, so it sends once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, or_, select, update

from bot.domain.accounts import CreatorId, DiscordUserId, FanId, MessageId
from bot.storage.database import Database
from bot.storage.personal import creators_of, rows_about
from bot.storage.schema import replies


class ReplyStatus(StrEnum):
    """What became of a reply."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The answer was lost, and reading back did not settle it."""


@dataclass(frozen=True, slots=True)
class NewReply:
    """A reply that is about to be sent; its text is not kept."""

    id: str
    source_key: str
    card_message: MessageId | None
    creator: CreatorId
    fan: FanId
    author: DiscordUserId
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply and what became of it; the author is unknown once they had themselves forgotten."""

    id: str
    source_key: str
    card_message: MessageId | None
    creator: CreatorId
    fan: FanId
    author: DiscordUserId | None
    status: ReplyStatus
    fanvue_message: str | None
    created_at: datetime
    settled_at: datetime | None


class ReplyStore:
    """Invariant: a source key is taken once, for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, reply: NewReply) -> bool:
        """Take the source key; false when it was taken before, and nothing may be sent."""
        values = {
            "id": reply.id,
            "source_key": reply.source_key,
            "card_message": reply.card_message,
            "creator_id": reply.creator,
            "fan_id": reply.fan,
            "author": reply.author,
            "status": ReplyStatus.SENDING,
            "created_at": reply.created_at,
        }
        statement = self._database.insert(replies).values(values).on_conflict_do_nothing(index_elements=["source_key"])
        async with self._database.write() as connection:
            return (await connection.execute(statement.returning(replies.c.id))).one_or_none() is not None

    async def settle(self, reply_id: str, status: ReplyStatus, fanvue_message: str | None, at: datetime) -> None:
        """Note what became of it, with Fanvue's id of the message when it was sent."""
        change = (
            update(replies)
            .where(replies.c.id == reply_id)
            .values(status=status, fanvue_message=fanvue_message, settled_at=at)
        )
        async with self._database.write() as connection:
            await connection.execute(change)

    async def by_source(self, source_key: str) -> StoredReply | None:
        """What became of a source."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(replies).where(replies.c.source_key == source_key))).one_or_none()
        return _reply(row) if row else None

    async def accounted_for(self, creator: CreatorId, fan: FanId) -> set[str]:
        """Fanvue's ids of the messages to a fan that are known to be replies sent from here."""
        query = select(replies.c.fanvue_message).where(
            replies.c.creator_id == creator, replies.c.fan_id == fan, replies.c.fanvue_message.is_not(None)
        )
        async with self._database.read() as connection:
            return {str(uuid) for uuid in (await connection.execute(query)).scalars()}

    async def export(self, user: DiscordUserId) -> list[dict[str, Any]]:
        """The replies this person wrote, and those sent as their creator."""
        mine = or_(replies.c.author == user, replies.c.creator_id.in_(creators_of(user)))
        return await rows_about(self._database, replies, mine)

    async def forget(self, user: DiscordUserId) -> None:
        """Forget who wrote them; the source keys stay, so that nothing is sent twice."""
        async with self._database.write() as connection:
            await connection.execute(update(replies).where(replies.c.author == user).values(author=None))


def _reply(row: Row[Any]) -> StoredReply:
    return StoredReply(
        id=row.id,
        source_key=row.source_key,
        card_message=None if row.card_message is None else MessageId(row.card_message),
        creator=CreatorId(row.creator_id),
        fan=FanId(row.fan_id),
        author=None if row.author is None else DiscordUserId(row.author),
        status=ReplyStatus(row.status),
        fanvue_message=row.fanvue_message,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )
