"""Who did what with which creator, and how it ended; never what was said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update

from bot.domain.access import Actor
from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId
from bot.storage.database import Database
from bot.storage.personal import creators_of, rows_about
from bot.storage.schema import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act; the actor is unknown once they had themselves forgotten."""

    at: datetime
    actor: DiscordUserId | None
    creator: CreatorId | None
    action: str
    guild: GuildId | None
    channel: ChannelId | None
    outcome: str


class AuditLog:
    """Written once, never changed, but for who it was when that person is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, actor: Actor, creator: CreatorId, action: str, outcome: str, at: datetime) -> None:
        """Note an act, who did it and from where."""
        values = {
            "at": at,
            "actor": actor.user,
            "creator_id": creator,
            "action": action,
            "guild": actor.guild,
            "channel": actor.channel,
            "outcome": outcome,
        }
        async with self._database.write() as connection:
            await connection.execute(audit.insert().values(values))

    async def of_creator(self, creator: CreatorId, limit: int) -> list[AuditEntry]:
        """The latest acts on a creator, newest first."""
        query = select(audit).where(audit.c.creator_id == creator).order_by(audit.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            return [_entry(row) for row in await connection.execute(query)]

    async def export(self, user: DiscordUserId) -> list[dict[str, Any]]:
        """What this person did, and what was done with their creator."""
        mine = or_(audit.c.actor == user, audit.c.creator_id.in_(creators_of(user)))
        return await rows_about(self._database, audit, mine)

    async def forget(self, user: DiscordUserId) -> None:
        """Leave that something was done, not by whom, nor with this person's creator."""
        own = update(audit).where(audit.c.creator_id.in_(creators_of(user))).values(creator_id=None)
        acts = update(audit).where(audit.c.actor == user).values(actor=None, guild=None, channel=None)
        async with self._database.write() as connection:
            await connection.execute(own)
            await connection.execute(acts)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        at=row.at,
        actor=None if row.actor is None else DiscordUserId(row.actor),
        creator=None if row.creator_id is None else CreatorId(row.creator_id),
        action=row.action,
        guild=None if row.guild is None else GuildId(row.guild),
        channel=None if row.channel is None else ChannelId(row.channel),
        outcome=row.outcome,
    )
