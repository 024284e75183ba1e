"""Small reads past the thread: the same rows on both databases, what is committed now, and nobody waited for."""

import asyncio
import sqlite3
from dataclasses import replace

from sqlalchemy import bindparam, func, select
from stored_examples import ANNA, BORIS, LUNA, MIRA, NOW, a_connection

from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.lookups import Lookup
from bot.storage.schema import connections

BY_HANDLE = Lookup(select(connections).where(connections.c.owner == bindparam("owner"), connections.c.id != "nobody"))


async def test_a_looked_up_row_reads_as_a_queried_one(database: Database, stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    async with database.read() as connection:
        queried = (await connection.execute(select(connections))).one()
    (found,) = await database.look(BY_HANDLE, owner=ANNA)
    assert found._fields == queried._fields
    assert tuple(found) == tuple(queried)
    assert found.is_creator is True
    assert await database.look(BY_HANDLE, owner=1) == []


async def test_an_instant_can_be_asked_for(database: Database, stores: Stores) -> None:
    await stores.connections.replace(replace(a_connection(ANNA, LUNA), connected_at=NOW), "sealed")
    since = Lookup(select(connections.c.id).where(connections.c.connected_at >= bindparam("moment")))
    assert len(await database.look(since, moment=NOW)) == 1
    assert await database.look(since, moment=NOW.replace(year=NOW.year + 1)) == []


async def test_several_can_be_asked_for_at_once_from_the_loop_or_from_a_thread(
    database: Database, stores: Stores
) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    named = Lookup(
        select(func.aggregate_strings(connections.c.creator_id, "'; ")).where(
            connections.c.creator_id.in_(bindparam("wanted", expanding=True))
        )
    )
    for look in (database.look, database.look_apart):
        (one,) = (await look(named, wanted=[LUNA]))[0]
        (both,) = (await look(named, wanted=[MIRA, "x'y", LUNA]))[0]
        (nobody,) = (await look(named, wanted=[]))[0]
        assert (one, sorted(both.split("'; ")), nobody) == (LUNA, sorted([LUNA, MIRA]), None)


async def test_a_look_sees_each_commit_and_nothing_before_it(database: Database, stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "first")
    assert (await database.look(BY_HANDLE, owner=ANNA))[0].sealed_tokens == "first"
    async with database.write() as connection:
        await connection.execute(connections.update().values(sealed_tokens="second"))
        assert (await database.look(BY_HANDLE, owner=ANNA))[0].sealed_tokens == "first"
    assert (await database.look(BY_HANDLE, owner=ANNA))[0].sealed_tokens == "second"


async def test_a_locked_file_is_waited_for_in_a_thread_and_not_by_the_loop(
    database: Database, stores: Stores, database_url: str
) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    if not database.is_sqlite:
        return
    assert len(await database.look(BY_HANDLE, owner=ANNA)) == 1
    await database.close()
    holder = sqlite3.connect(database_url.partition(":///")[2], isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    looking = asyncio.create_task(database.look(BY_HANDLE, owner=ANNA))
    done, _ = await asyncio.wait({looking}, timeout=0.03)
    assert not done
    holder.close()
    assert len(await looking) == 1
