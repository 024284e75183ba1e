"""How many calls an account may make: our own count, corrected by what Fanvue's headers say. Pure.

Fanvue refills a bucket whole, every 60 s; a few operations have buckets of their own, which show by another
``X-RateLimit-Limit``. So a bucket here belongs to a key and the limit that its operations report.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import lru_cache

import msgspec

from bot.domain.clock import Clock

DEFAULT_LIMIT = 200
WINDOW = timedelta(seconds=60)
LONGEST_WINDOW = timedelta(minutes=5)
LATER_WINDOW = WINDOW / 2
"""How much later an announced reset must be to mean another window: answers of one window come late under load."""
LONGEST_BLOCK_SECONDS = 24 * 3600
BLOCK_WITHOUT_HEADER_SECONDS = 30
CLOCK_JUMP = timedelta(seconds=5)
MOST_AHEAD = timedelta(days=1)
"""Clocks that are set wrong are so by minutes, or by a zone; what differs by more is no time of Fanvue's own."""
SWEPT_AT_ONCE = 2
MAX_LIMIT = 1_000_000
EARLIEST_UNIX_SECONDS = 1_000_000_000
"""A smaller reset is a number of seconds from now, not an instant."""
INTERACTIVE_SHARE = 4
"""Background work leaves a quarter of each window to people."""
BACKGROUND_SHARE = 10
"""People leave a tenth of each window to background work, so that it never starves."""


class Priority(Enum):
    """Whether a person is waiting for the answer."""

    INTERACTIVE = "interactive"
    BACKGROUND = "background"


class Standing(msgspec.Struct, frozen=True):
    """What an answer's headers say about its bucket; ``None`` where they are absent or nonsense."""

    limit: int | None = None
    remaining: int | None = None
    resets_in_seconds: float | None = None
    retry_after_seconds: float | None = None

    def blocked_until(self, now: datetime) -> datetime:
        """Until when a 429 with these headers forbids calls."""
        seconds = self.retry_after_seconds
        if seconds is None:
            seconds = self.resets_in_seconds or BLOCK_WITHOUT_HEADER_SECONDS
        return now + timedelta(seconds=seconds)


class Bucket(msgspec.Struct, gc=False):
    """One window of one bucket; equal to a fresh one once ``resets_at`` and ``blocked_until`` have passed.

    There can be a hundred thousand of them: none holds anything that garbage collection would have to look through.
    """

    limit: int
    remaining: int
    resets_at: datetime
    touched_at: datetime
    background_taken: int = 0
    blocked_until: datetime | None = None

    def roll(self, now: datetime) -> None:
        """A new window, when the old one is over or the clock was set back."""
        if now < self.touched_at - CLOCK_JUMP:
            self.blocked_until = None
            self.resets_at = now
        self.touched_at = now
        if self.blocked_until and self.blocked_until <= now:
            self.blocked_until = None
        if self.resets_at <= now:
            self.remaining = self.limit
            self.background_taken = 0
            self.resets_at = now + WINDOW

    def has_room(self, priority: Priority) -> bool:
        """Whether a call of this priority may go now, its share considered."""
        own = self.limit // BACKGROUND_SHARE
        if priority is Priority.INTERACTIVE:
            return self.remaining > max(0, own - self.background_taken)
        return self.remaining > self.limit // INTERACTIVE_SHARE or (self.remaining > 0 and self.background_taken < own)

    def is_spent(self, now: datetime) -> bool:
        """Whether forgetting it changes nothing."""
        return self.resets_at <= now and (self.blocked_until is None or self.blocked_until <= now)


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a key's fullest bucket in its present window."""

    remaining: int
    limit: int
    resets_at: datetime
    blocked_until: datetime | None


