"""The one way to Fanvue for the rest of the house: scopes first, a working token, errors in our words."""

from datetime import timedelta
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
from bot.fanvue import errors as fanvue
from bot.fanvue.client import FanvueClient
from bot.fanvue.limits import Priority
from bot.fanvue.wire import Call
from bot.vault.tokens import TokenKeeper

log = structlog.get_logger(__name__)

T = TypeVar("T")

INTERACTIVE_SECONDS = 10
BUSY_FALLBACK_SECONDS = 60


class Gate:
    """Makes calls for a grant; the only translator of Fanvue's errors into ours."""

    def __init__(self, client: FanvueClient, tokens: TokenKeeper, clock: Clock) -> None:
        self._client = client
        self._tokens = tokens
        self._clock = clock

    async def call(self, grant: Grant, call: Call[T], *, deadline_seconds: float = INTERACTIVE_SECONDS) -> T:
        """The answer of one call made for a person; every failure is a DomainError."""
        try:
            return await self._call(grant.connection, call, deadline_seconds)
        except (ScopeMissingError, ReconnectNeededError) as error:
            error.is_owner = grant.is_owner
            raise

    def require_scopes(self, grant: Grant, call: Call[T]) -> None:
        """Raise ScopeMissingError when the grant's connection lacks a scope of the call."""
        missing = call.scopes - grant.connection.scopes
        if missing:
            raise ScopeMissingError(missing, handle=grant.connection.account.handle, is_owner=grant.is_owner)

    async def _call(self, connection: Connection, call: Call[T], deadline_seconds: float) -> T:
        missing = call.scopes - connection.scopes
        if missing:
            raise ScopeMissingError(missing, handle=connection.account.handle)
        token = await self._tokens.access_token(connection.id)
        try:
            return await self._send(connection, call, token, deadline_seconds)
        except fanvue.UnauthorizedError:
            token = await self._tokens.access_token(connection.id, rejected=token)
        except fanvue.FanvueError as error:
            raise self._translated(error, connection, call) from None
        try:
            return await self._send(connection, call, token, deadline_seconds)
        except fanvue.UnauthorizedError:
            await self._tokens.give_up(connection)
            raise ReconnectNeededError(connection.account.handle) from None
        except fanvue.FanvueError as error:
            raise self._translated(error, connection, call) from None

    async def _send(self, connection: Connection, call: Call[T], token: str, deadline_seconds: float) -> T:
        bucket = f"{connection.account.id}:{call.acting_as.creator or ''}"
        return await self._client.send(
            call, token, bucket=bucket, priority=Priority.INTERACTIVE, deadline_seconds=deadline_seconds
        )

    def _translated(self, error: fanvue.FanvueError, connection: Connection, call: Call[T]) -> DomainError:
        log.warning("fanvue_call_failed", operation=call.operation_id, error=type(error).__name__)
        match error:
            case fanvue.ForbiddenError():
                return ScopeMissingError(call.scopes, handle=connection.account.handle)
            case fanvue.NotFoundError():
                return GoneError()
            case fanvue.InvalidRequestError(reasons=reasons) | fanvue.ConflictError(reasons=reasons):
                return RefusedByFanvueError(reasons)
            case fanvue.RateLimitedError(until=until):
                return BusyError(until or self._clock.now() + timedelta(seconds=BUSY_FALLBACK_SECONDS))
            case fanvue.UnexpectedAnswerError(operation_id=operation_id, field=field):
                return FanvueChangedError(operation_id, field)
            case fanvue.VersionRetiredError():
                return FanvueChangedError(call.operation_id, "API version")
            case fanvue.AnswerLostError() | fanvue.ServerError() if not call.is_safe:
                return OutcomeUnknownError()
            case _:
                return FanvueDownError()
