"""Servers that removed the bot, and what goes when their time is up."""

from datetime import datetime

from sqlalchemy import delete, select, union, update

from bot.domain.accounts import GuildId
from bot.storage.database import Database
from bot.storage.database.engine import AsyncConnection
from bot.storage.schema import default_creators, deliveries, departures, desk_posts, rights, routes

GOES = (deliveries, routes, rights, default_creators)
"""What belongs to a server; cards go with deliveries. Records of acts keep where they were done."""

REMOVED = "the bot was removed from the server"


class DepartureStore:
    """A server is in here from the moment it is known that the bot was removed, until it is back or forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, guild: GuildId, at: datetime) -> bool:
        """Start the clock, and have the rules for that server rest; false when the clock runs already."""
        statement = self._database.insert(departures).values(guild=guild, left_at=at).on_conflict_do_nothing()
        rest = (
            update(routes)
            .where(routes.c.guild == guild, routes.c.paused_at.is_(None))
            .values(paused_at=at, paused_reason=REMOVED)
        )
        async with self._database.write() as connection:
            await connection.execute(rest)
            return (await connection.execute(statement.returning(departures.c.guild))).one_or_none() is not None

    async def undo(self, guild: GuildId) -> bool:
        """Stop the clock: nothing goes, and rules come back by a click in their panel; false when it did not run."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(departures).where(departures.c.guild == guild))).rowcount == 1

    async def all(self) -> dict[GuildId, datetime]:
        """Every server whose clock runs, and since when."""
        async with self._database.read() as connection:
            return {GuildId(row.guild): row.left_at for row in await connection.execute(select(departures))}

    async def known(self) -> set[GuildId]:
        """Every server something is stored for."""
        queries = (select(table.c.guild).where(table.c.guild.is_not(None)) for table in GOES)
        async with self._database.read() as connection:
            return {GuildId(guild) for guild in (await connection.execute(union(*queries))).scalars()}

    async def erase(self, before: datetime) -> int:
        """Forget the servers that left before then, with what belongs to them; how many."""
        query = select(departures.c.guild).where(departures.c.left_at <= before)
        async with self._database.read() as connection:
            over = [GuildId(guild) for guild in (await connection.execute(query)).scalars()]
        for guild in over:
            async with self._database.write() as connection:
                await _erase(connection, guild, before)
        return len(over)


async def _erase(connection: AsyncConnection, guild: GuildId, before: datetime) -> None:
    """Unless it came back meanwhile."""
    gone = delete(departures).where(departures.c.guild == guild, departures.c.left_at <= before)
    if (await connection.execute(gone)).rowcount == 0:
        return
    forums = select(routes.c.target).where(routes.c.guild == guild)
    await connection.execute(delete(desk_posts).where(desk_posts.c.forum_id.in_(forums)))
    for table in GOES:
        await connection.execute(delete(table).where(table.c.guild == guild))
