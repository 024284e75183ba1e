"""Who can be worked for here: connected accounts, and the creators they manage."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from bot.domain.accounts import Connection, ConnectionStatus, Creator, CreatorId, DiscordUserId, FanvueAccount
from bot.storage.connections import connection_from, drop_creators, one_at_a_time
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import connections, creators

ALL = (
    creators.c.creator_id.label("subject_id"),
    creators.c.handle.label("subject_handle"),
    creators.c.display_name.label("subject_name"),
    creators.c.seen_at,
)
JOINED = creators.join(connections, connections.c.creator_id == creators.c.account_id)
OWN_FIRST = (creators.c.creator_id != creators.c.account_id, creators.c.handle, creators.c.creator_id)
EVERYBODY = select(connections, *ALL).select_from(JOINED).order_by(*OWN_FIRST)
BY_ID = Lookup(EVERYBODY.where(creators.c.creator_id == bindparam("creator")))
TIMEZONE = Lookup(select(creators.c.timezone).where(creators.c.creator_id == bindparam("creator")))
MONTHLY_GOAL = Lookup(select(creators.c.monthly_goal).where(creators.c.creator_id == bindparam("creator")))
OF_OWNER = Lookup(EVERYBODY.where(connections.c.owner == bindparam("owner")))


class CreatorStore:
    """Invariants: each connected account is a creator of its own; a creator is reached by one connection.

    A creator's own connection comes before that of an account that manages them; among those, the first stays.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, creator: CreatorId) -> Creator | None:
        """The creator, when somebody has connected them or manages them."""
        found = creators_from(await self._database.look(BY_ID, creator=creator))
        return found[0] if found else None

    async def of_owner(self, owner: DiscordUserId) -> list[Creator]:
        """The account this person has connected, then those it manages by handle."""
        return creators_from(await self._database.look(OF_OWNER, owner=owner))

    async def unseen_since(self, instant: datetime) -> list[Connection]:
        """The usable connections whose managed creators were not asked for since then."""
        query = (
            select(connections)
            .join(creators, creators.c.creator_id == connections.c.creator_id)
            .where(connections.c.status == ConnectionStatus.ACTIVE)
            .where(or_(creators.c.seen_at.is_(None), creators.c.seen_at < instant))
            .order_by(connections.c.id)
        )
        async with self._database.read() as connection:
            return [connection_from(row) for row in await connection.execute(query)]

    async def is_seen_since(self, account: CreatorId, instant: datetime) -> bool:
        """Whether the account's managed creators were asked for since then."""
        query = select(creators.c.creator_id).where(creators.c.creator_id == account, creators.c.seen_at >= instant)
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def replace_managed(self, account: Connection, managed: Sequence[FanvueAccount], now: datetime) -> None:
        """These are the creators the account manages now; others of it go, with all that hangs on them."""
        ids = [one.id for one in managed]
        is_other = creators.c.creator_id.not_in([*ids, account.account.id])
        async with self._database.write() as connection:
            await one_at_a_time(connection)
            standing = select(connections.c.id).where(connections.c.id == account.id)
            if (await connection.execute(standing)).first() is None:
                return
            await drop_creators(connection, (creators.c.account_id == account.account.id) & is_other)
            for one in managed:
                await connection.execute(self._entry(account, one))
            own = creators.c.creator_id == account.account.id
            await connection.execute(update(creators).where(own).values(seen_at=now))

    async def timezone(self, creator: CreatorId) -> str | None:
        """The name of the zone in which their days end, once somebody has said."""
        rows = list(await self._database.look(TIMEZONE, creator=creator))
        return rows[0].timezone if rows else None

    async def set_timezone(self, creator: CreatorId, timezone: str, *, replaces: bool = True) -> str | None:
        """Their days end in that zone; the name of the one that stands, an earlier one unless it is replaced."""
        is_meant = creators.c.creator_id == creator
        is_free = is_meant if replaces else is_meant & creators.c.timezone.is_(None)
        async with self._database.write() as connection:
            await connection.execute(update(creators).where(is_free).values(timezone=timezone))
            return (await connection.execute(select(creators.c.timezone).where(is_meant))).scalar()

    async def monthly_goal(self, creator: CreatorId) -> int | None:
        """What each month is meant to bring them, in cents net; ``None`` where there is no goal."""
        rows = list(await self._database.look(MONTHLY_GOAL, creator=creator))
        return rows[0].monthly_goal if rows else None

    async def set_monthly_goal(self, creator: CreatorId, cents: int | None) -> None:
        """Each month is meant to bring that, from now on; nothing for ``None``."""
        change = update(creators).where(creators.c.creator_id == creator).values(monthly_goal=cents)
        async with self._database.write() as connection:
            await connection.execute(change)

    def about(self, user: DiscordUserId) -> Mine:
        """The creators behind the account this person has connected."""
        return ((creators, creators.c.creator_id.in_(creators_of(user))),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them, with all that hangs on them; the connection goes next."""
        async with self._database.write() as connection:
            await drop_creators(connection, creators.c.creator_id.in_(creators_of(user)))

    def _entry(self, account: Connection, one: FanvueAccount) -> Any:
        """A new row, or new names in the account's own; what another connection reaches stays as it is."""
        statement = self._database.insert(creators).values(
            creator_id=one.id, account_id=account.account.id, handle=one.handle, display_name=one.display_name
        )
        return statement.on_conflict_do_update(
            index_elements=["creator_id"],
            set_={name: statement.excluded[name] for name in ("handle", "display_name")},
            where=creators.c.account_id == account.account.id,
        )


def creators_from(rows: Iterable[Row[Any]]) -> list[Creator]:
    """A creator a row of ``JOINED`` with the columns of its connection and of ``ALL``."""
    found = []
    for row in rows:
        connection = connection_from(row)
        account = connection.account
        if row.subject_id != account.id:
            account = FanvueAccount(CreatorId(row.subject_id), row.subject_handle, row.subject_name, is_creator=True)
        found.append(Creator(account, connection))
    return found
