"""Cards that were sent: which message is about which fan, and who answered it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, text, update

from bot.domain import identity
from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, MessageId
from bot.domain.alerts import PlaceKind, Sent
from bot.domain.events import EventKind
from bot.storage.database import Database
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import UNSENT, cards, deliveries, events

ECHO = timedelta(seconds=2)
"""By how much Fanvue's clock may be behind ours."""
LOOKED_AT = 2000
"""Among so many of the newest cards those are looked for that changed before a start."""


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
    elsewhere_at: datetime | None
    """When somebody answered at Fanvue itself."""
    created_at: datetime


class CardStore:
    """Cards are written with their delivery, by the outbox; a message can hold several.

    What happened to a fan's message since is noted here, with its delivery while that is no card yet, and a message is
    drawn anew from what is noted.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_message(self, message: MessageId) -> CardRow | None:
        """The first card of a Discord message."""
        found = await self.of_message(message)
        return found[0] if found else None

    async def of_message(self, message: MessageId) -> list[CardRow]:
        """Every card of a Discord message, in their order."""
        query = select(cards).where(cards.c.message_id == message).order_by(cards.c.delivery_id)
        async with self._database.read() as connection:
            return [_card(row) for row in await connection.execute(query)]

    async def channels_since(self, moment: datetime) -> list[ChannelId]:
        """Where cards were put since then, the latest first."""
        query = select(cards.c.channel_id).where(cards.c.created_at >= moment).group_by(cards.c.channel_id)
        query = query.order_by(func.max(cards.c.created_at).desc(), cards.c.channel_id)
        async with self._database.read() as connection:
            return [ChannelId(channel) for channel in (await connection.execute(query)).scalars()]

    async def siblings(self, delivery: int) -> list[CardRow]:
        """Every card of the same event, this one included."""
        event = select(deliveries.c.event_id).where(deliveries.c.id == delivery).scalar_subquery()
        query = select(cards).join(deliveries).where(deliveries.c.event_id == event).order_by(deliveries.c.id)
        async with self._database.read() as connection:
            return [_card(row) for row in await connection.execute(query)]

    async def mark_answered(self, delivery: int, by: DiscordUserId, name: str, at: datetime) -> None:
        """Note who answered; the latest answer counts."""
        change = update(cards).where(cards.c.delivery_id == delivery)
        async with self._database.write() as connection:
            await connection.execute(change.values(answered_by=by, answered_name=name, answered_at=at))

    async def answer(self, card: NewCard, by: DiscordUserId, name: str, at: datetime) -> None:
        """Note it on a card that may be pressed before its sending is written down: then it is written down here."""
        noted = {"answered_by": by, "answered_name": name, "answered_at": at}
        values = {
            "delivery_id": card.delivery,
            "message_id": card.message,
            "channel_id": card.channel,
            "creator_id": card.creator,
            "fan_id": card.fan,
            "fanvue_message": card.fanvue_message,
            "created_at": at,
        }
        statement = self._database.insert(cards).values(values | noted)
        async with self._database.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["delivery_id"], set_=noted))

    async def answer_all(
        self, creator: CreatorId, fan: FanId, by: DiscordUserId, name: str, at: datetime
    ) -> list[CardRow]:
        """Note it on every unanswered message of this fan; those cards."""
        is_open = and_(_of_fan(creator, fan), cards.c.answered_at.is_(None), _is_of(EventKind.MESSAGE))
        return await self._note(is_open, answered_by=by, answered_name=name, answered_at=at)

    async def answered_elsewhere(self, creator: CreatorId, fan: FanId, at: datetime) -> list[CardRow]:
        """Note that the fan was answered at Fanvue itself; the cards of earlier messages that were still open."""
        is_open = and_(
            _of_fan(creator, fan),
            cards.c.answered_at.is_(None),
            cards.c.elsewhere_at.is_(None),
            _is_of(EventKind.MESSAGE),
            _happened_by(at),
        )
        is_unsent = and_(_earlier(fan, at), deliveries.c.elsewhere_at.is_(None))
        await self._note_unsent(and_(is_unsent, _is_about(creator, EventKind.MESSAGE)), elsewhere_at=at)
        return await self._note(is_open, elsewhere_at=at)

    async def read(self, creator: CreatorId, fan: FanId, at: datetime) -> list[CardRow]:
        """Note that the creator's side has read what the fan wrote until then; the cards that changed."""
        is_unread = and_(_of_fan(creator, fan), cards.c.read_at.is_(None), _is_of(EventKind.MESSAGE), _happened_by(at))
        is_unsent = and_(_earlier(fan, at), deliveries.c.read_at.is_(None))
        await self._note_unsent(and_(is_unsent, _is_about(creator, EventKind.MESSAGE)), read_at=at)
        return await self._note(is_unread, read_at=at)

    async def removed(self, creator: CreatorId, fanvue_message: str, at: datetime) -> list[CardRow]:
        """Note that a message was deleted at Fanvue; the cards that changed."""
        is_it = and_(
            cards.c.creator_id == creator, cards.c.fanvue_message == fanvue_message, cards.c.removed_at.is_(None)
        )
        keys = identity.of_message(EventKind.MESSAGE, creator, fanvue_message)
        its_event = select(events.c.id).where(events.c.key.in_(keys), events.c.creator_id == creator)
        await self._note_unsent(deliveries.c.event_id.in_(its_event), removed_at=at)
        return await self._note(is_it, removed_at=at)

    async def of_fanvue_message(self, creator: CreatorId, fan: FanId, fanvue_message: str) -> list[CardRow]:
        """The cards that show this message of Fanvue."""
        is_it = and_(_of_fan(creator, fan), cards.c.fanvue_message == fanvue_message)
        async with self._database.read() as connection:
            return [_card(row) for row in await connection.execute(select(cards).where(is_it))]

    async def parcels_of(self, found: Sequence[CardRow]) -> list[int]:
        """The messages these cards stand in, each once."""
        ids = [card.delivery for card in found]
        query = select(deliveries.c.parcel_id).where(deliveries.c.id.in_(ids), deliveries.c.parcel_id.is_not(None))
        async with self._database.read() as connection:
            return list((await connection.execute(query.distinct().order_by(deliveries.c.parcel_id))).scalars())

    async def changed_since(self, moment: datetime) -> list[int]:
        """The messages with cards that were answered, read or removed since then, among the newest."""
        newest = select(func.max(cards.c.delivery_id)).scalar_subquery()
        changes = (cards.c.answered_at, cards.c.elsewhere_at, cards.c.read_at, cards.c.removed_at)
        is_changed = and_(cards.c.delivery_id > newest - LOOKED_AT, or_(*(change >= moment for change in changes)))
        async with self._database.read() as connection:
            changed = [_card(row) for row in await connection.execute(select(cards).where(is_changed))]
        return await self.parcels_of(changed)

    async def still_open(self, creator: CreatorId, fan: FanId) -> list[CardRow]:
        """The cards of this fan that nobody has answered."""
        is_open = and_(
            _of_fan(creator, fan),
            cards.c.answered_at.is_(None),
            cards.c.elsewhere_at.is_(None),
            ~_is_of(EventKind.MESSAGE_SENT),
        )
        async with self._database.read() as connection:
            return [_card(row) for row in await connection.execute(select(cards).where(is_open))]

    async def open_parcels(self, creator: CreatorId, fan: FanId) -> list[int]:
        """The messages with those cards."""
        return await self.parcels_of(await self.still_open(creator, fan))

    async def newest_in_a_server(self, creator: CreatorId, fan: FanId) -> Sent | None:
        """The newest card of this fan that others can see, too."""
        shown = cards.join(deliveries, deliveries.c.id == cards.c.delivery_id)
        is_there = and_(_of_fan(creator, fan), cards.c.removed_at.is_(None), deliveries.c.place_kind != PlaceKind.DM)
        query = select(cards.c.channel_id, cards.c.message_id).select_from(shown).where(is_there)
        async with self._database.read() as connection:
            row = (await connection.execute(query.order_by(cards.c.delivery_id.desc()).limit(1))).one_or_none()
        return Sent(ChannelId(row.channel_id), MessageId(row.message_id)) if row else None

    async def waiting_since(self, creator: CreatorId, fan: FanId) -> datetime | None:
        """When the fan wrote what nobody has answered yet; ``None`` when nothing is open."""
        return (await self.who_waits(creator, [fan])).get(fan)

    async def who_waits(self, creator: CreatorId, fans: Sequence[FanId]) -> dict[FanId, datetime]:
        """Which of these fans wrote what nobody has answered yet, and when."""
        is_open = and_(
            cards.c.creator_id == creator,
            cards.c.fan_id.in_(fans),
            cards.c.answered_at.is_(None),
            cards.c.elsewhere_at.is_(None),
            cards.c.removed_at.is_(None),
            _is_of(EventKind.MESSAGE),
        )
        since = func.min(func.coalesce(deliveries.c.happened_at, cards.c.created_at))
        query = select(cards.c.fan_id, since).join_from(cards, deliveries, deliveries.c.id == cards.c.delivery_id)
        async with self._database.read() as connection:
            found = await connection.execute(query.where(is_open).group_by(cards.c.fan_id))
            return {FanId(fan): at for fan, at in found}

    async def unanswer(self, creator: CreatorId, fan: FanId, since: datetime) -> list[int]:
        """Take back that they were answered since then, and Fanvue's echo of it; the messages with these cards."""
        is_ours = and_(_of_fan(creator, fan), or_(cards.c.answered_at >= since, cards.c.elsewhere_at >= since - ECHO))
        nothing = dict.fromkeys(("answered_by", "answered_name", "answered_at", "elsewhere_at"))
        is_unsent = and_(deliveries.c.fan_id == fan, deliveries.c.elsewhere_at >= since - ECHO)
        await self._note_unsent(and_(is_unsent, _is_about(creator)), elsewhere_at=None)
        changed = await self._note(is_ours, **nothing)
        return await self.parcels_of(changed)

    def about(self, user: DiscordUserId) -> Mine:
        """The cards of this person's creator, and those they answered."""
        mine = or_(cards.c.answered_by == user, cards.c.creator_id.in_(creators_of(user)))
        return ((cards, mine),)

    async def forget(self, user: DiscordUserId) -> None:
        """Leave on the cards they answered only that somebody did; a creator's own cards go with the connection."""
        change = update(cards).where(cards.c.answered_by == user).values(answered_by=None, answered_name=None)
        async with self._database.write() as connection:
            await connection.execute(change)

    async def _note(self, condition: ColumnElement[bool], **values: Any) -> list[CardRow]:
        async with self._database.write() as connection:
            change = update(cards).where(condition).values(values).returning(cards)
            return [_card(row) for row in await connection.execute(change)]

    async def _note_unsent(self, condition: ColumnElement[bool], **values: Any) -> None:
        """Note it with what is no card yet. Before the cards: what becomes one in between is found among those."""
        query = select(deliveries.c.id).where(text(UNSENT), condition)
        async with self._database.read() as connection:
            ids = (await connection.execute(query)).scalars().all()
        if ids:
            async with self._database.write() as connection:
                await connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(values))


