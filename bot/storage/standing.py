"""What decides about an event and draws its cards, read in one look before its deliveries are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, select

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, FanId
from bot.domain.alerts import PlaceKind, Route
from bot.domain.events import EventKind
from bot.storage.database import Database
from bot.storage.leasing import StandingAccount, StandingClaim
from bot.storage.lookups import Lookup
from bot.storage.routes import IS_REACHABLE, route_of
from bot.storage.schema import claims, closed_chats, connections, creators, dm_channels, mutes, routes

OF_FAN = Lookup(
    select(
        routes,
        creators.c.handle,
        connections.c.owner,
        connections.c.creator_id.label("account"),
        connections.c.paused_at.label("account_paused_at"),
        dm_channels.c.channel_id.label("dm_channel"),
        claims.c.holder_name,
        claims.c.since,
        claims.c.until,
        claims.c.is_snoozed,
        closed_chats.c.closed_at,
        exists().where(mutes.c.creator_id == routes.c.creator_id).label("has_mutes"),
    )
    .join(creators, creators.c.creator_id == routes.c.creator_id)
    .join(connections, connections.c.creator_id == creators.c.account_id)
    .outerjoin(dm_channels, and_(routes.c.place_kind == PlaceKind.DM.value, dm_channels.c.user_id == routes.c.target))
    .outerjoin(claims, and_(claims.c.creator_id == routes.c.creator_id, claims.c.fan_id == bindparam("fan")))
    .outerjoin(
        closed_chats, and_(closed_chats.c.creator_id == routes.c.creator_id, closed_chats.c.fan_id == bindparam("fan"))
    )
    .where(routes.c.creator_id == bindparam("creator"), routes.c.kind == bindparam("kind"), IS_REACHABLE)
    .order_by(routes.c.created_at, routes.c.place_key, routes.c.kind)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """An event's rules, and what its cards show beside the event; there is at least one rule."""

    routes: tuple[Route, ...]
    channels: Mapping[str, ChannelId]
    """The DM channels that are known, by the place's key."""
    account: StandingAccount
    claim: StandingClaim | None
    closed_at: datetime | None
    has_mutes: bool
    """Whether anything of the creator is muted, or was."""


class StandingStore:
    """Reads as things are committed now; keeps nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, creator: CreatorId, kind: EventKind, fan: FanId | None) -> Standing | None:
        """What stands for such an event; ``None`` where no rule sends it anywhere."""
        found = await self._database.look(OF_FAN, creator=creator, kind=kind, fan=fan)
        return _standing(found) if found else None


def _standing(rows: list[Any]) -> Standing:
    first = rows[0]
    pairs = [(route_of(row), row.dm_channel) for row in rows]
    is_paused = first.account_paused_at is not None
    claim = None
    if first.holder_name is not None:
        claim = StandingClaim(first.holder_name, first.since, first.until, first.is_snoozed)
    return Standing(
        routes=tuple(route for route, _ in pairs),
        channels={route.place.key: ChannelId(channel) for route, channel in pairs if channel is not None},
        account=StandingAccount(CreatorId(first.account), DiscordUserId(first.owner), first.handle, is_paused),
        claim=claim,
        closed_at=first.closed_at,
        has_mutes=first.has_mutes,
    )
