"""Which Fanvue account belongs to which Discord user, with its sealed tokens."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, or_, select, text, update

from bot.domain.accounts import (
    Connection,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanvueAccount,
)
from bot.domain.scopes import Feature, Scope, format_scopes, parse_scopes
from bot.storage.database import Database
from bot.storage.database.engine import AsyncConnection
from bot.storage.database.lookups import Lookup
from bot.storage.personal import Mine
from bot.storage.revocations import owe
from bot.storage.schema import connections, creators, events, replies

BY_CONNECTION_ID = Lookup(select(connections).where(connections.c.id == bindparam("id")))


class ConnectionStore:
    """Invariant: an owner has at most one connection, and so has a creator.

    A connection that goes takes its creators along, with their routes, rights, events, deliveries, cards and replies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_owner(self, owner: DiscordUserId) -> Connection | None:
        """The account this person has connected."""
        return await self._one(connections.c.owner == owner)

    async def of_creator(self, creator: CreatorId) -> Connection | None:
        """The connection by which a creator is reached: their own account, or one that manages them."""
        account = select(creators.c.account_id).where(creators.c.creator_id == creator).scalar_subquery()
        return await self._one(connections.c.creator_id == account)

    async def of_account(self, account: CreatorId) -> Connection | None:
        """The connection of this very account."""
        return await self._one(connections.c.creator_id == account)

    async def by_id(self, connection_id: ConnectionId) -> Connection | None:
        """The connection, when it still exists."""
        found = await self.with_tokens(connection_id)
        return found[0] if found else None

    async def all_active(self) -> list[Connection]:
        """Every connection whose tokens can be used, and may be."""
        is_usable = and_(connections.c.status == ConnectionStatus.ACTIVE, connections.c.paused_at.is_(None))
        query = select(connections).where(is_usable).order_by(connections.c.id)
        async with self._database.read() as connection:
            return [connection_from(row) for row in await connection.execute(query)]

    async def with_tokens(self, connection_id: ConnectionId) -> tuple[Connection, str] | None:
        """The connection and its sealed pair, when it still exists."""
        for row in await self._database.look(BY_CONNECTION_ID, id=connection_id):
            return connection_from(row), str(row.sealed_tokens)
        return None

    async def sealed_tokens(self, connection_id: ConnectionId) -> str | None:
        """The sealed pair, when the connection still exists."""
        query = select(connections.c.sealed_tokens).where(connections.c.id == connection_id)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def store_refreshed(
        self,
        connection_id: ConnectionId,
        *,
        expected_sealed: str,
        sealed: str,
        access_expires_at: datetime,
        refreshed_at: datetime,
        scopes: frozenset[Scope] | None,
    ) -> bool:
        """Swap the pair; false, and nothing stored, when the connection is gone or its pair is another by now."""
        values: dict[str, Any] = {
            "sealed_tokens": sealed,
            "access_expires_at": access_expires_at,
            "refreshed_at": refreshed_at,
        }
        if scopes is not None:
            values["scopes"] = format_scopes(scopes)
        change = (
            update(connections)
            .where(connections.c.id == connection_id, connections.c.sealed_tokens == expected_sealed)
            .values(values)
        )
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def mark_dead(self, connection_id: ConnectionId, *, expected_sealed: str | None = None) -> bool:
        """Note that the grant died; true only for the one who changed it. With a pair: only while that is stored."""
        change = (
            update(connections)
            .where(connections.c.id == connection_id, connections.c.status == ConnectionStatus.ACTIVE)
            .values(status=ConnectionStatus.DEAD)
        )
        if expected_sealed is not None:
            change = change.where(connections.c.sealed_tokens == expected_sealed)
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def pause(self, connection_id: ConnectionId, at: datetime | None) -> bool:
        """Have nothing done with it from then on, or (``None``) let it be used again; false when that is so already."""
        is_other = connections.c.paused_at.is_not(None) if at is None else connections.c.paused_at.is_(None)
        change = update(connections).where(connections.c.id == connection_id, is_other).values(paused_at=at)
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def replace(self, new: Connection, sealed: str) -> list[tuple[Connection, str]]:
        """Make this the connection of its owner and of its creator, in one transaction.

        The grants that end by it are owed to Fanvue from then on, as in ``delete``.
        Returns what stood there before, with sealed tokens. What hangs on a creator stays only when the same
        person connects the same account again.
        """
        async with self._database.write() as connection:
            return await put(connection, new, sealed)

    async def delete(self, connection_id: ConnectionId) -> str | None:
        """Remove the connection with all that hangs on it; returns the sealed pair, to the one who removed it."""
        query = select(connections).where(connections.c.id == connection_id)
        async with self._database.write() as connection:
            await one_at_a_time(connection)
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            await _remove(connection, connection_from(row))
            await owe(connection, [str(row.sealed_tokens)])
        return str(row.sealed_tokens)

    def about(self, user: DiscordUserId) -> Mine:
        """What is stored about the account this person has connected, without its tokens."""
        return ((connections, connections.c.owner == user),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove this person's connection with all that hangs on it."""
        held = await self.of_owner(user)
        if held:
            await self.delete(held.id)

    async def _one(self, condition: ColumnElement[bool]) -> Connection | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(connections).where(condition))).one_or_none()
        return connection_from(row) if row else None


