"""Where each creator's events go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, exc, or_, select, update

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.errors import UnknownCreatorError
from bot.domain.events import EventKind
from bot.domain.rules import Digest, Pause, QuietHours, Wishes
from bot.storage.database import Database
from bot.storage.database.engine import AsyncConnection
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import departures, routes

IS_REACHABLE = or_(routes.c.guild.is_(None), routes.c.guild.not_in(select(departures.c.guild)))
IN_ORDER = select(routes).order_by(routes.c.created_at, routes.c.place_key, routes.c.kind)
FOR_EVENT = Lookup(
    IN_ORDER.where(routes.c.creator_id == bindparam("creator"), routes.c.kind == bindparam("kind"), IS_REACHABLE)
)
CHANGEABLE = (
    "guild",
    "set_by",
    "shows_amounts",
    "created_at",
    "minimum",
    "spent",
    "top_only",
    "role",
    "is_silent",
    "quiet_start",
    "quiet_end",
    "quiet_lets_urgent",
    "digest",
    "zone",
    "paused_reason",
    "paused_at",
)


class RouteStore:
    """Routes belong to a connection and go with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, route: Route, now: datetime) -> None:
        """Send this kind of event there; who set it last counts. UnknownCreatorError when nobody has connected it."""
        statement = self._database.insert(routes).values(_values(route, now))
        changed = {name: statement.excluded[name] for name in CHANGEABLE}
        upsert = statement.on_conflict_do_update(index_elements=list(routes.primary_key.columns), set_=changed)
        try:
            async with self._database.write() as connection:
                await connection.execute(upsert)
        except exc.IntegrityError:
            raise UnknownCreatorError from None

    async def replace(self, creator: CreatorId, place: Place, chosen: Sequence[Route], now: datetime) -> None:
        """Send exactly these there, in one step; UnknownCreatorError when nobody has connected the creator."""
        of_place = and_(routes.c.creator_id == creator, routes.c.place_key == place.key)
        try:
            async with self._database.write() as connection:
                await connection.execute(delete(routes).where(of_place))
                if chosen:
                    await connection.execute(routes.insert(), [_values(route, now) for route in chosen])
        except exc.IntegrityError:
            raise UnknownCreatorError from None

    async def remove(self, creator: CreatorId, kind: EventKind, place: Place) -> bool:
        """No longer send this kind there; false when it was not sent there."""
        statement = delete(routes).where(_is(creator, kind, place.key))
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def one(self, creator: CreatorId, kind: EventKind, place_key: str) -> Route | None:
        """The rule that sends this kind there."""
        found = await self._all(_is(creator, kind, place_key))
        return found[0] if found else None

    async def pause(self, place: Place, reason: str, now: datetime) -> int:
        """Send nothing there until somebody resumes it; a rule that rests keeps its first reason. How many rest now."""
        return await self._pause(routes.c.place_key == place.key, reason, now)

    async def pause_channel(self, channel: ChannelId, reason: str, now: datetime) -> int:
        """Pause what goes to a channel or forum."""
        is_there = and_(routes.c.target == channel, routes.c.place_kind != PlaceKind.DM)
        return await self._pause(is_there, reason, now)

    async def paused_since(self, moment: datetime) -> list[Place]:
        """The places something rests at since then."""
        rests = select(routes.c.place_kind, routes.c.target, routes.c.guild).where(routes.c.paused_at >= moment)
        async with self._database.read() as connection:
            rows = await connection.execute(rests.distinct())
            found = [Place(PlaceKind(kind), target, guild and GuildId(guild)) for kind, target, guild in rows]
        return list({place.key: place for place in found}.values())

    async def of_creator(self, creator: CreatorId) -> list[Route]:
        """Every route of a creator."""
        return await self._all(routes.c.creator_id == creator)

    async def for_event(self, creator: CreatorId, kind: EventKind) -> list[Route]:
        """Where an event of this creator and kind goes; not to servers that removed the bot."""
        return [route_of(row) for row in await self._database.look(FOR_EVENT, creator=creator, kind=kind)]

    async def creators_with_spenders(self) -> list[CreatorId]:
        """The creators somebody has a rule for that asks what fans have spent."""
        asks = or_(routes.c.spent.is_not(None), routes.c.top_only)
        query = select(routes.c.creator_id).where(asks).distinct().order_by(routes.c.creator_id)
        async with self._database.read() as connection:
            return [CreatorId(creator) for creator in (await connection.execute(query)).scalars()]

    async def of_place(self, place: Place) -> list[Route]:
        """Everything that goes to a place."""
        return await self._all(routes.c.place_key == place.key)

    def about(self, user: DiscordUserId) -> Mine:
        """The routes this person set, those to their DM, and those of their creator."""
        return ((routes, _is_about(user)),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them all."""
        async with self._database.write() as connection:
            await connection.execute(delete(routes).where(_is_about(user)))

    async def _pause(self, condition: ColumnElement[bool], reason: str, now: datetime) -> int:
        change = (
            update(routes).where(condition, routes.c.paused_at.is_(None)).values(paused_at=now, paused_reason=reason)
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount

    async def _all(self, condition: ColumnElement[bool]) -> list[Route]:
        async with self._database.read() as connection:
            return [route_of(row) for row in await connection.execute(IN_ORDER.where(condition))]


def _is(creator: CreatorId, kind: EventKind, place_key: str) -> ColumnElement[bool]:
    return (routes.c.creator_id == creator) & (routes.c.kind == kind) & (routes.c.place_key == place_key)


def _is_about(user: DiscordUserId) -> ColumnElement[bool]:
    return or_(
        routes.c.set_by == user,
        and_(routes.c.place_kind == PlaceKind.DM, routes.c.target == user),
        routes.c.creator_id.in_(creators_of(user)),
    )


async def put_first(connection: AsyncConnection, first: Sequence[Route], now: datetime) -> None:
    """Set these routes of one creator, if it has none yet, inside a transaction of the caller's."""
    if not first:
        return
    standing = select(routes.c.creator_id).where(routes.c.creator_id == first[0].creator).limit(1)
    if (await connection.execute(standing)).first() is None:
        await connection.execute(routes.insert(), [_values(route, now) for route in first])


def _values(route: Route, now: datetime) -> dict[str, Any]:
    return {
        "creator_id": route.creator,
        "kind": route.kind,
        "place_key": route.place.key,
        "place_kind": route.place.kind,
        "target": route.place.target,
        "guild": route.place.guild,
        "set_by": route.set_by,
        "shows_amounts": route.shows_amounts,
        "created_at": now,
        **_wishes_values(route.wishes),
        "paused_reason": route.pause.reason if route.pause else None,
        "paused_at": route.pause.since if route.pause else None,
    }


def _wishes_values(wishes: Wishes) -> dict[str, Any]:
    quiet = wishes.quiet
    return {
        "minimum": wishes.minimum,
        "spent": wishes.spent,
        "top_only": wishes.top_only,
        "role": wishes.role,
        "is_silent": wishes.is_silent,
        "quiet_start": quiet.start if quiet else None,
        "quiet_end": quiet.end if quiet else None,
        "quiet_lets_urgent": quiet.lets_urgent if quiet else None,
        "digest": wishes.digest,
        "zone": wishes.zone,
    }


def route_of(row: Row[Any]) -> Route:
    """The route that a row with its columns holds."""
    guild = None if row.guild is None else GuildId(row.guild)
    return Route(
        creator=CreatorId(row.creator_id),
        kind=EventKind(row.kind),
        place=Place(PlaceKind(row.place_kind), row.target, guild),
        set_by=DiscordUserId(row.set_by),
        shows_amounts=row.shows_amounts,
        wishes=_wishes(row),
        pause=Pause(row.paused_reason, row.paused_at) if row.paused_at else None,
        set_at=row.created_at,
    )


def _wishes(row: Row[Any]) -> Wishes:
    quiet = None
    if row.quiet_start is not None and row.quiet_end is not None:
        quiet = QuietHours(row.quiet_start, row.quiet_end, bool(row.quiet_lets_urgent))
    return Wishes(
        minimum=row.minimum,
        spent=row.spent,
        top_only=row.top_only,
        role=row.role,
        is_silent=row.is_silent,
        quiet=quiet,
        digest=Digest(row.digest) if row.digest else None,
        zone=row.zone,
    )
