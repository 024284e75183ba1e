"""Every sealed value that outlives a connect link, for sealing anew with another key."""

from collections.abc import AsyncIterator

from sqlalchemy import Column, Table, select, update

from bot.storage.database import Database
from bot.storage.schema import (
    connections,
    drafts,
    events,
    finished_months,
    link_attempts,
    mutes,
    notes,
    pending_connections,
    replies,
    revocations,
    subscriber_lists,
)

BATCH = 200
SEALED: dict[str, tuple[Table, Column[str]]] = {
    "connections": (connections, connections.c.sealed_tokens),
    "drafts": (drafts, drafts.c.sealed_content),
    "events": (events, events.c.sealed_body),
    "pending_connections": (pending_connections, pending_connections.c.sealed_tokens),
    "revocations": (revocations, revocations.c.sealed_tokens),
    "finished_months": (finished_months, finished_months.c.sealed_income),
    "mutes": (mutes, mutes.c.sealed_label),
    "subscriber_lists": (subscriber_lists, subscriber_lists.c.sealed_list),
    "replies": (replies, replies.c.sealed_draft),
    "notes": (notes, notes.c.sealed_text),
    "link_verifiers": (link_attempts, link_attempts.c.sealed_verifier),
    "link_messages": (link_attempts, link_attempts.c.sealed_interaction),
}


class SealedStore:
    """Sealed values of all kinds, in batches, each swapped only when it is still the one that was read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def batches(self) -> AsyncIterator[list[tuple[str, int | str, str]]]:
        """Lists of (what, id, sealed text), each value once."""
        for what, (table, column) in SEALED.items():
            found: list[tuple[str, int | str, str]] = await self._after(what, table, column, None)
            while found:
                yield found
                found = await self._after(what, table, column, found[-1][1])

    async def set(self, what: str, identity: int | str, *, expected: str, sealed: str) -> bool:
        """Swap a value; false when it is gone or changed meanwhile."""
        table, column = SEALED[what]
        change = update(table).where(table.c.id == identity, column == expected).values({column: sealed})
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def _after(
        self, what: str, table: Table, column: Column[str], last: int | str | None
    ) -> list[tuple[str, int | str, str]]:
        query = select(table.c.id, column).where(column.is_not(None)).order_by(table.c.id).limit(BATCH)
        if last is not None:
            query = query.where(table.c.id > last)
        async with self._database.read() as connection:
            return [(what, identity, sealed) for identity, sealed in await connection.execute(query)]
