"""What a person chose for themselves."""

from sqlalchemy import bindparam, delete, select

from bot.domain.accounts import DiscordUserId
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine
from bot.storage.schema import preferences

TIMEZONES = Lookup(select(preferences).where(preferences.c.user_id.in_([bindparam("user"), bindparam("other")])))


class PreferenceStore:
    """A row per person who chose something."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def timezone(self, user: DiscordUserId, otherwise: DiscordUserId | None = None) -> str | None:
        """The name of their time zone when they chose one, else of the one ``otherwise`` did."""
        rows = await self._database.look(TIMEZONES, user=user, other=user if otherwise is None else otherwise)
        chosen = {row.user_id: str(row.timezone) for row in rows if row.timezone is not None}
        return chosen.get(user) or chosen.get(otherwise)

    async def set_timezone(self, user: DiscordUserId, timezone: str) -> None:
        """Remember the name of their time zone."""
        statement = self._database.insert(preferences).values(user_id=user, timezone=timezone)
        upsert = statement.on_conflict_do_update(
            index_elements=["user_id"], set_={"timezone": statement.excluded.timezone}
        )
        async with self._database.write() as connection:
            await connection.execute(upsert)

    def about(self, user: DiscordUserId) -> Mine:
        """What they chose."""
        return ((preferences, preferences.c.user_id == user),)

    async def forget(self, user: DiscordUserId) -> None:
        """Forget what they chose."""
        async with self._database.write() as connection:
            await connection.execute(delete(preferences).where(preferences.c.user_id == user))
