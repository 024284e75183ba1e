"""One look at one creator: each list they allow us to read, into the intake, and only then the cursor."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

import structlog

from bot.alerts.beats import FAST_SECONDS, Outage, Target, Trouble, beat_seconds, jittered, pause_seconds
from bot.alerts.intake import Intake
from bot.alerts.reading import MOST_DEPTH, READERS, Look, Reading
from bot.domain.accounts import Creator
from bot.domain.catching_up import Cursor, Outcome, Source
from bot.domain.clock import Clock
from bot.domain.errors import (
    BusyError,
    DomainError,
    FanvueChangedError,
    GoneError,
    NotConnectedError,
    PausedError,
    ReconnectNeededError,
    RefusedByFanvueError,
    ScopeMissingError,
    SignInRefusedError,
    StorageBusyError,
)
from bot.domain.events import Event, EventKind
from bot.domain.scopes import Scope
from bot.fanvue.payload import likely
from bot.fanvue.wire import Call
from bot.storage.cursors import CursorStore, Followed
from bot.vault.gate import Gate
from bot.vault.tokens import TokenKeeper

log = structlog.get_logger(__name__)

T = TypeVar("T")

FREE_CALLS = 18
"""A look's first calls go at once; with the shortest beat they are a tenth of Fanvue's 200 a minute."""
CALL_PAUSE_SECONDS = 3.5
"""Between the further ones: a tenth again."""
DEADLINE_SECONDS = 15
AT_ONCE = 100
LONGEST_PARTIAL_PAUSE_SECONDS = 600
RARELY = 10
"""Refunds and disputes are looked for at every tenth fast beat."""
FIRST_LOOK_BACK = timedelta(minutes=15)
"""What is newly followed is news from when it was connected, but never from longer ago."""
GRACE = timedelta(seconds=30)
"""A webhook may take so long before its event counts as one that was not brought."""
SHORTEST_LIMIT_SECONDS, LONGEST_LIMIT_SECONDS = 5, 900

UNTOLD = frozenset({EventKind.COMMENT, EventKind.LIKE, EventKind.MESSAGE_SENT})
"""No webhook tells them, or not those of every family."""
ENDED = (NotConnectedError, ReconnectNeededError)


@dataclass(frozen=True, slots=True)
class Looked:
    """How a look ended."""

    next_in_seconds: float | None
    """``None`` when the creator is not to be looked at any more."""
    beat_seconds: int | None = None
    """The present beat, when the look came to its end."""


class _Calls:
    """Sends a look's calls, slowly when they are many: then each looks anew whether the token may still be used."""

    def __init__(self, gate: Gate, creator: Creator, token: str | None, pause_seconds: float) -> None:
        self._gate = gate
        self._creator = creator
        self._token = token
        self._pause_seconds = pause_seconds
        self._count = 0
        self.left_out: set[tuple[str, str]] = set()
        """Why rows were left out that could not be read."""

    async def __call__(self, call: Call[T]) -> T:
        self._count += 1
        if self._count > FREE_CALLS:
            self._token = None
            await asyncio.sleep(self._pause_seconds)
        call = call.without_odd_rows(lambda field: self.left_out.add((call.operation_id, field)), fills_gaps=True)
        return await self._gate.work(self._creator, call, token=self._token, deadline_seconds=DEADLINE_SECONDS)


