"""What creators' tokens were used for, counted by hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, update

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId
from bot.domain.scopes import Scope, format_scopes, parse_scopes
from bot.domain.uses import LastUse, Use, UseOutcome, Uses
from bot.storage.database import Database
from bot.storage.forgotten import Forgotten
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import creators, uses

THE_BOT = 0
NOWHERE = 0
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """How often, and when last."""

    count: int
    last_at: datetime


class UseStore:
    """Uses go with the creator they are about; whoever did it can have their name taken out."""

    def __init__(self, database: Database, forgotten: Forgotten) -> None:
        self._database = database
        self._forgotten = forgotten

    async def add_many(self, tallies: Mapping[tuple[Use, datetime], Tally]) -> None:
        """Count these uses by the beginning of their hour; those of creators nobody has connected are let go."""
        wanted = {use.creator for use, _ in tallies}
        async with self._database.write() as connection:
            known = select(creators.c.creator_id).where(creators.c.creator_id.in_(wanted))
            standing = set((await connection.execute(known.with_for_update(read=True, key_share=True))).scalars())
            rows = [self._values(use, at, one) for (use, at), one in tallies.items() if use.creator in standing]
            statement = self._database.insert(uses)
            upsert = statement.on_conflict_do_update(
                index_elements=["creator_id", "began_at", "actor", "guild", "channel", "operation", "outcome"],
                set_={"times": uses.c.times + statement.excluded.times, "last_at": statement.excluded.last_at},
            )
            for start in range(0, len(rows), ROWS_AT_ONCE):
                await connection.execute(upsert, rows[start : start + ROWS_AT_ONCE])

    async def of_owner(self, owner: DiscordUserId, offset: int, limit: int) -> list[Uses]:
        """What was done with this person's creators, the latest first."""
        return await self._page(uses.c.creator_id.in_(creators_of(owner)), offset, limit)

    async def by(self, actor: DiscordUserId, offset: int, limit: int) -> list[Uses]:
        """What this person did with other people's creators, the latest first."""
        is_others = uses.c.creator_id.not_in(creators_of(actor))
        return await self._page((uses.c.actor == actor) & is_others, offset, limit)

    async def last_by_scope(self, owner: DiscordUserId) -> dict[Scope, LastUse]:
        """What used each scope of this person's creators last, as far as it did something."""
        newest = func.max(uses.c.last_at).label("newest")
        query = (
            select(uses.c.operation, uses.c.scopes, uses.c.actor, newest)
            .where(uses.c.creator_id.in_(creators_of(owner)), uses.c.outcome != UseOutcome.REFUSED)
            .group_by(uses.c.operation, uses.c.scopes, uses.c.actor)
            .order_by(newest)
        )
        found: dict[Scope, LastUse] = {}
        async with self._database.read() as connection:
            for row in await connection.execute(query):
                last = LastUse(row.operation, DiscordUserId(row.actor) if row.actor else None, row.newest)
                found.update(dict.fromkeys(parse_scopes(row.scopes), last))
        return found

    async def purge(self, before: datetime) -> int:
        """Let go of what is older; how many entries."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(uses).where(uses.c.began_at < before))).rowcount

    def about(self, user: DiscordUserId) -> Mine:
        """What this person did, and what was done with their creators."""
        mine = or_(uses.c.actor == user, uses.c.creator_id.in_(creators_of(user)))
        return ((uses, mine),)

    async def forget(self, user: DiscordUserId) -> None:
        """Leave that something was done with others' creators, not by whom nor where; one's own go."""
        own = delete(uses).where(uses.c.creator_id.in_(creators_of(user)))
        acts = update(uses).where(uses.c.actor == user).values(actor=None, guild=NOWHERE, channel=NOWHERE)
        async with self._database.write() as connection:
            await connection.execute(own)
            await connection.execute(acts)

    async def _page(self, condition: ColumnElement[bool], offset: int, limit: int) -> list[Uses]:
        query = (
            select(uses).where(condition).order_by(uses.c.last_at.desc(), uses.c.id.desc()).offset(offset).limit(limit)
        )
        async with self._database.read() as connection:
            return [_uses(row) for row in await connection.execute(query)]

    def _values(self, use: Use, began_at: datetime, tally: Tally) -> dict[str, Any]:
        is_hidden = self._forgotten.hides(use.actor)
        return {
            "creator_id": use.creator,
            "began_at": began_at,
            "actor": None if is_hidden else use.actor or THE_BOT,
            "guild": NOWHERE if is_hidden else use.guild or NOWHERE,
            "channel": NOWHERE if is_hidden else use.channel or NOWHERE,
            "operation": use.operation,
            "scopes": format_scopes(use.scopes),
            "outcome": use.outcome,
            "times": tally.count,
            "last_at": tally.last_at,
        }


def _uses(row: Row[Any]) -> Uses:
    use = Use(
        creator=CreatorId(row.creator_id),
        operation=row.operation,
        scopes=parse_scopes(row.scopes),
        outcome=UseOutcome(row.outcome),
        actor=DiscordUserId(row.actor) if row.actor else None,
        guild=GuildId(row.guild) if row.guild else None,
        channel=ChannelId(row.channel) if row.channel else None,
    )
    return Uses(use, row.times, row.last_at, is_anonymous=row.actor is None)
