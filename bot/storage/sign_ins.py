"""Of which connections Fanvue refuses the tokens it has just given, and whose owner knows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, literal, select, union

from bot.domain.accounts import Connection, ConnectionStatus, CreatorId
from bot.domain.catching_up import Outcome, Source
from bot.domain.scopes import Scope
from bot.storage.connections import connection_from
from bot.storage.database import Database
from bot.storage.database.instants import Instant
from bot.storage.schema import connections, creators, cursors, sign_in_notices


@dataclass(frozen=True, slots=True)
class Standing:
    """How the lists of a connection stand that are asked for often."""

    connection: Connection
    is_told: bool
    """Whether its owner knows of a refusal."""
    troubles: Sequence[Outcome | None]
    refused_since: datetime | None
    """Since when nothing of a list that is refused could be read."""


class SignInStore:
    """Invariant: an owner is told of a refusal once, across processes and restarts, until it is over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, before: datetime) -> list[Standing]:
        """The usable connections with a list that is refused since then, and those whose owner was told."""
        is_long = (cursors.c.trouble == Outcome.SIGN_IN, cursors.c.failed_at <= before)
        refused = select(creators.c.account_id).join(cursors, cursors.c.creator_id == creators.c.creator_id)
        told = sign_in_notices.c
        concerned = union(select(told.creator_id), refused.where(*is_long))
        query = (
            select(connections, creators.c.creator_id.label("subject"), told.told_at)
            .add_columns(cursors.c.source, cursors.c.trouble, cursors.c.failed_at)
            .join(creators, creators.c.account_id == connections.c.creator_id)
            .join(cursors, cursors.c.creator_id == creators.c.creator_id)
            .outerjoin(sign_in_notices, told.creator_id == connections.c.creator_id)
            .where(connections.c.status == ConnectionStatus.ACTIVE, connections.c.paused_at.is_(None))
            .where(connections.c.creator_id.in_(concerned))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        by_connection: defaultdict[str, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            by_connection[row.id].append(row)
        return [_standing(one) for one in by_connection.values()]

    async def claim(self, account: CreatorId, now: datetime) -> bool:
        """Whether the owner may be told that it began; true for one caller."""
        still_here = select(connections.c.creator_id, literal(now, Instant)).where(connections.c.creator_id == account)
        claim = self._database.insert(sign_in_notices).from_select(["creator_id", "told_at"], still_here)
        async with self._database.write() as connection:
            given = claim.on_conflict_do_nothing().returning(sign_in_notices.c.creator_id)
            return (await connection.execute(given)).one_or_none() is not None

    async def release(self, account: CreatorId) -> bool:
        """It is over, or could not be told; true for one caller."""
        over = delete(sign_in_notices).where(sign_in_notices.c.creator_id == account)
        async with self._database.write() as connection:
            return (await connection.execute(over)).rowcount == 1


def _standing(rows: Sequence[Row[Any]]) -> Standing:
    connection = connection_from(rows[0])
    asked = [row for row in rows if _is_asked_often(connection, row)]
    return Standing(
        connection,
        rows[0].told_at is not None,
        [Outcome(row.trouble) if row.trouble else None for row in asked],
        min((row.failed_at for row in asked if row.trouble == Outcome.SIGN_IN), default=None),
    )


def _is_asked_often(connection: Connection, row: Row[Any]) -> bool:
    """Whether a list is still read with what the grant allows, and at every look."""
    source, is_managed = Source(row.source), row.subject != connection.account.id
    is_allowed = source.scope in connection.scopes and (not is_managed or Scope.READ_CREATOR in connection.scopes)
    return is_allowed and source is not Source.REVERSALS