class Looker:
    """Looks at creators, one list after the other; trouble with one list stops neither the others nor anybody else.

    Invariants: a cursor moves only after all that it passes was committed by the intake, and never ahead of our clock.
    """

    def __init__(
        self,
        *,
        cursors: CursorStore,
        tokens: TokenKeeper,
        gate: Gate,
        intake: Intake,
        clock: Clock,
        surface: str,
        seconds: Callable[[], float],
        count: Callable[[Source, Outcome], None],
        outage: Outage,
        call_pause_seconds: float,
    ) -> None:
        self._cursors = cursors
        self._tokens = tokens
        self._gate = gate
        self._intake = intake
        self._clock = clock
        self._surface = surface
        self._seconds = seconds
        self._count = count
        self._outage = outage
        self._call_pause_seconds = call_pause_seconds
        self._told_odd: set[tuple[str, str]] = set()

    async def look(self, target: Target, followed: Followed, *, is_silent: bool) -> Looked:
        """Read what is to be read; raises StorageBusyError when it could not be kept, so that it is read again."""
        connection, polling = followed.creator.connection, followed.polling
        if not connection.is_active:
            return Looked(None)
        if connection.paused_at is not None:
            return Looked(jittered(FAST_SECONDS))
        beat = beat_seconds(polling.heard_at, polling.missed_at, is_silent=is_silent)
        token = self._tokens.ready(connection, followed.sealed)
        calls = _Calls(self._gate, followed.creator, token, self._call_pause_seconds)
        due = self._due_sources(target, followed.creator, beat)
        await self._begin(due, followed)
        limited: list[float] = []
        try:
            for source in due:
                try:
                    await self._read(source, target, followed, calls)
                except BusyError as error:
                    limited.append(self._leave_alone(source, target, error.until))
        except ENDED:
            return Looked(None)
        except PausedError:
            return Looked(jittered(FAST_SECONDS))
        if limited:
            return Looked(jittered(min(beat, *limited) if len(limited) < len(due) else min(limited)))
        target.turn += 1
        return Looked(jittered(target.next_in(self._seconds(), beat)), beat)

    def _leave_alone(self, source: Source, target: Target, until: datetime) -> float:
        """Ask for this list no sooner than Fanvue wants: in how many seconds. Others can have limits of their own."""
        wait = (until - self._clock.now()).total_seconds()
        wait = min(max(wait, SHORTEST_LIMIT_SECONDS), LONGEST_LIMIT_SECONDS)
        earlier = (target.troubles or {}).get(source)
        trouble = Trouble(earlier.failures if earlier else 0, self._seconds() + wait)
        target.troubles = {**(target.troubles or {}), source: trouble}
        return wait

    def _due_sources(self, target: Target, creator: Creator, beat: int) -> list[Source]:
        """The lists that the grant allows, that exist for this creator, and that are not left alone at present."""
        held, now = creator.connection.scopes, self._seconds()
        if creator.managed is not None and Scope.READ_CREATOR not in held:
            return []
        troubles = target.troubles or {}
        is_rare_turn = beat > FAST_SECONDS or target.turn % RARELY == 0
        has_reversals = creator.managed is None and not self._surface and is_rare_turn
        return [
            source
            for source in _readable(held)
            if (source is not Source.REVERSALS or has_reversals)
            and (not troubles or source not in troubles or troubles[source].until <= now)
        ]

    async def _begin(self, due: Iterable[Source], followed: Followed) -> None:
        """Note where the news of a list begins that was never read, be it not read this time either."""
        for source in due:
            if source not in followed.polling.cursors:
                begin = Cursor(since=self._first_since(followed.creator))
                await self._cursors.move(followed.creator.id, source, begin)

    async def _read(self, source: Source, target: Target, followed: Followed, calls: _Calls) -> None:
        now = self._clock.now()
        cursor = followed.polling.cursors.get(source) or Cursor(since=self._first_since(followed.creator))
        seen = (target.seen or {}).get(source, frozenset())
        look = Look(
            creator=followed.creator,
            ask=calls,
            now=now,
            since=cursor.since,
            read_to=min(cursor.read_to, now) if cursor.read_to else None,
            has_earnings=_has_earnings(followed),
            is_seen=lambda mark: hash(mark) in seen,
            depth=(target.depths or {}).get(source, 1),
            follows_answers=followed.follows_answers,
        )
        reading = Reading()
        calls.left_out.clear()
        try:
            await READERS[source](look, reading)
        except StorageBusyError:
            raise
        except DomainError as error:
            reading.has_gap, reading.trouble = True, error
        await self._keep(source, followed, cursor, reading, look.is_seen)
        _remember(target, source, reading, look.depth)
        self._tell_odd(source, calls.left_out)
        if not (reading.is_whole or reading.has_gap):
            log.warning("list_cut_short", kind=source.value)
        if reading.trouble is None:
            self._count(source, Outcome.READ if reading.is_whole else Outcome.CUT_SHORT)
        elif isinstance(reading.trouble, (BusyError, *ENDED, PausedError)):
            if isinstance(reading.trouble, BusyError):
                self._count(source, Outcome.LIMITED)
            raise reading.trouble
        else:
            await self._note_trouble(source, target, followed, cursor, reading)

    async def _keep(
        self,
        source: Source,
        followed: Followed,
        cursor: Cursor,
        reading: Reading,
        is_seen: Callable[[str], bool],
    ) -> None:
        """Take in what is new, oldest first, then move the cursor."""
        creator, now = followed.creator.id, self._clock.now()
        fresh = [
            replace(event, happened_at=likely(event.happened_at, now))
            for event in reading.events
            if not is_seen(event.key)
        ]
        fresh.sort(key=lambda event: event.happened_at)
        is_missed = False
        for first in range(0, len(fresh), AT_ONCE):
            batch = fresh[first : first + AT_ONCE]
            taken = await asyncio.gather(*(self._intake.take(event, now) for event in batch))
            new = (event for event, is_new in zip(batch, taken, strict=True) if is_new)
            is_missed |= any(_was_not_brought(event, now) for event in new)
        if is_missed:
            await self._cursors.note_missed(creator, now)
        newest = min(reading.newest, now) if reading.newest and not reading.has_gap else None
        is_further = newest is not None and (cursor.read_to is None or newest > cursor.read_to)
        is_over = cursor.trouble is not None and reading.trouble is None
        if is_further or is_over:
            await self._cursors.move(creator, source, Cursor(cursor.since, newest))

    async def _note_trouble(
        self, source: Source, target: Target, followed: Followed, cursor: Cursor, reading: Reading
    ) -> None:
        """Leave the list alone for a while; not for long where a part of it can be read."""
        outcome = _outcome(reading.trouble)
        self._count(source, outcome)
        earlier = (target.troubles or {}).get(source)
        failures = earlier.failures + 1 if earlier else 1
        now, is_unanswered = self._seconds(), outcome.is_unanswered
        pause = pause_seconds(failures, is_refused=not is_unanswered)
        if reading.newest is not None:
            pause = min(pause, jittered(LONGEST_PARTIAL_PAUSE_SECONDS))
        if is_unanswered:
            pause = self._outage.pause(now, pause)
        target.troubles = {**(target.troubles or {}), source: Trouble(failures, now + pause, is_unanswered)}
        if cursor.trouble is not outcome:
            failed = Cursor(cursor.since, None, outcome, self._clock.now())
            await self._cursors.fail(followed.creator.id, source, failed)

    def _tell_odd(self, source: Source, left_out: Collection[tuple[str, str]]) -> None:
        """Count a reading in which rows were left out, and log each cause once."""
        if left_out:
            self._count(source, Outcome.ODD_ROWS)
        for operation, field in sorted(set(left_out) - self._told_odd):
            log.warning("rows_left_out", operation=operation, field=field)
        self._told_odd.update(left_out)

    def _first_since(self, creator: Creator) -> datetime:
        """By Fanvue's clock: with ours ahead, what happens until then would be history."""
        now = self._clock.now()
        return min(max(creator.connection.connected_at, now - FIRST_LOOK_BACK), now) - self._gate.clock_ahead


