"""What tables hold about a person: handed out without secrets."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Table, func, select

from bot.domain.accounts import DiscordUserId
from bot.storage.database import Database
from bot.storage.schema import connections, creators

Mine = Sequence[tuple[Table, ColumnElement[bool]]]
"""Tables, and which of their rows are about a person."""

SECRET_WORDS = ("sealed", "hash")
ROWS_AT_ONCE = 1000
"""Others have their turn in between: somebody can have hundreds of thousands."""


def creators_of(owner: DiscordUserId) -> ScalarSelect[str]:
    """The ids of the creators behind the account this person has connected, for an IN."""
    own = creators.join(connections, connections.c.creator_id == creators.c.account_id)
    return select(creators.c.creator_id).select_from(own).where(connections.c.owner == owner).scalar_subquery()


async def rows_about(database: Database, mine: Mine) -> list[dict[str, Any]]:
    """The rows, as plain values: instants as ISO text, sealed and hashed columns left out."""
    found: list[dict[str, Any]] = []
    for table, condition in mine:
        columns = [column for column in table.c if not any(word in column.name for word in SECRET_WORDS)]
        query = select(*columns).where(condition).order_by(*table.primary_key.columns)
        async with database.read() as connection:
            for part in (await connection.execute(query)).mappings().partitions(ROWS_AT_ONCE):
                found += [{name: _plain(value) for name, value in row.items()} for row in part]
                await asyncio.sleep(0)
    return found


async def count_about(database: Database, mine: Mine) -> int:
    """How many rows these are."""
    counts = [select(func.count()).select_from(table).where(condition).scalar_subquery() for table, condition in mine]
    async with database.read() as connection:
        return sum((await connection.execute(select(*counts))).one())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
