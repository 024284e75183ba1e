"""Which DM channel is whose, so that it is asked once."""

from sqlalchemy import bindparam, delete, select

from bot.domain.accounts import ChannelId, DiscordUserId
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.forgotten import Forgotten
from bot.storage.personal import Mine
from bot.storage.schema import dm_channels

CHANNEL = Lookup(select(dm_channels.c.channel_id).where(dm_channels.c.user_id == bindparam("user")))


class DmStore:
    """DM channels by user."""

    def __init__(self, database: Database, forgotten: Forgotten) -> None:
        self._database = database
        self._forgotten = forgotten

    async def channel_of(self, user: DiscordUserId) -> ChannelId | None:
        """The channel, when it is known."""
        found = await self._database.look(CHANNEL, user=user)
        return ChannelId(found[0].channel_id) if found else None

    async def remember(self, user: DiscordUserId, channel: ChannelId) -> None:
        """Keep the channel for next time; not for somebody who was forgotten while it was opened."""
        if self._forgotten.hides(user):
            return
        statement = self._database.insert(dm_channels).values(user_id=user, channel_id=channel)
        upsert = statement.on_conflict_do_update(
            index_elements=["user_id"], set_={"channel_id": statement.excluded.channel_id}
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)

    def about(self, user: DiscordUserId) -> Mine:
        """The channel of this person."""
        return ((dm_channels, dm_channels.c.user_id == user),)

    async def forget(self, user: DiscordUserId) -> None:
        """Forget this person's channel."""
        async with self._database.write() as connection:
            await connection.execute(delete(dm_channels).where(dm_channels.c.user_id == user))
