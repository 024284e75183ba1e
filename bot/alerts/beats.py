"""When each creator is looked at next: one heap of due times for all of them; pure.

Moments here are seconds that only go forward, so that no step of the wall clock makes a storm or a standstill.
"""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.accounts import CreatorId

FAST_SECONDS = 60
SLOW_SECONDS = 900
JITTER = 0.1
"""So that creators who began together do not stay together."""
STARTS_PER_SECOND = 20
"""How many creators are first looked at in a second after a start, unless there are more than fit into one beat."""

LONGEST_PAUSE_SECONDS = 3600
PROBE_SECONDS = 300
"""While Fanvue answers nobody, one list of one creator is asked for so often, for all of them."""
LONGEST_REFUSAL_SECONDS = 24 * 3600
MOST_DOUBLINGS = 10

MEMORY_SECONDS = 3600
EXPECTED_BY_NOW = 10
SHORTEST_SILENCE_SECONDS = 120
SHORTEST_OUTAGE_SECONDS = 120
FEWEST_UNANSWERED = 3
LONGEST_RETURN_SECONDS = 600


def beat_seconds(heard_at: datetime | None, missed_at: datetime | None, *, is_silent: bool = False) -> int:
    """How often to look at a creator: slowly while webhooks come, fast while none ever did or one failed to come."""
    if heard_at is None or is_silent or (missed_at is not None and missed_at >= heard_at):
        return FAST_SECONDS
    return SLOW_SECONDS


def pause_seconds(failures: int, *, is_refused: bool = False) -> float:
    """How long a source that failed so often in a row is left alone; one that is refused needs a person first."""
    first, longest = (3600, LONGEST_REFUSAL_SECONDS) if is_refused else (FAST_SECONDS, LONGEST_PAUSE_SECONDS)
    return jittered(min(first * (1 << min(max(failures - 1, 0), MOST_DOUBLINGS)), longest))


def jittered(seconds: float) -> float:
    """About so long."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, keeps no secret


def start_seconds(count: int) -> float:
    """Over how long so many creators are spread when all are to be looked at."""
    return min(FAST_SECONDS, count / STARTS_PER_SECOND)


def return_seconds(count: int) -> float:
    """The same after an outage of Fanvue's, which may not be well yet."""
    return min(LONGEST_RETURN_SECONDS, count / STARTS_PER_SECOND)


@dataclass(slots=True, eq=False)
class Trouble:
    """A source of one creator that does not answer as it should."""

    failures: int
    until: float
    is_unanswered: bool = False
    """Whether Fanvue does not answer, rather than refuse."""


@dataclass(slots=True, eq=False)
class Target:
    """What is kept in memory of one creator; next to nothing while nothing happens and nothing fails."""

    due: float = math.inf
    """Infinite while the creator is being looked at."""
    turn: int = 0
    troubles: dict[str, Trouble] | None = None
    depths: dict[str, int] | None = None
    """By source, how much deeper than usual it is read: one that was cut short is read further the next time."""
    seen: dict[str, frozenset[int]] | None = None
    """By source, what was found near its cursor: it is not taken in again at each beat."""

    def next_in(self, now: float, beat: float) -> float:
        """When to look again: at the next beat, or once a list that was not answered for may be asked for."""
        until = min((one.until for one in (self.troubles or {}).values() if one.is_unanswered), default=math.inf)
        return min(beat, max(until - now, FAST_SECONDS))


