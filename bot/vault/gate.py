"""The one way to Fanvue for the rest of the house: scopes first, a working token, errors in our words."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.domain import missing
from bot.domain.access import Actor, Grant
from bot.domain.accounts import Connection, Creator, CreatorId
from bot.domain.clock import Clock
from bot.domain.errors import (
    BusyError,
    DomainError,
    FanvueChangedError,
    FanvueDownError,
    GoneError,
    NotAllowedError,
    NotConnectedError,
    OffShiftError,
    OutcomeUnknownError,
    PausedError,
    ReconnectNeededError,
    RefusedByFanvueError,
    ScopeMissingError,
    SignInRefusedError,
    UnknownCreatorError,
)
from bot.domain.scopes import Scope
from bot.domain.uses import Use, UseOutcome
from bot.fanvue import errors as fanvue
from bot.fanvue.client import Check, FanvueClient
from bot.fanvue.limits import Priority, Room
from bot.fanvue.paging import Row, pages
from bot.fanvue.shapes import Page
from bot.fanvue.wire import Call
from bot.vault.tokens import TokenKeeper

log = structlog.get_logger(__name__)

T = TypeVar("T")

INTERACTIVE_SECONDS = 10
BACKGROUND_SECONDS = 30
SHORTEST_SEND_SECONDS = 0.05
NOT_OPENED = (
    NotAllowedError,
    NotConnectedError,
    OffShiftError,
    PausedError,
    ReconnectNeededError,
    UnknownCreatorError,
)
"""With these no token was used."""
REFUSED = (GoneError, RefusedByFanvueError, ScopeMissingError)
Witness = Callable[[Use], None]

MOST_TOKENS = 3
"""The first, the one after a forced refresh, and one more when that ran out or was replaced on the way."""


class Gate:
    """Makes calls for a grant; the only translator of Fanvue's errors into ours."""

    def __init__(self, client: FanvueClient, tokens: TokenKeeper, clock: Clock, witness: Witness | None = None) -> None:
        self._client = client
        self._tokens = tokens
        self._clock = clock
        self._witness = witness or _nobody
        self._told_odd: set[tuple[str, str]] = set()

    async def call(
        self,
        grant: Grant,
        call: Call[T],
        *,
        deadline_seconds: float = INTERACTIVE_SECONDS,
        priority: Priority = Priority.INTERACTIVE,
        check: Check | None = None,
    ) -> T:
        """The answer of one call made for a person, waiting for a token included; every failure is a DomainError.

        ``check`` is asked right before the request leaves, after all waiting; its DomainError ends the call.
        What takes hundreds of calls asks in the background: others who wait for a single one go first.
        OutcomeUnknownError means that a write was sent and nobody knows whether it was done: read back, do not repeat.
        """
        self.require_scopes(grant, call)
        try:
            work = self._call(grant.connection, call, deadline_seconds, priority, check=check)
            return await self._watched(grant.creator, grant.actor, call, work)
        except (PausedError, ReconnectNeededError, ScopeMissingError) as error:
            error.is_owner = grant.is_owner
            raise

    def rows(self, grant: Grant, first_call: Call[Page[Row]], limit: int) -> AsyncGenerator[Row, None]:
        """At most ``limit`` rows of a list, its pages asked for as they are needed, each as by ``call``."""
        return pages(lambda call: self.call(grant, call), first_call, limit)

    async def work(
        self, creator: Creator, call: Call[T], *, token: str | None = None, deadline_seconds: float = BACKGROUND_SECONDS
    ) -> T:
        """The answer of one call that nobody waits for: calls people wait for go first; failures as in ``call``.

        ``token`` is what ``TokenKeeper.ready`` just gave, so that storage is not asked again; one that Fanvue refuses
        is renewed all the same.
        """
        _check(creator.connection, call.scopes)
        work = self._call(creator.connection, call, deadline_seconds, Priority.BACKGROUND, token)
        return await self._watched(creator.id, None, call, work)

    def forgiving(self, call: Call[T]) -> Call[T]:
        """The call, and those for further pages, without rows that cannot be read: whoever shows it says so."""
        return call.without_odd_rows(lambda field: self._left_out(call.operation_id, field))

    @property
    def clock_ahead(self) -> timedelta:
        """By how much our clock is ahead of Fanvue's, as far as it is known."""
        return self._client.ahead

    def room(self, creator: Creator) -> Room | None:
        """How many calls are left for a creator at present; ``None`` while none was made lately."""
        return self._client.room(f"{creator.connection.account.id}:{creator.managed or ''}")

    def require_scopes(self, grant: Grant, call: Call[T]) -> None:
        """Raise what stands against the call before it is made.

        ReconnectNeededError when the grant is dead, PausedError, ScopeMissingError when it lacks a scope of the call.
        """
        try:
            _check(grant.connection, call.scopes)
        except (PausedError, ReconnectNeededError, ScopeMissingError) as error:
            error.is_owner = grant.is_owner
            raise

    def _left_out(self, operation: str, field: str) -> None:
        """Told to whoever asked; each cause is logged once."""
        missing.note(missing.ODD)
        if (operation, field) not in self._told_odd:
            self._told_odd.add((operation, field))
            log.warning("rows_left_out", operation=operation, field=field)

    async def _watched(self, creator: CreatorId, actor: Actor | None, call: Call[T], work: Awaitable[T]) -> T:
        """Have a use of the token noted, however it ends; without an actor it is the bot's own."""
        outcome: UseOutcome | None = UseOutcome.UNKNOWN
        try:
            answer = await work
            outcome = UseOutcome.DONE
        except DomainError as error:
            outcome = _outcome(error)
            raise
        finally:
            if outcome is not None:
                self._witness(
                    Use(
                        creator=creator,
                        operation=call.operation_id,
                        scopes=call.scopes,
                        outcome=outcome,
                        actor=actor.user if actor else None,
                        guild=actor.guild if actor else None,
                        channel=actor.channel if actor else None,
                    )
                )
        return answer

    async def _call(
        self,
        connection: Connection,
        call: Call[T],
        deadline_seconds: float,
        priority: Priority,
        ready: str | None = None,
        check: Check | None = None,
    ) -> T:
        _check(connection, call.scopes)
        call = call if call.is_exact or call.left_out else self.forgiving(call)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + deadline_seconds
        rejected: str | None = None
        for number in range(1, MOST_TOKENS + 1):
            patience = ends_at - loop.time()
            if ready is None or number > 1:
                token = await self._tokens.access_token(connection.id, rejected=rejected, patience_seconds=patience)
            else:
                token = ready
            seconds = max(ends_at - loop.time(), SHORTEST_SEND_SECONDS)
            try:
                return await self._send(connection, call, token, seconds, priority, check)
            except fanvue.UnauthorizedError:
                if number > 1 and not await self._tokens.is_outlived(connection.id, token):
                    break
                rejected = token
            except fanvue.FanvueError as error:
                if priority is Priority.INTERACTIVE:
                    _log(error, call)
                raise self._translated(error, connection, call) from None
        if priority is Priority.INTERACTIVE:
            _log(fanvue.UnauthorizedError(call.operation_id), call)
        raise SignInRefusedError(is_answering=True)

    async def _send(
        self,
        connection: Connection,
        call: Call[T],
        token: str,
        deadline_seconds: float,
        priority: Priority,
        check: Check | None,
    ) -> T:
        bucket = f"{connection.account.id}:{call.acting_as.creator or ''}"
        return await self._client.send(
            call, token, bucket=bucket, priority=priority, deadline_seconds=deadline_seconds, check=check
        )

    def _translated(self, error: fanvue.FanvueError, connection: Connection, call: Call[T]) -> DomainError:
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
                return FanvueDownError(is_answering=isinstance(error, fanvue.ServerError))


def _log(error: fanvue.FanvueError, call: Call[T]) -> None:
    """One line for what a person met; what the bot does by itself is summed up elsewhere."""
    field = error.field if isinstance(error, fanvue.UnexpectedAnswerError) else None
    log.warning("fanvue_call_failed", operation=call.operation_id, error=type(error).__name__, field=field)


def _nobody(_use: Use) -> None:
    """Where uses are not noted."""


def _outcome(error: DomainError) -> UseOutcome | None:
    """How a use that failed is noted; ``None`` when the token was not used."""
    if isinstance(error, NOT_OPENED):
        return None
    if isinstance(error, OutcomeUnknownError):
        return UseOutcome.UNKNOWN
    return UseOutcome.REFUSED if isinstance(error, REFUSED) else UseOutcome.FAILED


def _check(connection: Connection, scopes: frozenset[Scope]) -> None:
    """A dead grant comes first: connecting again is what mends both."""
    if not connection.is_active:
        raise ReconnectNeededError(connection.account.handle)
    if connection.paused_at is not None:
        raise PausedError(connection.account.handle)
    missing = scopes - connection.scopes
    if missing:
        raise ScopeMissingError(missing, handle=connection.account.handle)
