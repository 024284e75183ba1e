"""Whom to tell of fans who wait, and who was told."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exc, func, or_, select, update

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId, MessageId
from bot.domain.alerts import PlaceKind, Sent
from bot.domain.events import EventKind
from bot.domain.waiting import Overdue, Watch
from bot.storage.database import Database
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import cards, claims, closed_chats, deliveries, escalations, events, watches

LOOKED_AT = timedelta(days=1)


class WatchStore:
    """Invariant: each level of one wait is noted once; a new wait begins anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, watch: Watch) -> None:
        """Watch from now on."""
        values = {"minutes": watch.minutes, "role": watch.role, "lead": watch.lead}
        statement = self._database.insert(watches).values(creator_id=watch.creator, **values)
        async with self._database.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["creator_id"], set_=values))

    async def remove(self, creator: CreatorId) -> None:
        """Watch no longer."""
        async with self._database.write() as connection:
            await connection.execute(delete(watches).where(watches.c.creator_id == creator))

    async def all(self) -> list[Watch]:
        """Every watch."""
        async with self._database.read() as connection:
            return [
                Watch(CreatorId(row.creator_id), row.minutes, row.role, row.lead and DiscordUserId(row.lead))
                for row in await connection.execute(select(watches))
            ]

    async def overdue(self, watch: Watch, now: datetime) -> list[Overdue]:
        """Fans who wait longer than that, whom nobody snoozed; of the last day."""
        is_open = and_(
            cards.c.creator_id == watch.creator,
            cards.c.answered_at.is_(None),
            cards.c.elsewhere_at.is_(None),
            cards.c.removed_at.is_(None),
            cards.c.created_at > now - LOOKED_AT,
            events.c.kind == EventKind.MESSAGE,
        )
        is_snoozed = select(claims.c.fan_id).where(
            claims.c.creator_id == watch.creator, claims.c.is_snoozed.is_(True), claims.c.until > now
        )
        is_closed = select(closed_chats.c.fan_id).where(closed_chats.c.creator_id == watch.creator)
        query = (
            select(
                cards.c.fan_id,
                cards.c.channel_id,
                cards.c.message_id,
                deliveries.c.place_kind,
                func.coalesce(deliveries.c.happened_at, cards.c.created_at).label("since"),
            )
            .join(deliveries, deliveries.c.id == cards.c.delivery_id)
            .join(events, events.c.id == deliveries.c.event_id)
            .where(is_open, cards.c.fan_id.not_in(is_snoozed), cards.c.fan_id.not_in(is_closed))
            .order_by(cards.c.delivery_id)
        )
        told = select(escalations).where(escalations.c.creator_id == watch.creator)
        found: dict[FanId, list[Any]] = defaultdict(list)
        async with self._database.read() as connection:
            for row in await connection.execute(query):
                found[FanId(row.fan_id)].append(row)
            levels = {FanId(row.fan_id): (row.waiting_since, row.level) for row in await connection.execute(told)}
        late = now - timedelta(minutes=watch.minutes)
        return [
            _overdue(watch.creator, fan, rows, levels.get(fan))
            for fan, rows in found.items()
            if min(row.since for row in rows) <= late
        ]

    async def tell(self, one: Overdue, level: int) -> bool:
        """Note that they were told; false when somebody else has."""
        values = {"waiting_since": one.since, "level": level}
        statement = self._database.insert(escalations).values(creator_id=one.creator, fan_id=one.fan, **values)
        is_new = or_(escalations.c.waiting_since != one.since, escalations.c.level < level)
        taken = statement.on_conflict_do_update(
            index_elements=["creator_id", "fan_id"], set_=values, where=is_new
        ).returning(escalations.c.level)
        try:
            async with self._database.write() as connection:
                return (await connection.execute(taken)).first() is not None
        except exc.IntegrityError:
            return False

    def about(self, user: DiscordUserId) -> Mine:
        """Where this person is told of fans who wait, and who is for their creator."""
        mine = or_(watches.c.lead == user, watches.c.creator_id.in_(creators_of(user)))
        return ((watches, mine),)

    async def forget(self, user: DiscordUserId) -> None:
        """Tell them no longer."""
        async with self._database.write() as connection:
            await connection.execute(update(watches).where(watches.c.lead == user).values(lead=None))


def _overdue(creator: CreatorId, fan: FanId, rows: list[Any], told: tuple[datetime, int] | None) -> Overdue:
    """The newest card, where there is one in a server: there others see it too."""
    since = min(row.since for row in rows)
    shown = [row for row in rows if row.place_kind != PlaceKind.DM] or rows
    card = Sent(ChannelId(shown[-1].channel_id), MessageId(shown[-1].message_id))
    level = told[1] if told is not None and told[0] == since else 0
    return Overdue(creator, fan, since, card, level)