class Beats:
    """The creators and when each is due.

    Invariant: a creator is either in the heap with its due time, or handed out by ``pop_due`` until ``put`` again.
    """

    def __init__(self) -> None:
        self._targets: dict[CreatorId, Target] = {}
        self._heap: list[tuple[float, CreatorId]] = []

    def __len__(self) -> int:
        return len(self._targets)

    def __contains__(self, creator: object) -> bool:
        return creator in self._targets

    def __iter__(self) -> Iterator[CreatorId]:
        return iter(self._targets)

    def add(self, creator: CreatorId, due: float) -> bool:
        """Begin to look at a creator; false when that is so already."""
        if creator in self._targets:
            return False
        self._targets[creator] = Target(due)
        heapq.heappush(self._heap, (due, creator))
        return True

    def put(self, creator: CreatorId, due: float) -> None:
        """The creator is due then, whatever was planned before; one that was dropped stays away."""
        target = self._targets.get(creator)
        if target is not None:
            target.due = due
            heapq.heappush(self._heap, (due, creator))

    def drop(self, creator: CreatorId) -> None:
        """Look at them no more."""
        self._targets.pop(creator, None)

    def pop_due(self, now: float, most: int) -> list[tuple[CreatorId, Target, float]]:
        """Those that are due by now, the longest due first, each with when it was."""
        found: list[tuple[CreatorId, Target, float]] = []
        while self._heap and self._heap[0][0] <= now and len(found) < most:
            due, creator = heapq.heappop(self._heap)
            target = self._targets.get(creator)
            if target is not None and target.due == due:
                target.due = math.inf
                found.append((creator, target, due))
        return found

    @property
    def next_due(self) -> float:
        """When somebody is due; infinite when nobody is."""
        return self._heap[0][0] if self._heap else math.inf

    def hurry(self, now: float, within_seconds: float) -> None:
        """Everybody who would be due later is due within so long, spread evenly."""
        waiting = [target for target in self._targets.values() if target.due != math.inf]
        for target in waiting:
            due = now + random.random() * within_seconds  # noqa: S311 - spreads load, keeps no secret
            target.due = min(target.due, due)
        self._heap = [(target.due, creator) for creator, target in self._targets.items() if target.due != math.inf]
        heapq.heapify(self._heap)

    def forgive(self) -> None:
        """No list is left alone any more because it was not answered for."""
        for target in self._targets.values():
            if target.troubles:
                kept = {source: one for source, one in target.troubles.items() if not one.is_unanswered}
                target.troubles = kept or None


class Outage:
    """Whether Fanvue answers nobody: some lists in a row were not answered for, over minutes, and none was meanwhile.

    Each list is asked for ever less often then. So that the end is noticed all the same, one is asked for steadily.
    """

    def __init__(self) -> None:
        self._began_at = math.inf
        self._unanswered = 0
        self._probe_at = -math.inf

    def is_on(self, now: float) -> bool:
        """Whether it lasts."""
        return self._unanswered >= FEWEST_UNANSWERED and now - self._began_at >= SHORTEST_OUTAGE_SECONDS

    def note(self, now: float, *, is_answered: bool) -> bool:
        """A list was asked for; true when this ends an outage."""
        was_on = self.is_on(now)
        if is_answered:
            self._began_at, self._unanswered = math.inf, 0
        else:
            self._began_at, self._unanswered = min(self._began_at, now), self._unanswered + 1
        return was_on and is_answered

    def pause(self, now: float, seconds: float) -> float:
        """How long to leave a list alone that was not answered for just now."""
        if not self.is_on(now) or now < self._probe_at:
            return seconds
        pause = min(seconds, jittered(PROBE_SECONDS))
        self._probe_at = now + pause
        return pause


class Flow:
    """Whether webhooks as a whole fell silent: by how many would have come meanwhile at the rate of the last hour."""

    def __init__(self) -> None:
        self._rate = 0.0
        self._noted_at: float | None = None
        self._heard_at: float | None = None

    def note(self, now: float, count: int) -> None:
        """So many came since the last time."""
        if self._noted_at is not None and now > self._noted_at:
            span = now - self._noted_at
            kept = math.exp(-span / MEMORY_SECONDS)
            self._rate = self._rate * kept + count / span * (1 - kept)
        self._noted_at = now
        if count:
            self._heard_at = now

    def is_silent(self, now: float) -> bool:
        """Whether none came although some should have."""
        if self._heard_at is None:
            return False
        silence = now - self._heard_at
        return silence >= SHORTEST_SILENCE_SECONDS and self._rate * silence >= EXPECTED_BY_NOW
