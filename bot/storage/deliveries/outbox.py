"""The outbox: deliveries that are due, leased, done or dead."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)

from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import OFF_SHIFT, SET_ASIDE, Place, PlaceKind
from bot.domain.parcels import OpenCard, Shape
from bot.domain.rules import Bundle
from bot.storage.database import Database, Rows
from bot.storage.database.lookups import Lookup
from bot.storage.deliveries.due import Delivery, DeliveryStatus, Due
from bot.storage.deliveries.leasing import Lease, Parcel, contents_of
from bot.storage.deliveries.routed import Routed, route_all
from bot.storage.deliveries.settling import Outcome, settle_all
from bot.storage.personal import Mine
from bot.storage.schema import HELD, WAITING, deliveries, events

__all__ = ["Delivery", "DeliveryStatus", "Outbox", "Outcome", "Parcel", "Unsent"]

BY_ID = Lookup(select(deliveries).where(deliveries.c.id == bindparam("id")))
ANY_WAITING = Lookup(select(deliveries.c.id).where(text(WAITING)).limit(1))
ANY_RIPE = Lookup(select(deliveries.c.id).where(text(HELD), deliveries.c.due_at <= bindparam("now")).limit(1))


@dataclass(frozen=True, slots=True)
class Unsent:
    """Cards of one place that share a reason: given up when ``is_dead``, else still waiting."""

    place: Place
    is_dead: bool
    reason: str | None
    count: int


class Outbox:
    """Where deliveries wait, in order for each place.

    Invariants: a delivery is leased to one holder at a time; a later one of a place waits while an earlier one
    is unsettled, but for one set aside, which those of its own fan alone wait for; what is settled never changes again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(
        self,
        holder: str,
        now: datetime,
        seconds: float,
        limit: int,
        open_cards: Mapping[str, OpenCard] | None = None,
    ) -> list[Parcel]:
        """Take what is due, at most one message a place, for so many seconds; leases that ran out are taken over.

        What a message holds is written down with the lease: taken over, it is the same message again.
        """
        if not await self._database.look(ANY_WAITING):
            return []
        lease = Lease(holder, now, seconds, limit, open_cards or {}, locks_rows=not self._database.is_sqlite)
        return await self._database.transact(lease.take)

    async def route_and_lease(self, routed: Sequence[Routed], lease: Lease) -> list[Parcel]:
        """Make the deliveries of these events and take what is due then, in one commit.

        On an idle system that is what was just routed: its card goes out without another look at the database.
        """
        locking = replace(lease, locks_rows=not self._database.is_sqlite)

        def work(rows: Rows) -> list[Parcel]:
            route_all(rows, routed, lease.now)
            return locking.take(rows)

        return await self._database.transact(work)

    async def contents(self, parcel: int) -> list[Due]:
        """Everything in a message, or about to be, as things stand now."""
        return await self._database.transact(lambda rows: contents_of(rows, parcel))

    async def parcels_of(self, event_ids: Collection[int]) -> list[int]:
        """The messages in which these events stand, or are about to."""
        query = select(deliveries.c.parcel_id).where(deliveries.c.event_id.in_(event_ids))
        query = query.where(deliveries.c.parcel_id.is_not(None)).distinct().order_by(deliveries.c.parcel_id)
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def settle(self, outcomes: Sequence[Outcome], holder: str, now: datetime) -> list[int]:
        """Note what became of deliveries, all in one commit; those that are gone or leased by another are left alone.

        The messages to which something happened while they were sent: they do not show it yet.

        Whoever leased one after this holder finds its message by the nonce or in the history, and settles it then.
        """
        return await self._database.transact(lambda rows: settle_all(rows, outcomes, holder, now))

    async def part(self, parcel: int, now: datetime) -> int:
        """Have what was refused together tried again, each alone; how many."""
        change = (
            update(deliveries)
            .where(deliveries.c.parcel_id == parcel, text(WAITING))
            .values(
                status=DeliveryStatus.DUE,
                due_at=now,
                lease_holder=None,
                leased_until=None,
                parcel_id=None,
                shape="alone",
            )
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount

    async def revive(
        self, creator: CreatorId, place: Place, reasons: Sequence[str], since: datetime, now: datetime
    ) -> int:
        """Have cards sent after all that a closed place refused since then; Discord took none of them. How many."""
        theirs = select(events.c.id).where(events.c.creator_id == creator, events.c.sealed_body.is_not(None))
        change = (
            update(deliveries)
            .where(
                deliveries.c.place_key == place.key,
                deliveries.c.status == DeliveryStatus.DEAD,
                deliveries.c.reason.in_(reasons),
                deliveries.c.settled_at >= since,
                deliveries.c.event_id.in_(theirs),
            )
            .values(
                status=DeliveryStatus.DUE, due_at=now, attempts=0, first_tried_at=None, settled_at=None, reason=None
            )
            .values(parcel_id=None, shape=None)
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount

    async def release_all(self) -> None:
        """Take back every lease: right only where no other process can hold one."""
        change = (
            update(deliveries)
            .where(deliveries.c.status == DeliveryStatus.LEASED)
            .values(status=DeliveryStatus.DUE, lease_holder=None, leased_until=None)
        )
        async with self._database.write() as connection:
            await connection.execute(change)

    async def wake(self, now: datetime) -> int:
        """Make what was held until now due, all of a bundle in one commit; how many."""
        if not await self._database.look(ANY_RIPE, now=now):
            return 0
        change = update(deliveries).where(text(HELD), deliveries.c.due_at <= now).values(status=DeliveryStatus.DUE)
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount

    async def next_due_at(self) -> datetime | None:
        """When the next delivery can be leased, be it in the past; ``None`` when all are settled."""
        if not await self._database.look(ANY_WAITING):
            return None
        queries = (
            select(func.min(column)).where(deliveries.c.id.in_(_heads()), deliveries.c.status == status)
            for status, column in (
                (DeliveryStatus.DUE, deliveries.c.due_at),
                (DeliveryStatus.LEASED, deliveries.c.leased_until),
            )
        )
        async with self._database.read() as connection:
            instants = [(await connection.execute(query)).scalar_one() for query in queries]
        return min((instant for instant in instants if instant is not None), default=None)

    async def by_id(self, delivery_id: int) -> Delivery | None:
        """The delivery, in whatever state."""
        found = await self._database.look(BY_ID, id=delivery_id)
        return _delivery(found[0]) if found else None

    async def counts(self) -> dict[DeliveryStatus, int]:
        """How many deliveries there are in each state."""
        query = select(deliveries.c.status, func.count()).group_by(deliveries.c.status)
        async with self._database.read() as connection:
            found = {DeliveryStatus(status): number for status, number in await connection.execute(query)}
        return {status: found.get(status, 0) for status in DeliveryStatus}

    async def unsent(self, creator: CreatorId, since: datetime) -> list[Unsent]:
        """A creator's cards that wait, and those given up since then; by place and reason."""
        is_dead = deliveries.c.status == DeliveryStatus.DEAD
        is_lost = is_dead & (deliveries.c.settled_at >= since)
        is_resting = and_(text(HELD), deliveries.c.reason.in_((OFF_SHIFT, SET_ASIDE)))
        facts = (
            deliveries.c.place_kind,
            deliveries.c.target,
            deliveries.c.guild,
            is_dead.label("is_dead"),
            deliveries.c.reason,
        )
        query = (
            select(*facts, func.count().label("number"))
            .join(events, events.c.id == deliveries.c.event_id)
            .where(
                events.c.creator_id == creator,
                or_(text(WAITING), is_lost, is_resting),
            )
            .group_by(*facts)
            .order_by(func.min(deliveries.c.id))
        )
        async with self._database.read() as connection:
            return [_unsent(row) for row in await connection.execute(query)]

    def about(self, user: DiscordUserId) -> Mine:
        """What was or will be sent to this person."""
        return ((deliveries, _to_dm_of(user)),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove what was or would be sent to this person, cards included."""
        async with self._database.write() as connection:
            await connection.execute(delete(deliveries).where(_to_dm_of(user)))


def _heads() -> ScalarSelect[int]:
    """The first unsettled delivery of each place."""
    return select(func.min(deliveries.c.id)).where(text(WAITING)).group_by(deliveries.c.place_key).scalar_subquery()


def _to_dm_of(user: DiscordUserId) -> ColumnElement[bool]:
    return and_(deliveries.c.place_kind == PlaceKind.DM, deliveries.c.target == user)


def _delivery(row: Row[Any]) -> Delivery:
    guild = None if row.guild is None else GuildId(row.guild)
    return Delivery(
        id=row.id,
        event_id=row.event_id,
        place=Place(PlaceKind(row.place_kind), row.target, guild),
        shows_amounts=row.shows_amounts,
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        due_at=row.due_at,
        first_tried_at=row.first_tried_at,
        bundle=Bundle(row.bundle) if row.bundle else None,
        parcel=row.parcel_id,
        shape=Shape(row.shape) if row.shape else None,
    )


def _unsent(row: Row[Any]) -> Unsent:
    guild = None if row.guild is None else GuildId(row.guild)
    return Unsent(Place(PlaceKind(row.place_kind), row.target, guild), bool(row.is_dead), row.reason, row.number)
