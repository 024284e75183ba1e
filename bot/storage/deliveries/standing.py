"""What decides about an event and draws its cards beside the event itself, known before its deliveries are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, literal, select

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId
from bot.domain.alerts import PlaceKind, Route
from bot.domain.events import EventKind
from bot.storage.database import Database
from bot.storage.database.freshness import Kept
from bot.storage.database.lookups import Lookup
from bot.storage.deliveries.due import StandingAccount, StandingClaim
from bot.storage.routes import IS_REACHABLE, route_of
from bot.storage.schema import claims, closed_chats, connections, creators, dm_channels, mutes, routes

OF_CREATOR = Lookup(
    select(
        routes,
        creators.c.handle,
        connections.c.owner,
        connections.c.creator_id.label("account"),
        connections.c.paused_at.label("account_paused_at"),
        dm_channels.c.channel_id.label("dm_channel"),
        exists().where(mutes.c.creator_id == routes.c.creator_id).label("has_mutes"),
        exists().where(claims.c.creator_id == routes.c.creator_id).label("has_claims"),
        exists().where(closed_chats.c.creator_id == routes.c.creator_id).label("has_closed"),
    )
    .join(creators, creators.c.creator_id == routes.c.creator_id)
    .join(connections, connections.c.creator_id == creators.c.account_id)
    .outerjoin(dm_channels, and_(routes.c.place_kind == PlaceKind.DM.value, dm_channels.c.user_id == routes.c.target))
    .where(routes.c.creator_id == bindparam("creator"), routes.c.kind == bindparam("kind"), IS_REACHABLE)
    .order_by(routes.c.created_at, routes.c.place_key, routes.c.kind)
)
OF_FAN = Lookup(
    select(claims.c.holder_name, claims.c.since, claims.c.until, claims.c.is_snoozed, closed_chats.c.closed_at)
    .select_from(select(literal(1).label("one")).subquery())
    .outerjoin(claims, and_(claims.c.creator_id == bindparam("creator"), claims.c.fan_id == bindparam("fan")))
    .outerjoin(
        closed_chats, and_(closed_chats.c.creator_id == bindparam("creator"), closed_chats.c.fan_id == bindparam("fan"))
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """An event's rules, and what its cards show beside the event; there is at least one rule."""

    routes: tuple[Route, ...]
    channels: Mapping[str, ChannelId]
    """The DM channels that are known, by the place's key."""
    account: StandingAccount
    has_mutes: bool
    """Whether anything of the creator is muted, or was."""
    has_fans: bool
    """Whether anybody is on one of the creator's fans, or one cannot be written to."""
    claim: StandingClaim | None = None
    closed_at: datetime | None = None
    freshness: int | None = None
    """While the database's is this, it is as committed."""


class StandingStore:
    """As things are committed now.

    On SQLite what is read of a creator is kept while no commit changes any of the tables it comes from.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Kept[Standing | None] = Kept(lambda: database.freshness)

    async def of(self, creator: CreatorId, kind: EventKind, fan: FanId | None) -> Standing | None:
        """What stands for such an event; ``None`` where no rule sends it anywhere."""
        freshness, standing = self._database.freshness, await self._of_creator(creator, kind)
        if standing is None:
            return None
        standing = replace(standing, freshness=freshness)
        if fan is None or not standing.has_fans:
            return standing
        (row,) = await self._database.look(OF_FAN, creator=creator, fan=fan)
        claim = None
        if row.holder_name is not None:
            claim = StandingClaim(row.holder_name, row.since, row.until, row.is_snoozed)
        return replace(standing, claim=claim, closed_at=row.closed_at)

    async def _of_creator(self, creator: CreatorId, kind: EventKind) -> Standing | None:
        async def read() -> Standing | None:
            return _standing(await self._database.look(OF_CREATOR, creator=creator, kind=kind))

        return await self._known.get((creator, kind), read)


def _standing(rows: Sequence[Any]) -> Standing | None:
    if not rows:
        return None
    first, pairs = rows[0], [(route_of(row), row.dm_channel) for row in rows]
    is_paused = first.account_paused_at is not None
    return Standing(
        routes=tuple(route for route, _ in pairs),
        channels={route.place.key: ChannelId(channel) for route, channel in pairs if channel is not None},
        account=StandingAccount(CreatorId(first.account), DiscordUserId(first.owner), first.handle, is_paused),
        has_mutes=first.has_mutes,
        has_fans=first.has_claims or first.has_closed,
    )
