"""A process of its own that calls Fanvue from many tasks until its time is over; settings are handed to it."""

import asyncio
import time
from collections import Counter
from multiprocessing.connection import Connection as Pipe
from typing import Any

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import ConnectionId
from bot.domain.clock import SystemClock
from bot.domain.errors import DomainError
from bot.fanvue import users
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth
from bot.storage import Stores
from bot.storage.database import Database
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring
from bot.vault.revoking import Revoker
from bot.vault.tokens import TokenKeeper

PAUSE_SECONDS = 0.02


def main(values: dict[str, Any], pipe: Pipe) -> None:
    """Says ``ready``, waits until told to begin, works; says how many calls went well, and what failed by name."""
    pipe.send(asyncio.run(work(values, pipe)))


async def work(values: dict[str, Any], pipe: Pipe) -> dict[str, Any]:
    clock = SystemClock()
    async with Database.open(values["url"]) as database, FanvueClient(values["api_url"], clock=clock) as client:
        stores = Stores(database)
        oauth = FanvueOAuth(
            values["auth_url"],
            client_id=values["client_id"],
            client_secret=values["client_secret"],
            redirect_uri="http://127.0.0.1:9/oauth/callback",
            clock=clock,
            connections=client.connections,
        )

        def keeper() -> TokenKeeper:
            keyring = Keyring([values["key"]])
            revoker = Revoker(keyring, oauth, stores.revocations, clock)
            return TokenKeeper(keyring, oauth, stores.connections, stores.leases, clock, revoker)

        connection = await stores.connections.by_id(ConnectionId(values["connection"]))
        assert connection is not None
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)
        if values["forces"]:
            while True:  # until killed
                former = await keeper().access_token(connection.id)
                await keeper().access_token(connection.id, rejected=former)
        tokens = keeper()
        gate = Gate(client, tokens, clock)
        ends: Counter[str] = Counter()
        end = time.monotonic() + values["seconds"]

        async def task() -> None:
            while time.monotonic() < end:
                try:
                    await gate.call(
                        Grant(Actor(connection.owner, "x"), connection, Capability.INSIGHTS), users.current_user()
                    )
                except DomainError as error:
                    ends[type(error).__name__] += 1
                else:
                    ends["fine"] += 1
                await asyncio.sleep(PAUSE_SECONDS)

        await asyncio.gather(*(task() for _ in range(values["tasks"])))
        await tokens.aclose()
        return dict(ends)
