"""Where each creator's events go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exc, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.errors import UnknownCreatorError
from bot.domain.events import EventKind
from bot.storage.database import Database
from bot.storage.personal import creators_of, rows_about
from bot.storage.schema import routes


class RouteStore:
    """Routes belong to a connection and go with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, route: Route, now: datetime) -> None:
        """Send this kind of event there; who set it last counts. UnknownCreatorError when nobody has connected it."""
        statement = self._database.insert(routes).values(_values(route, now))
        changed = {name: statement.excluded[name] for name in ("guild", "set_by", "shows_amounts")}
        upsert = statement.on_conflict_do_update(index_elements=list(routes.primary_key.columns), set_=changed)
        try:
            async with self._database.write() as connection:
                await connection.execute(upsert)
        except exc.IntegrityError:
            raise UnknownCreatorError from None

    async def remove(self, creator: CreatorId, kind: EventKind, place: Place) -> bool:
        """No longer send this kind there; false when it was not sent there."""
        statement = delete(routes).where(
            routes.c.creator_id == creator, routes.c.kind == kind, routes.c.place_key == place.key
        )
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def of_creator(self, creator: CreatorId) -> list[Route]:
        """Every route of a creator."""
        return await self._all(routes.c.creator_id == creator)

    async def for_event(self, creator: CreatorId, kind: EventKind) -> list[Route]:
        """Where an event of this creator and kind goes."""
        return await self._all(and_(routes.c.creator_id == creator, routes.c.kind == kind))

    async def of_place(self, place: Place) -> list[Route]:
        """Everything that goes to a place."""
        return await self._all(routes.c.place_key == place.key)

    async def export(self, user: DiscordUserId) -> list[dict[str, Any]]:
        """The routes this person set, those to their DM, and those of their creator."""
        return await rows_about(self._database, routes, _is_about(user))

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them all."""
        async with self._database.write() as connection:
            await connection.execute(delete(routes).where(_is_about(user)))

    async def _all(self, condition: ColumnElement[bool]) -> list[Route]:
        query = select(routes).where(condition).order_by(routes.c.created_at, routes.c.place_key, routes.c.kind)
        async with self._database.read() as connection:
            return [_route(row) for row in await connection.execute(query)]


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
    }


def _route(row: Row[Any]) -> Route:
    guild = None if row.guild is None else GuildId(row.guild)
    return Route(
        creator=CreatorId(row.creator_id),
        kind=EventKind(row.kind),
        place=Place(PlaceKind(row.place_kind), row.target, guild),
        set_by=DiscordUserId(row.set_by),
        shows_amounts=row.shows_amounts,
    )
