"""The one way to Fanvue for the rest of the house: scopes first, a working token, errors in our words."""

import asyncio
from typing import TypeVar

import structlog

from bot.domain.access import Grant
from bot.domain.accounts import Connection
from bot.domain.clock import Clock
from bot.domain.errors import (
    BusyError,
    DomainError,
    FanvueChangedError,
    FanvueDownError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RefusedByFanvueError,
    ScopeMissingError,
)
from bot.domain.scopes import Scope
from bot.fanvue import errors as fanvue
from bot.fanvue.client import FanvueClient
from bot.fanvue.limits import Priority
from bot.fanvue.wire import Call
from bot.vault.tokens import TokenKeeper

log = structlog.get_logger(__name__)

T = TypeVar("T")

INTERACTIVE_SECONDS = 10
SHORTEST_SEND_SECONDS = 0.05
MOST_TOKENS = 3
"""The first, the one after a forced refresh, and one more when that ran out or was replaced on the way."""


class Gate:
    """Makes calls for a grant; the only translator of Fanvue's errors into ours."""

    def __init__(self, client: FanvueClient, tokens: TokenKeeper, clock: Clock) -> None:
        self._client = client
        self._tokens = tokens
        self._clock = clock

    async def call(self, grant: Grant, call: Call[T], *, deadline_seconds: float = INTERACTIVE_SECONDS) -> T:
        """The answer of one call made for a person, waiting for a token included; every failure is a DomainError.

        OutcomeUnknownError means that a write was sent and nobody knows whether it was done: read back, do not repeat.
        """
        try:
            return await self._call(grant.connection, call, deadline_seconds)
        except (ScopeMissingError, ReconnectNeededError) as error:
            error.is_owner = grant.is_owner
            raise

    def require_scopes(self, grant: Grant, call: Call[T]) -> None:
        """Raise ReconnectNeededError when the grant is dead, ScopeMissingError when it lacks a scope of the call."""
        try:
            _check(grant.connection, call.scopes)
        except (ScopeMissingError, ReconnectNeededError) as error:
            error.is_owner = grant.is_owner
            raise

    async def _call(self, connection: Connection, call: Call[T], deadline_seconds: float) -> T:
        _check(connection, call.scopes)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + deadline_seconds
        rejected: str | None = None
        for number in range(1, MOST_TOKENS + 1):
            patience = ends_at - loop.time()
            token = await self._tokens.access_token(connection.id, rejected=rejected, patience_seconds=patience)
            try:
                return await self._send(connection, call, token, max(ends_at - loop.time(), SHORTEST_SEND_SECONDS))
            except fanvue.UnauthorizedError:
                await self._judge(connection, token, number)
                rejected = token
            except fanvue.FanvueError as error:
                raise self._translated(error, connection, call) from None
        raise FanvueDownError

    async def _judge(self, connection: Connection, refused: str, number: int) -> None:
        """A fresh token that is refused as well is the grant's end, unless it had run out by then."""
        if number == 1 or (number < MOST_TOKENS and await self._tokens.is_outlived(connection.id, refused)):
            return
        if await self._tokens.give_up(connection, rejected=refused):
            raise ReconnectNeededError(connection.account.handle)

    async def _send(self, connection: Connection, call: Call[T], token: str, deadline_seconds: float) -> T:
        bucket = f"{connection.account.id}:{call.acting_as.creator or ''}"
        return await self._client.send(
            call, token, bucket=bucket, priority=Priority.INTERACTIVE, deadline_seconds=deadline_seconds
        )

    def _translated(self, error: fanvue.FanvueError, connection: Connection, call: Call[T]) -> DomainError:
        field = error.field if isinstance(error, fanvue.UnexpectedAnswerError) else None
        log.warning("fanvue_call_failed", operation=call.operation_id, error=type(error).__name__, field=field)
        match error:
            case fanvue.ForbiddenError():
                return ScopeMissingError(call.scopes, handle=connection.account.handle)
            case fanvue.NotFoundError():
                return GoneError()
            case fanvue.InvalidRequestError(reasons=reasons) | fanvue.ConflictError(reasons=reasons):
                return RefusedByFanvueError(reasons)
            case fanvue.RateLimitedError(until=until):
                return BusyError(max(until, self._clock.now()))
            case fanvue.AnswerLostError() | fanvue.ServerError() | fanvue.UnexpectedAnswerError() if not call.is_safe:
                return OutcomeUnknownError()
            case fanvue.UnexpectedAnswerError(operation_id=operation_id, field=field):
                return FanvueChangedError(operation_id, field)
            case fanvue.VersionRetiredError():
                return FanvueChangedError(call.operation_id, "API version")
            case _:
                return FanvueDownError()


def _check(connection: Connection, scopes: frozenset[Scope]) -> None:
    """A dead grant comes first: connecting again is what mends both."""
    if not connection.is_active:
        raise ReconnectNeededError(connection.account.handle)
    missing = scopes - connection.scopes
    if missing:
        raise ScopeMissingError(missing, handle=connection.account.handle)
