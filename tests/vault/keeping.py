"""An account of the sandbox in a database, and as many keepers on it as a test wants, each like its own process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.access import Actor, Capability, Grant
from bot.domain.accounts import Connection, ConnectionId, ConnectionStatus, CreatorId, DiscordUserId, FanvueAccount
from bot.domain.clock import Clock, SystemClock
from bot.domain.scopes import Feature, Scope
from bot.fanvue.client import FanvueClient
from bot.fanvue.oauth import FanvueOAuth, TokenPair
from bot.storage import Stores
from bot.storage.database import Database
from bot.vault.gate import Gate
from bot.vault.keyring import Keyring, new_key
from bot.vault.pairs import Tokens, open_pair, seal_pair
from bot.vault.revoking import Revoker
from bot.vault.tokens import TokenKeeper
from sandbox.fanvue import SandboxFanvue

HANDLE = "lunavale"
OWNER, OTHER_OWNER = DiscordUserId(2**60 + 1), DiscordUserId(2**60 + 2)
CREATOR = CreatorId("creator-1")
HOUR = 3600


class MovableClock:
    """The real time, moved by hand."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def step(self, seconds: float) -> None:
        self.shift += timedelta(seconds=seconds)


@dataclass
class Process:
    """The parts of one process, as the app puts them together."""

    stores: Stores
    tokens: TokenKeeper
    gate: Gate
    keyring: Keyring
    revoker: Revoker
    deaths: list[Connection] = field(default_factory=list)

    async def pair(self, connection: Connection) -> Tokens:
        """What is stored."""
        sealed = await self.stores.connections.sealed_tokens(connection.id)
        assert sealed is not None
        return open_pair(self.keyring, connection.account.id, sealed)

    async def stored(self, connection: Connection) -> Connection:
        found = await self.stores.connections.by_id(connection.id)
        assert found is not None
        return found

    async def has_lease(self, connection: Connection, clock: Clock) -> bool:
        """Whether somebody still holds the turn to refresh."""
        name = f"refresh:{connection.id}"
        is_free = await self.stores.leases.acquire(name, "a test", clock.now(), 12)
        await self.stores.leases.release(name, "a test")
        return not is_free


@dataclass
class Bench:
    """Where a test keeps tokens: a database, a Fanvue, keys, a clock."""

    url: str
    fanvue: SandboxFanvue
    clock: MovableClock = field(default_factory=MovableClock)
    key: str = field(default_factory=new_key)

    @asynccontextmanager
    async def process(
        self,
        *,
        clock: Clock | None = None,
        auth_url: str = "",
        keys: list[str] | None = None,
        try_seconds: float = 2,
        stores_of: Callable[[Database], Stores] = Stores,
    ) -> AsyncIterator[Process]:
        """One process; ended in order."""
        time = clock or self.clock
        keyring = Keyring(keys or [self.key])
        async with (
            Database.open(self.url) as database,
            FanvueClient(self.fanvue.api_url, clock=time, first_pause_seconds=0.001) as client,
        ):
            stores = stores_of(database)
            oauth = FanvueOAuth(
                auth_url or self.fanvue.auth_url,
                client_id=self.fanvue.client_id,
                client_secret=self.fanvue.client_secret,
                redirect_uri="http://127.0.0.1:9/oauth/callback",
                clock=time,
                connections=client.connections,
                try_seconds=try_seconds,
                pause_seconds=0.001,
            )
            revoker = Revoker(keyring, oauth, stores.revocations, time)
            tokens = TokenKeeper(keyring, oauth, stores.connections, stores.leases, time, revoker)
            process = Process(stores, tokens, Gate(client, tokens, time), keyring, revoker)

            async def note(connection: Connection) -> None:
                process.deaths.append(connection)

            tokens.on_dead_grant(note)
            try:
                yield process
            finally:
                await tokens.aclose()

    def new_pair(self, life_seconds: int | None = None) -> TokenPair:
        """A fresh grant at Fanvue."""
        pair = self.fanvue.oauth.grant(HANDLE)
        assert pair.refresh_token is not None
        life = pair.expires_in if life_seconds is None else life_seconds
        return TokenPair(pair.access_token, pair.refresh_token, life, frozenset(Scope), self.clock.now())

    async def connect(
        self, process: Process, *, owner: DiscordUserId = OWNER, pair: TokenPair | None = None, **changes: Any
    ) -> Connection:
        """Connect the account (again), as the connect flow does."""
        given = pair or self.new_pair()
        held = await process.stores.connections.of_owner(owner)
        now = self.clock.now()
        values: dict[str, Any] = {
            "id": held.id if held else ConnectionId(f"connection-of-{owner}"),
            "owner": owner,
            "account": FanvueAccount(CREATOR, HANDLE, "Luna Vale", is_creator=True),
            "features": frozenset(Feature),
            "scopes": frozenset(Scope),
            "status": ConnectionStatus.ACTIVE,
            "connected_at": now,
            "access_expires_at": given.received_at + timedelta(seconds=given.expires_in_seconds),
            "refreshed_at": given.received_at,
        }
        connection = Connection(**(values | changes))
        await process.stores.connections.replace(connection, seal_pair(process.keyring, CREATOR, given))
        return connection

    @property
    def refreshes(self) -> int:
        """How often Fanvue gave a new pair for an old one."""
        return self.fanvue.oauth.refreshes[HANDLE]

    @property
    def token_requests(self) -> int:
        """How often anything was asked of the token address."""
        return self.fanvue.oauth.token_requests


def grant_of(connection: Connection, *, actor: DiscordUserId | None = None) -> Grant:
    """Permission to act for it, for its owner or somebody else."""
    return Grant(Actor(actor or connection.owner, "somebody"), connection, Capability.INSIGHTS)


async def until(claim: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for what happens elsewhere."""
    async with asyncio.timeout(seconds):
        while not claim():
            await asyncio.sleep(0.01)


REAL = SystemClock()


async def disconnected(bench: Bench, process: Process, connection: Connection) -> None:
    await process.stores.connections.delete(connection.id)


async def erased(bench: Bench, process: Process, connection: Connection) -> None:
    await process.stores.forget(OWNER)


async def moved(bench: Bench, process: Process, connection: Connection) -> None:
    await bench.connect(process, owner=OTHER_OWNER)


async def replaced(bench: Bench, process: Process, connection: Connection) -> None:
    await bench.connect(process)


Ending = Callable[[Bench, Process, Connection], Awaitable[None]]
