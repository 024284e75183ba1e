"""Who did what with which creator, and how it ended; never what was said."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, Select, delete, or_, select, update

from bot.domain.access import Actor, AuditEntry, Way
from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId
from bot.domain.errors import StorageBusyError
from bot.storage.database import Database
from bot.storage.database.driver import to_its_end
from bot.storage.forgotten import Forgotten
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import audit, creators

log = structlog.get_logger(__name__)

CONNECT = "connect"
INSERT = (
    "INSERT INTO audit (at, actor, creator_id, action, guild, channel, outcome, way) "
    "VALUES (:at, :actor, :creator_id, :action, :guild, :channel, :outcome, :way)"
)
MOST_WAITING = 10_000
"""What storage did not take by then is let go, so that memory stays bounded."""
SOMEBODY = "somebody"
"""Stands for a person who was the object of an act and had themselves forgotten."""


class AuditLog:
    """Written once, never changed, but for who it was when that person is forgotten.

    What storage does not take now waits in memory, and goes with the next act or ``flush``.
    """

    def __init__(self, database: Database, forgotten: Forgotten) -> None:
        self._database = database
        self._forgotten = forgotten
        self._waiting: list[AuditEntry] = []

    @property
    def waiting(self) -> int:
        """How many entries storage did not take yet."""
        return len(self._waiting)

    async def write(self, actor: Actor, creator: CreatorId, action: str, outcome: str, at: datetime) -> None:
        """Note an act, who did it, from where, which way; whoever was forgotten while it was under way is not named.

        What was done stays done where this cannot be stored now.
        """
        if action == CONNECT:
            self._forgotten.lift(actor.user)
        if len(self._waiting) >= MOST_WAITING:
            log.error("act_not_noted")
            return
        self._waiting.append(
            AuditEntry(at, actor.user, creator, action, actor.guild, actor.channel, outcome, actor.way)
        )
        try:
            await self.flush()
        except StorageBusyError:
            log.warning("acts_put_off", count=len(self._waiting))

    async def flush(self) -> None:
        """Everything noted so far is stored when this returns; StorageBusyError when it cannot be."""
        taken, self._waiting = self._waiting, []
        if taken:
            await to_its_end(self._insert(taken))

    async def _insert(self, taken: list[AuditEntry]) -> None:
        values = [self._values(entry) for entry in taken]
        try:
            await self._database.transact(lambda run: [run(INSERT, one) for one in values])
        except StorageBusyError:
            self._waiting[:0] = taken
            raise

    def _values(self, entry: AuditEntry) -> dict[str, Any]:
        is_hidden = self._forgotten.hides(entry.actor)
        return {
            "at": entry.at,
            "actor": None if is_hidden else entry.actor,
            "creator_id": entry.creator,
            "action": entry.action,
            "guild": None if is_hidden else entry.guild,
            "channel": None if is_hidden else entry.channel,
            "outcome": entry.outcome,
            "way": entry.way,
        }

    async def of_owner(self, owner: DiscordUserId, since: datetime, offset: int, limit: int) -> list[AuditEntry]:
        """The latest acts on this person's creators since then, newest first."""
        theirs = select(audit).where(audit.c.creator_id.in_(creators_of(owner)), audit.c.at >= since)
        async with self._database.read() as connection:
            found = await connection.execute(theirs.order_by(audit.c.id.desc()).offset(offset).limit(limit))
            return [_entry(row) for row in found]

    async def purge(self, before: datetime) -> int:
        """Let go of what is older; how many entries."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(audit).where(audit.c.at < before))).rowcount

    def about(self, user: DiscordUserId) -> Mine:
        """What this person did, what was done to them, and what was done with their creator."""
        mine = or_(audit.c.actor == user, audit.c.outcome == str(user), audit.c.creator_id.in_(creators_of(user)))
        return ((audit, mine),)

    async def forget(self, user: DiscordUserId) -> None:
        """Leave that something was done, not by whom, nor to whom, nor with this person's creators, past ones too."""
        await self.flush()
        own = or_(audit.c.creator_id.in_(creators_of(user)), audit.c.creator_id.in_(_left_behind(user)))
        changes = (
            update(audit).where(own).values(creator_id=None),
            update(audit).where(audit.c.outcome == str(user)).values(outcome=SOMEBODY),
            update(audit).where(audit.c.actor == user).values(actor=None, guild=None, channel=None),
        )
        async with self._database.write() as connection:
            for change in changes:
                await connection.execute(change)


def _left_behind(user: DiscordUserId) -> Select[Any]:
    """Creators this person once connected and nobody has connected now."""
    act = audit.alias()
    is_nobodys = act.c.creator_id.not_in(select(creators.c.creator_id))
    return select(act.c.creator_id).where(act.c.actor == user, act.c.action.in_((CONNECT, "disconnect")), is_nobodys)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        at=row.at,
        actor=None if row.actor is None else DiscordUserId(row.actor),
        creator=None if row.creator_id is None else CreatorId(row.creator_id),
        action=row.action,
        guild=None if row.guild is None else GuildId(row.guild),
        channel=None if row.channel is None else ChannelId(row.channel),
        outcome=row.outcome,
        way=None if row.way is None else Way(row.way),
    )