def _has_earnings(followed: Followed) -> bool:
    """Whether they tell sales: they may be read, and Fanvue does not refuse it all the same."""
    cursor = followed.polling.cursors.get(Source.EARNINGS)
    is_closed = cursor is not None and cursor.trouble in {Outcome.REFUSED, Outcome.MISSING}
    return Source.EARNINGS.scope in followed.creator.connection.scopes and not is_closed


@lru_cache(maxsize=64)
def _readable(held: frozenset[Scope]) -> tuple[Source, ...]:
    """The lists that a grant allows; grants of the same scopes share one set."""
    return tuple(source for source in Source if source.scope in held)


def _remember(target: Target, source: Source, reading: Reading, depth: int) -> None:
    """What was just read need not be taken in again, and trouble is over; nothing is kept where there is nothing."""
    if not reading.is_whole and depth < MOST_DEPTH:
        target.depths = {**(target.depths or {}), source: depth + 1}
    elif target.depths and reading.trouble is None:
        target.depths = {other: one for other, one in target.depths.items() if other != source} or None
    marks = frozenset(hash(mark) for mark in (*reading.marks, *(event.key for event in reading.events)))
    if reading.has_gap and target.seen:
        marks |= target.seen.get(source, frozenset())
    if marks:
        target.seen = {**(target.seen or {}), source: marks}
    elif target.seen:
        target.seen = {other: kept for other, kept in target.seen.items() if other != source} or None
    if target.troubles and reading.trouble is None:
        target.troubles = {other: trouble for other, trouble in target.troubles.items() if other != source} or None


def _was_not_brought(event: Event, now: datetime) -> bool:
    """Whether a webhook should have told it by now and did not."""
    return event.kind not in UNTOLD and event.happened_at < now - GRACE


def _outcome(error: DomainError | None) -> Outcome:
    if isinstance(error, ScopeMissingError | RefusedByFanvueError):
        return Outcome.REFUSED
    if isinstance(error, GoneError) or (isinstance(error, FanvueChangedError) and error.field == "API version"):
        return Outcome.MISSING
    return Outcome.SIGN_IN if isinstance(error, SignInRefusedError) else Outcome.UNANSWERED
