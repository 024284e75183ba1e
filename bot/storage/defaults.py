"""Which creator is meant in a place when nobody names one."""

from sqlalchemy import bindparam, delete, or_, select

from bot.domain.accounts import ChannelId, CreatorId, GuildId
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.schema import default_creators

WHOLE_SERVER = 0
MEANT = Lookup(
    select(default_creators.c.creator_id)
    .where(default_creators.c.guild == bindparam("guild"))
    .where(or_(default_creators.c.channel == bindparam("channel"), default_creators.c.channel == WHOLE_SERVER))
    .order_by(default_creators.c.channel.desc())
)


class DefaultStore:
    """A default is a convenience: it gives nobody a right."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, guild: GuildId, channel: ChannelId | None) -> list[CreatorId]:
        """The channel's creator, then the server's, as far as they are set."""
        found = await self._database.look(MEANT, guild=guild, channel=channel or WHOLE_SERVER)
        return [CreatorId(row.creator_id) for row in found]

    async def set(self, guild: GuildId, channel: ChannelId | None, creator: CreatorId) -> None:
        """From now on this creator is meant there."""
        statement = self._database.insert(default_creators).values(
            guild=guild, channel=channel or WHOLE_SERVER, creator_id=creator
        )
        upsert = statement.on_conflict_do_update(
            index_elements=["guild", "channel"], set_={"creator_id": statement.excluded.creator_id}
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)

    async def clear(self, guild: GuildId, channel: ChannelId | None, creator: CreatorId) -> bool:
        """No longer mean this creator there; false when another one, or none, is meant."""
        statement = delete(default_creators).where(
            default_creators.c.guild == guild,
            default_creators.c.channel == (channel or WHOLE_SERVER),
            default_creators.c.creator_id == creator,
        )
        async with self._database.write() as connection:
            return (await connection.execute(statement)).rowcount == 1