async def put(connection: AsyncConnection, new: Connection, sealed: str) -> list[tuple[Connection, str]]:
    """What ``ConnectionStore.replace`` does, inside a transaction of the caller's."""
    await one_at_a_time(connection)
    removed = await _standing(connection, new)
    for old, _ in removed:
        if _is_same(old, new):
            await connection.execute(update(connections).where(connections.c.id == old.id).values(_values(new, sealed)))
            own = creators.c.creator_id == new.account.id
            await connection.execute(update(creators).where(own).values(**_names(new.account), seen_at=None))
        else:
            await _remove(connection, old)
    if not any(_is_same(old, new) for old, _ in removed):
        await drop_creators(connection, creators.c.creator_id == new.account.id)
        await connection.execute(connections.insert().values(_values(new, sealed)))
        own_row = {"creator_id": new.account.id, "account_id": new.account.id, **_names(new.account)}
        await connection.execute(creators.insert().values(own_row))
    await owe(connection, [old_sealed for _, old_sealed in removed])
    return removed


async def drop_creators(connection: AsyncConnection, condition: ColumnElement[bool]) -> None:
    """Remove creators with all that hangs on them: foreign keys take the rest with rows that are gone."""
    chosen = select(creators.c.creator_id).where(condition)
    await connection.execute(delete(events).where(events.c.creator_id.in_(chosen)))
    await connection.execute(delete(replies).where(replies.c.creator_id.in_(chosen)))
    await connection.execute(delete(creators).where(condition))


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Keep others from replacing or removing connections until this transaction ends; reading goes on."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE connections IN SHARE ROW EXCLUSIVE MODE"))


async def _standing(connection: AsyncConnection, new: Connection) -> list[tuple[Connection, str]]:
    query = select(connections).where(or_(connections.c.owner == new.owner, connections.c.creator_id == new.account.id))
    return [(connection_from(row), str(row.sealed_tokens)) for row in await connection.execute(query)]


def _is_same(old: Connection, new: Connection) -> bool:
    return old.owner == new.owner and old.account.id == new.account.id


async def _remove(connection: AsyncConnection, old: Connection) -> None:
    await drop_creators(connection, creators.c.account_id == old.account.id)
    await connection.execute(delete(connections).where(connections.c.id == old.id))


def _names(account: FanvueAccount) -> dict[str, Any]:
    return {"handle": account.handle, "display_name": account.display_name}


def _values(new: Connection, sealed: str) -> dict[str, Any]:
    return {
        "id": new.id,
        "owner": new.owner,
        "creator_id": new.account.id,
        "handle": new.account.handle,
        "display_name": new.account.display_name,
        "is_creator": new.account.is_creator,
        "features": format_features(new.features),
        "scopes": format_scopes(new.scopes),
        "sealed_tokens": sealed,
        "status": new.status,
        "access_expires_at": new.access_expires_at,
        "refreshed_at": new.refreshed_at,
        "connected_at": new.connected_at,
    }


def connection_from(row: Row[Any]) -> Connection:
    """The connection of a row that holds all its columns."""
    return Connection(
        id=ConnectionId(row.id),
        owner=DiscordUserId(row.owner),
        account=FanvueAccount(CreatorId(row.creator_id), row.handle, row.display_name, row.is_creator),
        features=parse_features(row.features),
        scopes=parse_scopes(row.scopes),
        status=ConnectionStatus(row.status),
        connected_at=row.connected_at,
        access_expires_at=row.access_expires_at,
        refreshed_at=row.refreshed_at,
        paused_at=row.paused_at,
    )


def format_features(features: frozenset[Feature]) -> str:
    """Space separated, in the order people see them."""
    return " ".join(feature.value for feature in Feature if feature in features)


@lru_cache(maxsize=64)
def parse_features(words: str) -> frozenset[Feature]:
    """The features of a stored text; ones that no longer exist are left out."""
    known = {feature.value: feature for feature in Feature}
    return frozenset(known[word] for word in words.split() if word in known)