class Limits:
    """The buckets of all keys; those that went idle are let go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, int], Bucket] = {}
        self._limits: dict[str, int] = {}
        """The limit each operation last reported: which of a key's buckets it draws from."""
        self._turns: deque[tuple[str, int]] = deque()
        """Whose bucket is looked at next, to be let go when it is idle: a few at each call, never all at once."""

    def __len__(self) -> int:
        return len(self._buckets)

    def room(self, key: str) -> Room | None:
        """How a key stands, taking nothing; ``None`` while nothing was asked of it lately."""
        now = self._clock.now()
        limits = {DEFAULT_LIMIT, *self._limits.values()}
        held = [one for limit in limits if (one := self._buckets.get((key, limit))) is not None]
        found = [one for one in held if not one.is_spent(now)]
        if not found:
            return None
        bucket = min(found, key=lambda one: one.remaining / one.limit)
        return Room(bucket.remaining, bucket.limit, bucket.resets_at, bucket.blocked_until)

    def take(self, key: str, operation_id: str, priority: Priority) -> datetime | None:
        """Takes a slot; or says when to ask again."""
        now = self._clock.now()
        self._sweep(now)
        bucket = self._bucket(key, operation_id, now)
        if bucket.blocked_until is not None:
            return bucket.blocked_until
        if not bucket.has_room(priority):
            return bucket.resets_at
        bucket.remaining -= 1
        if priority is Priority.BACKGROUND:
            bucket.background_taken += 1
        return None

    def observe(self, key: str, operation_id: str, standing: Standing) -> None:
        """Corrects the count by what an answer said."""
        if standing.limit is not None:
            self._limits[operation_id] = standing.limit
        if standing.remaining is None:
            return
        now = self._clock.now()
        bucket = self._bucket(key, operation_id, now)
        resets_at = bucket.resets_at
        if standing.resets_in_seconds is not None:
            resets_at = now + min(timedelta(seconds=standing.resets_in_seconds), LONGEST_WINDOW)
        is_later_window = resets_at > bucket.resets_at + LATER_WINDOW
        bucket.remaining = standing.remaining if is_later_window else min(bucket.remaining, standing.remaining)
        bucket.resets_at = resets_at

    def block(self, key: str, operation_id: str, standing: Standing) -> datetime:
        """Stops the bucket as a 429 demands; answers until when."""
        now = self._clock.now()
        until = standing.blocked_until(now)
        bucket = self._bucket(key, operation_id, now)
        bucket.blocked_until = max(until, bucket.blocked_until or until)
        return bucket.blocked_until

    def _bucket(self, key: str, operation_id: str, now: datetime) -> Bucket:
        limit = self._limits.get(operation_id, DEFAULT_LIMIT)
        bucket = self._buckets.get((key, limit))
        if bucket is None:
            bucket = self._buckets[key, limit] = Bucket(limit, limit, now + WINDOW, now)
            self._turns.append((key, limit))
        bucket.roll(now)
        return bucket

    def _sweep(self, now: datetime) -> None:
        for _ in range(min(SWEPT_AT_ONCE, len(self._turns))):
            name = self._turns.popleft()
            if self._buckets[name].is_spent(now):
                del self._buckets[name]
            else:
                self._turns.append(name)


def ahead_of(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """By how much our clock is ahead of Fanvue's; ``None`` where an answer does not tell, or not to be believed."""
    their_now = _http_date(headers.get("date", ""))
    if their_now is None or abs(ahead := now - their_now) > MOST_AHEAD:
        return None
    return ahead if abs(ahead) > CLOCK_JUMP else timedelta()


def standing_of(headers: Mapping[str, str], now: datetime) -> Standing:
    """Reads the rate headers of an answer; a ``Date`` beside them evens out clocks that differ."""
    their_now = _http_date(headers.get("date", "")) or now
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if reset is not None and reset >= EARLIEST_UNIX_SECONDS:
        reset = max(0.0, reset - their_now.timestamp())
    limit = _number(headers.get("x-ratelimit-limit", ""))
    remaining = _number(headers.get("x-ratelimit-remaining", ""))
    return Standing(
        limit=int(limit) if limit and 1 <= limit <= MAX_LIMIT else None,
        remaining=int(min(remaining, MAX_LIMIT)) if remaining is not None else None,
        resets_in_seconds=min(reset, LONGEST_BLOCK_SECONDS) if reset is not None else None,
        retry_after_seconds=_retry_after(headers.get("retry-after", ""), their_now),
    )


def _retry_after(text: str, their_now: datetime) -> float | None:
    seconds = _number(text)
    if seconds is None:
        date = _http_date(text)
        seconds = max(0.0, (date - their_now).total_seconds()) if date else None
    return min(seconds, LONGEST_BLOCK_SECONDS) if seconds is not None else None


@lru_cache(maxsize=256)
def _number(text: str) -> float | None:
    """A number of at most twelve digits, perhaps with a fraction; anything else is none."""
    if not text:
        return None
    whole, _, fraction = text.strip().partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 12):  # noqa: PLR2004 - said above
        return None
    return float(f"{whole}.{fraction}") if fraction.isascii() and fraction.isdigit() else float(whole)


@lru_cache(maxsize=8)
def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
