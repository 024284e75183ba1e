"""Keeps each connection's tokens alive: one refresh at a time, saved before it is used."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.accounts import Connection, ConnectionId, CreatorId
from bot.domain.clock import Clock
from bot.domain.errors import (
    BusyError,
    DomainError,
    FanvueDownError,
    NotConnectedError,
    PausedError,
    ReconnectNeededError,
    SignInRefusedError,
    StorageBusyError,
)
from bot.domain.faults import where
from bot.fanvue.errors import (
    AnswerLostError,
    ClientRefusedError,
    FanvueError,
    GrantDeadError,
    RateLimitedError,
    ServerError,
    UnexpectedAnswerError,
)
from bot.fanvue.oauth import FanvueOAuth, TokenPair
from bot.storage.connections import ConnectionStore
from bot.storage.leases import LeaseStore
from bot.vault.keyring import Keyring, SealError
from bot.vault.pacing import Pace, ends_at, is_due
from bot.vault.pairs import Tokens, open_pair, seal_pair
from bot.vault.revoking import Revoker
from bot.vault.turns import Turns

__all__ = ["TokenKeeper", "Tokens", "open_pair", "seal_pair"]

log = structlog.get_logger(__name__)

TURN_PREFIX = "refresh:"
PATIENCE_SECONDS = 30
EARLY_PATIENCE_SECONDS = 1
"""A token that still works is not worth a longer wait for the next one."""
PURSUIT_PAUSES_SECONDS = (2, 4, 8)
"""With the tries in between still inside the 30 s in which a spent refresh token is taken again."""
SAVE_PAUSES_SECONDS = (0.1, 0.3, 1, 3, 5, 0)
MOST_SWAPS = 5
CLOSE_SECONDS = 10

MAY_HAVE_SPENT_IT = (AnswerLostError, ServerError, UnexpectedAnswerError)

DeadGrantHandler = Callable[[Connection], Awaitable[object]]


@dataclass(frozen=True, slots=True, repr=False)
class Unsaved:
    """A pair that storage would not take, and the one it came from."""

    spent: Tokens
    pair: TokenPair


class TokenKeeper:
    """Hands out access tokens that work.

    Invariants: at most one refresh of a connection is under way across tasks and processes; a new pair is committed
    before anybody uses it, whatever becomes of the caller; a pair that nobody may keep any more is revoked; a grant
    is marked dead only by the refusal of its refresh token, and only while that is the one that is stored.
    """

    def __init__(
        self,
        keyring: Keyring,
        oauth: FanvueOAuth,
        connections: ConnectionStore,
        leases: LeaseStore,
        clock: Clock,
        revoker: Revoker,
    ) -> None:
        self._keyring = keyring
        self._oauth = oauth
        self._connections = connections
        self._turns = Turns(leases, clock)
        self._clock = clock
        self._revoker = revoker
        self._on_dead: DeadGrantHandler | None = None
        self._paces: dict[ConnectionId, Pace] = {}
        self._unsaved: dict[ConnectionId, Unsaved] = {}
        self._renewals: dict[tuple[ConnectionId, str], asyncio.Task[None]] = {}
        self._pursuits: dict[ConnectionId, asyncio.Task[None]] = {}
        self._tellings: set[asyncio.Task[None]] = set()

    def on_dead_grant(self, handler: DeadGrantHandler) -> None:
        """Call this when a grant dies: once per death, whoever notices it, and without making them wait."""
        self._on_dead = handler

    async def access_token(
        self,
        connection_id: ConnectionId,
        *,
        rejected: str | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> str:
        """A working access token; ``rejected`` is one Fanvue just refused, which forces a refresh.

        Raises NotConnectedError, ReconnectNeededError, PausedError, BusyError, FanvueDownError or StorageBusyError.
        """
        connection, tokens = await self._current(connection_id)
        if connection.paused_at is not None:
            raise PausedError(connection.account.handle)
        now, pace = self._clock.now(), self._pace(connection_id)
        is_rejected, has_to_go = tokens.access == rejected, is_due(connection, now)
        if not is_rejected and not has_to_go:
            return tokens.access
        is_usable = not is_rejected and now < ends_at(connection)
        if not pace.allows(time.monotonic(), is_rejected=is_rejected, is_due=has_to_go):
            if is_usable or (not is_rejected and not pace.failures):
                return tokens.access
            raise self._failure(pace) if pace.failures else SignInRefusedError(is_answering=True)
        patience = min(patience_seconds, EARLY_PATIENCE_SECONDS) if is_usable else patience_seconds
        await asyncio.wait({self._renewal(connection_id, tokens, is_forced=not has_to_go)}, timeout=max(patience, 0))
        _, renewed = await self._current(connection_id)
        if renewed.access != tokens.access or is_usable:
            return renewed.access
        raise self._failure(pace)

    def ready(self, connection: Connection, sealed: str) -> str | None:
        """The access token of a pair that storage just had, asking nobody; ``None`` where it takes ``access_token``.

        Only for use at once: it knows nothing of a disconnect or a pause that came since.
        """
        if not connection.is_active or connection.paused_at is not None or is_due(connection, self._clock.now()):
            return None
        try:
            return open_pair(self._keyring, connection.account.id, sealed).access
        except SealError:
            return None

    async def renew(self, connection_id: ConnectionId) -> None:
        """Refresh now, whatever the clock says: the stored pair may be spent already. Not what is gone or dead."""
        with suppress(NotConnectedError, ReconnectNeededError):
            _, tokens = await self._current(connection_id)
            await asyncio.wait({self._renewal(connection_id, tokens, is_forced=False)})

    async def is_outlived(self, connection_id: ConnectionId, access: str) -> bool:
        """Whether an access token has run out or been replaced, so that its refusal says nothing of the grant."""
        connection, tokens = await self._current(connection_id)
        return tokens.access != access or self._clock.now() >= ends_at(connection)

    async def aclose(self) -> None:
        """Let refreshes under way come to their end, so that no new pair is lost; bounded."""
        for pursuit in self._pursuits.values():
            pursuit.cancel()
        if under_way := {*self._renewals.values(), *self._tellings}:
            await asyncio.wait(under_way, timeout=CLOSE_SECONDS)
        rest = [*self._renewals.values(), *self._tellings, *self._pursuits.values()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _current(self, connection_id: ConnectionId) -> tuple[Connection, Tokens]:
        found = await self._connections.with_tokens(connection_id)
        if found is None:
            self._paces.pop(connection_id, None)
            self._unsaved.pop(connection_id, None)
            raise NotConnectedError
        connection, sealed = found
        if not connection.is_active:
            raise ReconnectNeededError(connection.account.handle)
        try:
            return connection, open_pair(self._keyring, connection.account.id, sealed)
        except SealError:
            log.error("tokens_cannot_be_opened", reason="TOKEN_KEYS lacks their key, or they are damaged")
            raise ReconnectNeededError(connection.account.handle) from None

    def _pace(self, connection_id: ConnectionId) -> Pace:
        return self._paces.setdefault(connection_id, Pace())

    def _failure(self, pace: Pace) -> DomainError:
        until = pace.busy_until
        return BusyError(until) if until and until > self._clock.now() else FanvueDownError()

    def _renewal(self, connection_id: ConnectionId, stale: Tokens, *, is_forced: bool) -> asyncio.Task[None]:
        """The refresh of this pair, shared by all callers; it ends for none of them."""
        key = (connection_id, stale.access)
        task = self._renewals.get(key)
        if task is None:
            task = asyncio.create_task(self._renew(connection_id, stale, is_forced=is_forced))
            self._renewals[key] = task
            task.add_done_callback(lambda _: self._renewals.pop(key, None))
        return task

    async def _renew(self, connection_id: ConnectionId, stale: Tokens, *, is_forced: bool) -> None:
        async def is_settled() -> bool:
            return not await self._is_stored(connection_id, stale)

        try:
            async with self._turns.turn(f"{TURN_PREFIX}{connection_id}", is_settled) as is_ours:
                if is_ours and not await is_settled():
                    await self._refresh(connection_id, stale, is_forced=is_forced)
        except Exception as error:  # noqa: BLE001 - callers see what is stored; this task has nobody to raise to
            log.warning("refresh_failed", error=where(error))
            self._pace(connection_id).note_failure(time.monotonic())

    async def _is_stored(self, connection_id: ConnectionId, tokens: Tokens) -> bool:
        """Whether this is the pair in use; not when the connection ended or its grant died."""
        try:
            _, current = await self._current(connection_id)
        except (NotConnectedError, ReconnectNeededError):
            return False
        return current == tokens

    async def _refresh(self, connection_id: ConnectionId, spent: Tokens, *, is_forced: bool) -> None:
        connection, _ = await self._current(connection_id)
        pace = self._pace(connection_id)
        unsaved = self._unsaved.get(connection_id)
        try:
            pair = unsaved.pair if unsaved and unsaved.spent == spent else await self._oauth.refresh(spent.refresh)
        except GrantDeadError:
            await self._bury(connection, spent)
            return
        except RateLimitedError as error:
            seconds = (error.until - self._clock.now()).total_seconds()
            pace.note_limit(time.monotonic(), seconds, error.until)
            return
        except FanvueError as error:
            log.warning("refresh_failed", error=type(error).__name__)
            if isinstance(error, ClientRefusedError):
                log.error("client_refused", reason="look at FANVUE_CLIENT_ID and FANVUE_CLIENT_SECRET")
            pace.note_failure(time.monotonic())
            if isinstance(error, MAY_HAVE_SPENT_IT):
                self._pursue(connection_id, spent)
            return
        await self._save(connection, spent, pair)
        pace.note_success(time.monotonic(), pair.expires_in_seconds, is_forced=is_forced)

    def _pursue(self, connection_id: ConnectionId, spent: Tokens) -> None:
        """Ask again while Fanvue takes a spent token once more, even if nobody waits for it."""

        async def pursuit() -> None:
            for pause in PURSUIT_PAUSES_SECONDS:
                await asyncio.sleep(pause)
                with suppress(StorageBusyError):
                    if not await self._is_stored(connection_id, spent):
                        return
                    await asyncio.wait({self._renewal(connection_id, spent, is_forced=False)})

        if connection_id not in self._pursuits:
            task = self._pursuits[connection_id] = asyncio.create_task(pursuit())
            task.add_done_callback(lambda _: self._pursuits.pop(connection_id, None))

    async def _save(self, connection: Connection, spent: Tokens, pair: TokenPair) -> None:
        """Commit the pair in place of the one it came from; one that may no longer be kept is revoked."""
        self._unsaved[connection.id] = Unsaved(spent, pair)
        for pause in SAVE_PAUSES_SECONDS:
            try:
                is_wanted = await self._swap(connection, spent, pair)
                break
            except StorageBusyError:
                if not pause:
                    raise
                await asyncio.sleep(pause)
        del self._unsaved[connection.id]
        if not is_wanted:
            await self._revoker.discard(pair)

    async def _swap(self, connection: Connection, spent: Tokens, pair: TokenPair) -> bool:
        """False when the grant the pair belongs to is not the stored one any more.

        A swap that fails is tried again, since keys may be rotated meanwhile: the same pair then reads otherwise.
        """
        sealed = seal_pair(self._keyring, connection.account.id, pair, grant=spent.grant)
        for _ in range(MOST_SWAPS):
            expected = await self._connections.sealed_tokens(connection.id)
            held = open_pair(self._keyring, connection.account.id, expected) if expected else None
            if expected is None or held is None or held.grant != spent.grant:
                return False
            if held != spent:
                return True
            if await self._connections.store_refreshed(
                connection.id,
                expected_sealed=expected,
                sealed=sealed,
                access_expires_at=pair.received_at + timedelta(seconds=pair.expires_in_seconds),
                refreshed_at=pair.received_at,
                scopes=pair.scopes,
            ):
                return True
        raise StorageBusyError("the stored pair does not hold still")

    async def _bury(self, connection: Connection, refused: Tokens) -> None:
        """Mark the grant dead while the refused pair is the stored one; the first to do so has the owner told."""
        for _ in range(MOST_SWAPS):
            sealed = await self._connections.sealed_tokens(connection.id)
            if sealed is None or not self._holds(connection.account.id, sealed, refused):
                return
            if await self._connections.mark_dead(connection.id, expected_sealed=sealed):
                log.warning("grant_died")
                self._paces.pop(connection.id, None)
                telling = asyncio.create_task(self._tell(connection))
                self._tellings.add(telling)
                telling.add_done_callback(self._tellings.discard)
                return

    def _holds(self, creator: CreatorId, sealed: str, tokens: Tokens) -> bool:
        try:
            return open_pair(self._keyring, creator, sealed) == tokens
        except SealError:
            return False

    async def _tell(self, connection: Connection) -> None:
        if self._on_dead is None:
            return
        try:
            await self._on_dead(connection)
        except Exception as error:  # noqa: BLE001 - whoever noticed the death must not suffer from the telling
            log.warning("telling_failed", error=where(error))