def _of_fan(creator: CreatorId, fan: FanId) -> ColumnElement[bool]:
    return and_(cards.c.creator_id == creator, cards.c.fan_id == fan)


def _is_of(kind: EventKind) -> ColumnElement[bool]:
    of_kind = select(deliveries.c.id).join(events, events.c.id == deliveries.c.event_id)
    return of_kind.where(deliveries.c.id == cards.c.delivery_id, events.c.kind == kind).exists()


def _happened_by(at: datetime) -> ColumnElement[bool]:
    return select(deliveries.c.id).where(deliveries.c.id == cards.c.delivery_id, _is_earlier(at)).exists()


def _is_about(creator: CreatorId, *kinds: EventKind) -> ColumnElement[bool]:
    """Asked of each delivery of a fan's that waits: they are fewer than a creator's events."""
    is_it = and_(events.c.id == deliveries.c.event_id, events.c.creator_id == creator)
    return select(events.c.id).where(and_(is_it, events.c.kind.in_(kinds)) if kinds else is_it).exists()


def _earlier(fan: FanId, at: datetime) -> ColumnElement[bool]:
    return and_(deliveries.c.fan_id == fan, _is_earlier(at))


def _is_earlier(at: datetime) -> ColumnElement[bool]:
    return or_(deliveries.c.happened_at.is_(None), deliveries.c.happened_at <= at)


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
        elsewhere_at=row.elsewhere_at,
        created_at=row.created_at,
    )
