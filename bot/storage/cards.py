"""Cards that were sent: which message is about which fan, and who answered it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, MessageId
from bot.storage.database import Database
from bot.storage.personal import creators_of, rows_about
from bot.storage.schema import cards, deliveries


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card that was just sent."""

    message: MessageId
    channel: ChannelId
    delivery: int
    creator: CreatorId
    fan: FanId | None
    fanvue_message: str | None


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card as it stands in Discord."""

    message: MessageId
    channel: ChannelId
    delivery: int
    creator: CreatorId
    fan: FanId | None
    fanvue_message: str | None
    answered_by: DiscordUserId | None
    answered_name: str | None
    answered_at: datetime | None
    created_at: datetime


class CardStore:
    """Cards are written with their delivery, by the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_message(self, message: MessageId) -> CardRow | None:
        """The card a Discord message is."""
        return await self._one(cards.c.message_id == message)

    async def by_delivery(self, delivery: int) -> CardRow | None:
        """The card a delivery became."""
        return await self._one(cards.c.delivery_id == delivery)

    async def channels_since(self, moment: datetime) -> list[ChannelId]:
        """Where cards were put since then."""
        query = select(cards.c.channel_id).where(cards.c.created_at >= moment).distinct().order_by(cards.c.channel_id)
        async with self._database.read() as connection:
            return [ChannelId(channel) for channel in (await connection.execute(query)).scalars()]

    async def siblings(self, delivery: int) -> list[CardRow]:
        """Every card of the same event, this one included."""
        event = select(deliveries.c.event_id).where(deliveries.c.id == delivery).scalar_subquery()
        query = select(cards).join(deliveries).where(deliveries.c.event_id == event).order_by(deliveries.c.id)
        async with self._database.read() as connection:
            return [_card(row) for row in await connection.execute(query)]

    async def mark_answered(self, message: MessageId, by: DiscordUserId, name: str, at: datetime) -> None:
        """Note who answered; the latest answer counts."""
        change = (
            update(cards)
            .where(cards.c.message_id == message)
            .values(answered_by=by, answered_name=name, answered_at=at)
        )
        async with self._database.write() as connection:
            await connection.execute(change)

    async def export(self, user: DiscordUserId) -> list[dict[str, Any]]:
        """The cards of this person's creator, and those they answered."""
        mine = or_(cards.c.answered_by == user, cards.c.creator_id.in_(creators_of(user)))
        return await rows_about(self._database, cards, mine)

    async def forget(self, user: DiscordUserId) -> None:
        """Leave on the cards they answered only that somebody did; a creator's own cards go with the connection."""
        change = update(cards).where(cards.c.answered_by == user).values(answered_by=None, answered_name=None)
        async with self._database.write() as connection:
            await connection.execute(change)

    async def _one(self, condition: ColumnElement[bool]) -> CardRow | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(cards).where(condition))).one_or_none()
        return _card(row) if row else None


def _card(row: Row[Any]) -> CardRow:
    return CardRow(
        message=MessageId(row.message_id),
        channel=ChannelId(row.channel_id),
        delivery=row.delivery_id,
        creator=CreatorId(row.creator_id),
        fan=None if row.fan_id is None else FanId(row.fan_id),
        fanvue_message=row.fanvue_message,
        answered_by=None if row.answered_by is None else DiscordUserId(row.answered_by),
        answered_name=row.answered_name,
        answered_at=row.answered_at,
        created_at=row.created_at,
    )
