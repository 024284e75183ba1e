"""When tokens are renewed, and how often at most. Pure.

The wall clock says when an access token is due; it can be wrong by hours. So how often refreshes happen is counted
with seconds that only go forward, and a token Fanvue refuses is renewed whatever any clock says.
"""

import random
import zlib
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.accounts import Connection

LONGEST_LIFE_SECONDS = 86_400
"""However long a token is said to live, or seems to by a clock that was wrong, it is renewed after this."""
LIFE_WITHOUT_EARLY_SECONDS = 60
EARLY_SHARE = 0.1
MOST_EARLY_SECONDS = 300
CLOCK_SLACK = timedelta(minutes=5)
"""Machines disagree a little; a pair from further in the future was written under a wrong clock."""

REST_SECONDS = 60
"""After a refresh no other follows for so long, or half the token's life, unless Fanvue refuses the token."""
MOST_FORCED = 5
FORCED_WINDOW_SECONDS = 600
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
LONGEST_LIMIT_SECONDS = 900.0
MOST_DOUBLINGS = 6


def ends_at(connection: Connection) -> datetime:
    """When the access token runs out, as far as the clock it was stored under was right."""
    life = connection.access_expires_at - connection.refreshed_at
    return connection.refreshed_at + min(max(life, timedelta()), timedelta(seconds=LONGEST_LIFE_SECONDS))


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether to renew: up to five minutes early, each account at a moment of its own, short lives at their end."""
    if connection.refreshed_at > now + CLOCK_SLACK:
        return True
    end = ends_at(connection)
    if now < end - timedelta(seconds=MOST_EARLY_SECONDS):
        return False
    life_seconds = (end - connection.refreshed_at).total_seconds()
    early = min(max((life_seconds - LIFE_WITHOUT_EARLY_SECONDS) * EARLY_SHARE, 0), MOST_EARLY_SECONDS)
    return now >= end - timedelta(seconds=early * _share(connection))


def _share(connection: Connection) -> float:
    """Between a half and one, the same for every process, another after each refresh."""
    mark = f"{connection.id} {connection.refreshed_at.isoformat()}"
    return 0.5 + zlib.crc32(mark.encode()) / 2**33


@dataclass(slots=True)
class Pace:
    """How often one account's tokens are renewed; ``now`` is in seconds that only go forward."""

    resting_until: float = 0.0
    blocked_until: float = 0.0
    busy_until: datetime | None = None
    failures: int = 0
    forced: deque[float] = field(default_factory=deque)

    def allows(self, now: float, *, is_rejected: bool, is_due: bool) -> bool:
        """Whether a refresh may be tried: for a token Fanvue just refused, for one that is due, or for both."""
        if now < self.blocked_until:
            return False
        if not is_rejected:
            return now >= self.resting_until
        if is_due:
            return True
        while self.forced and self.forced[0] <= now - FORCED_WINDOW_SECONDS:
            self.forced.popleft()
        return len(self.forced) < MOST_FORCED

    def note_success(self, now: float, life_seconds: float, *, is_forced: bool) -> None:
        """A new pair came."""
        self.resting_until = now + min(REST_SECONDS, life_seconds / 2)
        self.blocked_until, self.busy_until, self.failures = 0.0, None, 0
        if is_forced:
            self.forced.append(now)

    def note_failure(self, now: float) -> None:
        """None came, and the old token may still be good: wait, longer each time, not all accounts at once."""
        pause = min(FIRST_PAUSE_SECONDS * (1 << min(self.failures, MOST_DOUBLINGS)), LONGEST_PAUSE_SECONDS)
        self.failures += 1
        self.busy_until = None
        self.blocked_until = now + pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret

    def note_limit(self, now: float, seconds: float, until: datetime) -> None:
        """Fanvue wants to be left alone until then; believed for a quarter of an hour at most."""
        self.failures += 1
        self.busy_until = until
        self.blocked_until = now + min(max(seconds, FIRST_PAUSE_SECONDS), LONGEST_LIMIT_SECONDS)
