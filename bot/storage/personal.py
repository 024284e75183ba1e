"""What a table holds about a person: handed out without secrets."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Table, select

from bot.domain.accounts import DiscordUserId
from bot.storage.database import Database
from bot.storage.schema import connections, creators

SECRET_WORDS = ("sealed", "hash")


def creators_of(owner: DiscordUserId) -> ScalarSelect[str]:
    """The ids of the creators behind the account this person has connected, for an IN."""
    own = creators.join(connections, connections.c.creator_id == creators.c.account_id)
    return select(creators.c.creator_id).select_from(own).where(connections.c.owner == owner).scalar_subquery()


async def rows_about(database: Database, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """The rows that match, as plain values: instants as ISO text, sealed and hashed columns left out."""
    columns = [column for column in table.c if not any(word in column.name for word in SECRET_WORDS)]
    query = select(*columns).where(condition).order_by(*table.primary_key.columns)
    async with database.read() as connection:
        found = (await connection.execute(query)).mappings().all()
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
