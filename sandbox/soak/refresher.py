"""A process that calls Fanvue from many tasks, through the bot's own token keeper and gate."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import Connection, ConnectionId, ConnectionStatus, CreatorId, DiscordUserId, FanvueAccount
from bot.domain.clock import SystemClock
from bot.domain.errors import DomainError, FanvueDownError
from bot.domain.scopes import Feature, Scope
from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth, TokenPair
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.migrate import migrate
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring
from bot.vault.revoking import Revoker
from bot.vault.tokens import TokenKeeper, seal_pair

OWNER = DiscordUserId(4711)
CONNECTION = ConnectionId("soak")
CREATOR = CreatorId("soak-creator")
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Parts:
    """What the tasks use."""

    stores: Stores
    gate: Gate


async def connected(values: dict[str, Any], handle: str, access: str, refresh: str, life_seconds: int) -> None:
    """Bring the database up to date and store a connection with this pair in it."""
    await migrate(values["database_url"])
    now = SystemClock().now()
    pair = TokenPair(access, refresh, life_seconds, frozenset(Scope), now)
    async with Database.open(values["database_url"]) as database:
        connection = Connection(
            id=CONNECTION,
            owner=OWNER,
            account=FanvueAccount(CREATOR, handle, handle, is_creator=True),
            features=frozenset(Feature),
            scopes=frozenset(Scope),
            status=ConnectionStatus.ACTIVE,
            connected_at=now,
            access_expires_at=now + timedelta(seconds=life_seconds),
            refreshed_at=now,
        )
        await Stores(database).connections.replace(connection, seal_pair(Keyring([values["key"]]), CREATOR, pair))


@asynccontextmanager
async def parts(values: dict[str, Any]) -> AsyncIterator[Parts]:
    """The keeper and the gate as the app makes them."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        stores = Stores(await stack.enter_async_context(Database.open(values["database_url"])))
        if values["is_alone"]:
            await stores.take_over()
        client = FanvueClient(values["api_url"], clock=clock)
        stack.push_async_callback(client.aclose)
        oauth = FanvueOAuth(
            values["auth_url"],
            client_id=values["client_id"],
            client_secret=values["client_secret"],
            redirect_uri="http://127.0.0.1:9/oauth/callback",
            clock=clock,
            connections=client.connections,
        )
        keyring = Keyring([values["key"]])
        revoker = Revoker(keyring, oauth, stores.revocations, clock)
        tokens = TokenKeeper(keyring, oauth, stores.connections, stores.leases, clock, revoker)
        yield Parts(stores, Gate(client, tokens, clock))


async def work(values: dict[str, Any]) -> dict[str, Any]:
    """Call until the time is over; how many calls there were, and what failed by name."""
    failures: Counter[str] = Counter()
    calls = 0
    end = time.monotonic() + values["seconds"]
    async with parts(values) as found:
        connection = await found.stores.connections.by_id(CONNECTION)
        if connection is None:
            return {"calls": 0, "failures": {"no connection": 1}}
        grant = Grant(Actor(OWNER, "soak"), connection, Capability.INSIGHTS)
        print(json.dumps("started"), flush=True)

        async def task() -> None:
            nonlocal calls
            while time.monotonic() < end:
                try:
                    await found.gate.call(grant, users.current_user())
                    calls += 1
                except FanvueDownError as error:
                    failures[type(error).__name__] += 1
                except DomainError as error:
                    failures[type(error).__name__] += 1
                    return
                await asyncio.sleep(PAUSE_SECONDS)

        await asyncio.gather(*(task() for _ in range(values["tasks"])))
    return {"calls": calls, "failures": dict(failures)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(json.loads(sys.stdin.readline())))), flush=True)
