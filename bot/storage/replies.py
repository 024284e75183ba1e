"""Replies to fans: each source (a message, an interaction) is written down before it is sent, so it sends once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, text, update

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, MessageId
from bot.storage.database import Database
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import replies

STUCK_AT_ONCE = 50
SOMEBODY = "somebody"
NATIVE = "message:"
"""How the sources of Discord's own replies begin."""
KEPT = timedelta(days=1)
"""How long words wait for being sent again."""

BEGIN = """
INSERT INTO replies (id, source_key, card_message, creator_id, fan_id, author, status, created_at, author_name,
    channel_id, delivery_id, sealed_draft)
VALUES (:id, :source_key, :card_message, :creator_id, :fan_id, :author, :status, :created_at, :author_name,
    :channel_id, :delivery_id, :sealed_draft)
ON CONFLICT (source_key) DO NOTHING RETURNING id
"""


class ReplyStatus(StrEnum):
    """What became of a reply."""

    ASKED = "asked"
    """Somebody else is on the fan: it waits for its author's word."""
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The answer was lost, and reading back did not settle it."""
    UNSENT = "unsent"
    """The fan had it, and it was taken back."""
    KEPT = "kept"
    """It was not tried: it waits for its author to change it, or to pick whom it is for."""


NOT_OUT = (ReplyStatus.ASKED, ReplyStatus.KEPT, ReplyStatus.FAILED, ReplyStatus.UNKNOWN)
"""The fan does not have it, as far as is known."""


@dataclass(frozen=True, slots=True)
class NewReply:
    """A reply that is about to be sent; its words rest sealed until the fan has them."""

    id: str
    source_key: str
    card_message: MessageId | None
    creator: CreatorId
    fan: FanId
    author: DiscordUserId
    created_at: datetime
    author_name: str = ""
    channel: ChannelId | None = None
    delivery: int | None = None
    """The card it answers."""
    sealed_draft: str | None = None


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
    author_name: str = ""
    channel: ChannelId | None = None
    delivery: int | None = None
    sealed_draft: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message to a fan from here."""

    name: str | None = None
    """``None`` when nobody did."""
    said_in: ChannelId | None = None
    """Where their own Discord message says it already: a reply to a card there."""
    is_under_way: bool = False
    """Whether that cannot be told yet: a reply to this fan is just being sent."""


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
            "author_name": reply.author_name,
            "channel_id": reply.channel,
            "delivery_id": reply.delivery,
            "sealed_draft": reply.sealed_draft,
        }
        return await self._database.transact(lambda rows: bool(rows(BEGIN, values)))

    async def settle(self, reply_id: str, status: ReplyStatus, fanvue_message: str | None, at: datetime) -> None:
        """Note what became of it, with Fanvue's id of the message when it was sent; then its words are let go."""
        values: dict[str, Any] = {"status": status, "fanvue_message": fanvue_message, "settled_at": at}
        if status is ReplyStatus.SENT:
            values["sealed_draft"] = None
        async with self._database.write() as connection:
            await connection.execute(update(replies).where(replies.c.id == reply_id).values(values))

    async def move(self, reply_id: str, before: ReplyStatus, after: ReplyStatus, at: datetime) -> bool:
        """From one state to another; false when somebody was faster."""
        change = update(replies).where(replies.c.id == reply_id, replies.c.status == before)
        async with self._database.write() as connection:
            return (await connection.execute(change.values(status=after, settled_at=at))).rowcount == 1

    async def note_told(self, reply_id: str, at: datetime | None) -> None:
        """That the author of one that did not go out knows, or does not; what is a message of theirs is left out."""
        is_it = and_(replies.c.id == reply_id, replies.c.status.in_(NOT_OUT), ~replies.c.source_key.startswith(NATIVE))
        async with self._database.write() as connection:
            await connection.execute(update(replies).where(is_it).values(settled_at=at))

    async def cut_short(self, before: datetime, at: datetime) -> None:
        """Those of the day before that did not go out, and whose authors do not know, count as under way."""
        is_untold = and_(replies.c.settled_at.is_(None), replies.c.status.in_(NOT_OUT))
        is_recent = and_(replies.c.created_at >= before - KEPT, replies.c.created_at < before)
        async with self._database.read() as connection:
            query = select(replies.c.id, replies.c.status).where(is_untold, is_recent)
            found = (await connection.execute(query)).all()
        for row in found:
            await self.move(row.id, ReplyStatus(row.status), ReplyStatus.SENDING, at)

    async def rewrite(
        self,
        reply_id: str,
        before: Collection[ReplyStatus],
        sealed_draft: str,
        fan: FanId,
        delivery: int | None,
        at: datetime,
    ) -> bool:
        """On its way with other words, or to whom its author picked; false when it is not in one of those states."""
        change = update(replies).where(replies.c.id == reply_id, replies.c.status.in_(before))
        values = {
            "status": ReplyStatus.SENDING,
            "sealed_draft": sealed_draft,
            "fan_id": fan,
            "delivery_id": delivery,
            "created_at": at,
            "settled_at": None,
        }
        async with self._database.write() as connection:
            return (await connection.execute(change.values(values))).rowcount == 1

    async def let_go(self, reply_id: str) -> None:
        """Keep its words no longer."""
        async with self._database.write() as connection:
            await connection.execute(update(replies).where(replies.c.id == reply_id).values(sealed_draft=None))

    async def by_id(self, reply_id: str) -> StoredReply | None:
        """The reply, in whatever state."""
        return await self._one(replies.c.id == reply_id)

    async def last_sent(self, creator: CreatorId, fan: FanId, since: datetime) -> StoredReply | None:
        """The latest reply a fan has from here, unless it is older."""
        is_sent = and_(replies.c.status == ReplyStatus.SENT, replies.c.created_at >= since)
        query = select(replies).where(replies.c.creator_id == creator, replies.c.fan_id == fan, is_sent)
        async with self._database.read() as connection:
            row = (await connection.execute(query.order_by(replies.c.created_at.desc()).limit(1))).one_or_none()
        return _reply(row) if row else None

    async def stuck(self, before: datetime) -> list[StoredReply]:
        """Those that were begun before and never settled."""
        condition = and_(text("status = 'sending'"), replies.c.created_at < before)
        query = select(replies).where(condition).order_by(replies.c.created_at).limit(STUCK_AT_ONCE)
        async with self._database.read() as connection:
            return [_reply(row) for row in await connection.execute(query)]

    async def drop_drafts(self, now: datetime) -> int:
        """Let go of words that nobody sent again for a day; how many."""
        is_old = and_(replies.c.sealed_draft.is_not(None), replies.c.created_at < now - KEPT)
        async with self._database.write() as connection:
            return (await connection.execute(update(replies).where(is_old).values(sealed_draft=None))).rowcount

    async def channels_since(self, moment: datetime) -> list[ChannelId]:
        """Where somebody answered since then, the latest first."""
        is_recent = and_(replies.c.created_at >= moment, replies.c.channel_id.is_not(None))
        query = select(replies.c.channel_id).where(is_recent).group_by(replies.c.channel_id)
        async with self._database.read() as connection:
            found = await connection.execute(query.order_by(func.max(replies.c.created_at).desc()))
            return [ChannelId(channel) for channel in found.scalars()]

    async def by_source(self, source_key: str) -> StoredReply | None:
        """What became of a source."""
        return await self._one(replies.c.source_key == source_key)

    async def author_of(self, creator: CreatorId, fan: FanId, fanvue_message: str, since: datetime) -> Author:
        """Who sent this message from here; replies begun before ``since`` are not waited for."""
        is_it = replies.c.fanvue_message == fanvue_message
        is_sending = and_(replies.c.status == ReplyStatus.SENDING, replies.c.created_at >= since)
        query = select(replies).where(replies.c.creator_id == creator, replies.c.fan_id == fan, or_(is_it, is_sending))
        async with self._database.read() as connection:
            found = [_reply(row) for row in await connection.execute(query)]
        sent = next((one for one in found if one.fanvue_message == fanvue_message), None)
        if sent is None:
            return Author(is_under_way=bool(found))
        is_said = sent.source_key.startswith(NATIVE)
        return Author(sent.author_name or SOMEBODY, said_in=sent.channel if is_said else None)

    async def accounted_for(self, creator: CreatorId, fan: FanId) -> set[str]:
        """Fanvue's ids of the messages to a fan that are known to be replies sent from here."""
        query = select(replies.c.fanvue_message).where(
            replies.c.creator_id == creator, replies.c.fan_id == fan, replies.c.fanvue_message.is_not(None)
        )
        async with self._database.read() as connection:
            return {str(uuid) for uuid in (await connection.execute(query)).scalars()}

    def about(self, user: DiscordUserId) -> Mine:
        """The replies this person wrote, and those sent as their creator."""
        mine = or_(replies.c.author == user, replies.c.creator_id.in_(creators_of(user)))
        return ((replies, mine),)

    async def forget(self, user: DiscordUserId) -> None:
        """Forget who wrote them; the source keys stay, so that nothing is sent twice."""
        async with self._database.write() as connection:
            change = update(replies).where(replies.c.author == user)
            await connection.execute(change.values(author=None, author_name=None, sealed_draft=None))

    async def _one(self, condition: ColumnElement[bool]) -> StoredReply | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(replies).where(condition))).one_or_none()
        return _reply(row) if row else None


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
        author_name=row.author_name or "",
        channel=None if row.channel_id is None else ChannelId(row.channel_id),
        delivery=row.delivery_id,
        sealed_draft=row.sealed_draft,
    )
