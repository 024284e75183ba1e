"""Keeps each connection's tokens alive: one refresh at a time, saved before it is used."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.accounts import Connection, ConnectionId, CreatorId
from bot.domain.clock import Clock
from bot.domain.errors import FanvueDownError, NotConnectedError, ReconnectNeededError
from bot.fanvue.errors import FanvueError, GrantDeadError
from bot.fanvue.oauth import FanvueOAuth, TokenPair
from bot.storage.connections import ConnectionStore
from bot.storage.leases import LeaseStore
from bot.vault.keyring import Keyring

log = structlog.get_logger(__name__)

EARLY_SECONDS = 300
EARLY_SHARE = 0.2
LEASE_SECONDS = 60
WAIT_SECONDS = 30
POLL_SECONDS = 0.05

DeadGrantHandler = Callable[[Connection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A clear pair; prints as ``…`` and has no JSON form."""

    access: str
    refresh: str

    def __repr__(self) -> str:
        return "Tokens(…)"

    __str__ = __repr__


def seal_pair(keyring: Keyring, creator: CreatorId, pair: TokenPair) -> str:
    """The pair sealed for its creator."""
    return keyring.seal(json.dumps([pair.access_token, pair.refresh_token]), identity=f"tokens:{creator}")


def open_pair(keyring: Keyring, creator: CreatorId, sealed: str) -> Tokens:
    """The clear pair of a creator."""
    access, refresh = json.loads(keyring.open(sealed, identity=f"tokens:{creator}"))
    return Tokens(access, refresh)


class TokenKeeper:
    """Hands out access tokens that work.

    Invariants: at most one refresh of a connection is under way across tasks and processes (a lease row);
    a new pair is committed before anybody uses it; a pair that nobody may keep any more is revoked.
    """

    def __init__(
        self, keyring: Keyring, oauth: FanvueOAuth, connections: ConnectionStore, leases: LeaseStore, clock: Clock
    ) -> None:
        self._keyring = keyring
        self._oauth = oauth
        self._connections = connections
        self._leases = leases
        self._clock = clock
        self._on_dead: DeadGrantHandler | None = None

    def on_dead_grant(self, handler: DeadGrantHandler) -> None:
        """Call this when a grant dies; once per death, whoever notices it."""
        self._on_dead = handler

    async def access_token(self, connection_id: ConnectionId, *, rejected: str | None = None) -> str:
        """A working access token; ``rejected`` is one Fanvue just refused, which forces a refresh.

        Raises NotConnectedError, ReconnectNeededError or FanvueDownError.
        """
        connection, tokens = await self._current(connection_id)
        if tokens.access != rejected and not self._is_due(connection):
            return tokens.access
        return await self._refreshed(connection_id, stale=tokens.access)

    async def give_up(self, connection: Connection) -> None:
        """Mark the grant dead; the first one to do so has the owner told."""
        if await self._connections.mark_dead(connection.id):
            log.warning("grant_died")
            if self._on_dead:
                await self._on_dead(connection)

    async def revoke(self, creator: CreatorId, sealed: str) -> bool:
        """End a stored pair at Fanvue; false when Fanvue could not be reached or would not."""
        try:
            await self._oauth.revoke(open_pair(self._keyring, creator, sealed).refresh)
        except FanvueError as error:
            log.warning("revoke_failed", error=type(error).__name__)
            return False
        return True

    async def _current(self, connection_id: ConnectionId) -> tuple[Connection, Tokens]:
        connection = await self._connections.by_id(connection_id)
        sealed = await self._connections.sealed_tokens(connection_id)
        if connection is None or sealed is None:
            raise NotConnectedError
        if not connection.is_active:
            raise ReconnectNeededError(connection.account.handle)
        return connection, open_pair(self._keyring, connection.account.id, sealed)

    def _is_due(self, connection: Connection) -> bool:
        life = (connection.access_expires_at - connection.refreshed_at).total_seconds()
        early = min(EARLY_SECONDS, max(life, 0) * EARLY_SHARE)
        return self._clock.now() >= connection.access_expires_at - timedelta(seconds=early)

    async def _refreshed(self, connection_id: ConnectionId, *, stale: str) -> str:
        name, holder = f"refresh:{connection_id}", secrets.token_hex(8)
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while not await self._leases.acquire(name, holder, self._clock.now(), LEASE_SECONDS):
            if asyncio.get_running_loop().time() > deadline:
                raise FanvueDownError
            await asyncio.sleep(POLL_SECONDS)
            _, tokens = await self._current(connection_id)
            if tokens.access != stale:
                return tokens.access
        return await asyncio.shield(self._refresh_and_release(connection_id, stale, name, holder))

    async def _refresh_and_release(self, connection_id: ConnectionId, stale: str, name: str, holder: str) -> str:
        try:
            return await self._refresh_as_holder(connection_id, stale)
        finally:
            await self._leases.release(name, holder)

    async def _refresh_as_holder(self, connection_id: ConnectionId, stale: str) -> str:
        connection, tokens = await self._current(connection_id)
        if tokens.access != stale:
            return tokens.access
        try:
            pair = await self._oauth.refresh(tokens.refresh)
        except GrantDeadError:
            await self.give_up(connection)
            raise ReconnectNeededError(connection.account.handle) from None
        except FanvueError:
            if connection.access_expires_at > self._clock.now():
                return tokens.access
            raise FanvueDownError from None
        return await self._commit(connection, pair)

    async def _commit(self, connection: Connection, pair: TokenPair) -> str:
        expected = await self._connections.sealed_tokens(connection.id)
        sealed = seal_pair(self._keyring, connection.account.id, pair)
        is_stored = expected is not None and await self._connections.store_refreshed(
            connection.id,
            expected_sealed=expected,
            sealed=sealed,
            access_expires_at=pair.received_at + timedelta(seconds=pair.expires_in_seconds),
            refreshed_at=pair.received_at,
            scopes=pair.scopes,
        )
        if not is_stored:
            await self.revoke(connection.account.id, sealed)
            raise NotConnectedError
        return pair.access_token
