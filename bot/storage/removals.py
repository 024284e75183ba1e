"""Cards in Discord that somebody wants deleted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, delete, func, or_, select, update

from bot.domain.accounts import ChannelId, DiscordUserId, MessageId
from bot.domain.alerts import PlaceKind
from bot.storage.database import Database
from bot.storage.personal import creators_of
from bot.storage.schema import card_removals, cards, deliveries, desk_posts


@dataclass(frozen=True, slots=True)
class Removal:
    """One message to delete."""

    message: MessageId
    channel: ChannelId


class RemovalStore:
    """Outlives the rows of the account the cards are about: it knows where a message is, and no person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, owner: DiscordUserId) -> int:
        """How many cards there are about this person's creators, and in their direct messages."""
        query = select(func.count()).select_from(_cards_of(owner).subquery())
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one()

    async def ask(self, owner: DiscordUserId, now: datetime) -> int:
        """Have all of them deleted, also when their rows are gone by then; how many."""
        async with self._database.write() as connection:
            found = (await connection.execute(_cards_of(owner))).all()
            rows = [{"message_id": row.message_id, "channel_id": row.channel_id, "asked_at": now} for row in found]
            if rows:
                await connection.execute(self._database.insert(card_removals).on_conflict_do_nothing(), rows)
        return len(rows)

    async def next(self, limit: int) -> list[Removal]:
        """What was asked for first, and was newest then: old messages are slow to delete."""
        order = (card_removals.c.asked_at, card_removals.c.message_id.desc())
        async with self._database.read() as connection:
            rows = await connection.execute(select(card_removals).order_by(*order).limit(limit))
            return [Removal(MessageId(row.message_id), ChannelId(row.channel_id)) for row in rows]

    async def put_off(self, message: MessageId, now: datetime) -> None:
        """Have it come after all that was asked for until now."""
        query = update(card_removals).where(card_removals.c.message_id == message).values(asked_at=now)
        async with self._database.write() as connection:
            await connection.execute(query)

    async def done(self, message: MessageId) -> None:
        """It is gone, or nobody lets us delete it."""
        async with self._database.write() as connection:
            await connection.execute(delete(card_removals).where(card_removals.c.message_id == message))


def _cards_of(owner: DiscordUserId) -> CompoundSelect[Any]:
    """Cards, and the first message of each desk post, which has the post's own id."""
    mine = (deliveries.c.place_kind == PlaceKind.DM) & (deliveries.c.target == owner)
    sent = (
        select(cards.c.message_id, cards.c.channel_id)
        .join(deliveries, deliveries.c.id == cards.c.delivery_id)
        .where(or_(cards.c.creator_id.in_(creators_of(owner)), mine))
    )
    post = desk_posts.c.thread_id
    return sent.union(select(post, post).where(desk_posts.c.creator_id.in_(creators_of(owner))))
