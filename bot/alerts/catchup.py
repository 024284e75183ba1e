"""Asks Fanvue what webhooks did not bring: after a start, on a slow beat, and fast where none come.

One heap holds every creator's due time. What is found goes through the same intake as webhooks, so nothing doubles.
"""

import asyncio
import gc
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.alerts.beats import FAST_SECONDS, Beats, Flow, Outage, Target, jittered, return_seconds, start_seconds
from bot.alerts.bell import Bell
from bot.alerts.intake import Intake
from bot.alerts.looking import CALL_PAUSE_SECONDS, Looker
from bot.alerts.shards import Shards, shard_of
from bot.domain.accounts import CreatorId
from bot.domain.catching_up import Outcome, Polling, Source
from bot.domain.clock import Clock
from bot.domain.errors import StorageBusyError
from bot.domain.faults import where
from bot.storage.cursors import CursorStore, Followed, Note
from bot.storage.leases import LeaseStore
from bot.vault.gate import Gate
from bot.vault.tokens import TokenKeeper

log = structlog.get_logger(__name__)

GATHER_SECONDS = 0.02
"""Creators that are due within it go together: they share one question to storage."""
AHEAD_SECONDS = 2 * GATHER_SECONDS
"""How early they are asked for, so that the answer is there when they are due."""
AT_ONCE = 250
STARTED_IN_A_TURN = 16
"""Each takes a third of a millisecond until it waits for Fanvue, and others wait for the event loop."""
MOST_UNDER_WAY = 500
IDLE_SECONDS = 5
KEEP_SECONDS = 10
PIECE_SECONDS = 0.05
AGAIN_SECONDS = 5
RELOAD_SECONDS = 600
MARGIN = timedelta(minutes=2)
"""Clocks of several machines differ, and commits come late."""
HEARD_AGAIN = timedelta(minutes=5)
"""How old the note of a creator's last webhook may get while more come."""
PROMPT_SECONDS = 5
MANY = 5000
NOTED_OF_MANY = 5
"""Of so many creators only every fifth look is noted: people see a time some minutes old, and the disk rests."""


class CatchUp:
    """Looks at each creator of this process's share, one at a time for each.

    ``tallies`` count readings by source and outcome; ``lateness_seconds`` is the worst since it was last asked for.
    """

    def __init__(
        self,
        *,
        cursors: CursorStore,
        leases: LeaseStore,
        tokens: TokenKeeper,
        gate: Gate,
        intake: Intake,
        clock: Clock,
        surface: str = "",
        seconds: Callable[[], float] = time.monotonic,
        call_pause_seconds: float = CALL_PAUSE_SECONDS,
    ) -> None:
        self._cursors = cursors
        self._clock = clock
        self._seconds = seconds
        self.tallies: Counter[tuple[Source, Outcome]] = Counter()
        self._outage = Outage()
        self._looker = Looker(
            cursors=cursors,
            tokens=tokens,
            gate=gate,
            intake=intake,
            clock=clock,
            surface=surface,
            seconds=seconds,
            count=self._tally,
            outage=self._outage,
            call_pause_seconds=call_pause_seconds,
        )
        self._shards = Shards(leases, clock)
        self._loaded: frozenset[int] = frozenset()
        self._beats = Beats()
        self._bell = Bell()
        self._flow = Flow()
        self._is_silent = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._notes: list[Note] = []
        self._noted_heard: dict[CreatorId, datetime] = {}
        self._reload_at = 0.0
        self._looked_for_new_at: datetime | None = None
        self._listened_at: datetime | None = None
        self._latest = 0.0
        self._back_at = -math.inf

    @property
    def count(self) -> int:
        """How many creators this process looks at."""
        return len(self._beats)

    def lateness_seconds(self) -> float:
        """By how much the latest look came late since this was last asked."""
        latest, self._latest = self._latest, 0.0
        return latest

    def figures(self) -> Mapping[str, Mapping[str, int]]:
        """Numbers for the metrics: name to label to number."""
        return {
            "fanvue_polls": {f"{source}_{outcome}": count for (source, outcome), count in self.tallies.items()},
            "fanvue_poll_lateness_milliseconds": {"latest": round(self.lateness_seconds() * 1000)},
            "fanvue_polled_creators": {"held": self.count},
        }

    def hurry(self) -> None:
        """Look at everybody soon, spread so that it is no burst."""
        self._hurry(start_seconds(self.count))

    def _hurry(self, within_seconds: float) -> None:
        self._beats.hurry(self._seconds(), within_seconds)
        self._bell.ring()

    async def run(self) -> None:
        """Keep looking until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_house())
                group.create_task(self._follow())
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            with suppress(StorageBusyError):
                await self._shards.release()

    async def _follow(self) -> None:
        while True:
            began = self._seconds()
            try:
                started = await self._start_due()
            except StorageBusyError:
                log.warning("catch_up_cannot_read")
                started = 0
                await asyncio.sleep(AGAIN_SECONDS)
            if started:
                await asyncio.sleep(max(0.0, began + GATHER_SECONDS - self._seconds()))
            else:
                has_room = len(self._under_way) < MOST_UNDER_WAY
                until_due = self._beats.next_due - AHEAD_SECONDS - self._seconds()
                wait = min(until_due, IDLE_SECONDS) if has_room else IDLE_SECONDS
                await self._bell.wait(max(wait, GATHER_SECONDS))

    async def _keep_house(self) -> None:
        while True:
            try:
                await self.keep()
            except StorageBusyError:
                log.warning("catch_up_cannot_keep_house")
            await asyncio.sleep(KEEP_SECONDS)

    async def keep(self) -> None:
        """Hold our share, find who is new in it, note what was seen, listen whether webhooks come."""
        await self._take_share()
        await self._find_new()
        await self._flush()
        await self._listen()

    async def _start_due(self) -> int:
        now = self._seconds()
        due = self._beats.pop_due(now + AHEAD_SECONDS, min(AT_ONCE, MOST_UNDER_WAY - len(self._under_way)))
        if not due:
            return 0
        try:
            followed = await self._cursors.followed([creator for creator, _, _ in due], self._clock.now())
        except StorageBusyError:
            for creator, _, _ in due:
                self._beats.put(creator, now + jittered(AGAIN_SECONDS))
            raise
        for number, (creator, target, was_due) in enumerate(due):
            if number % STARTED_IN_A_TURN == STARTED_IN_A_TURN - 1:
                await asyncio.sleep(0)
            self._latest = max(self._latest, self._seconds() - was_due)
            self._start(creator, target, followed.get(creator))
        return len(due)

    def _start(self, creator: CreatorId, target: Target, followed: Followed | None) -> None:
        if followed is None:
            self._beats.drop(creator)
            return
        task = asyncio.create_task(self._look(creator, target, followed))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if len(self._under_way) == MOST_UNDER_WAY - 1:
            self._bell.ring()

    async def _look(self, creator: CreatorId, target: Target, followed: Followed) -> None:
        next_in: float | None = jittered(FAST_SECONDS)
        began = self._seconds()
        try:
            looked = await self._looker.look(target, followed, is_silent=self._is_silent)
        except StorageBusyError:
            log.warning("catch_up_cannot_store")
        except Exception as error:  # noqa: BLE001 - one creator's look must not stop the others'
            log.error("look_failed", error=where(error))
        else:
            next_in = looked.next_in_seconds
            if looked.beat_seconds is not None and self._is_noted(creator, target, followed.polling):
                self._notes.append(Note(creator, self._clock.now(), looked.beat_seconds))
        if next_in is None or shard_of(creator) not in self._shards.held:
            self._beats.drop(creator)
        else:
            if began <= self._back_at:
                next_in = min(next_in, jittered(FAST_SECONDS))
            self._beats.put(creator, self._seconds() + next_in)

    def _is_noted(self, creator: CreatorId, target: Target, polling: Polling) -> bool:
        """Whether the time of this look is kept: the first always; of many creators not those of one turn together."""
        is_chosen = self.count < MANY or (target.turn + hash(creator)) % NOTED_OF_MANY == 0
        return is_chosen or polling.polled_at is None

    async def _take_share(self) -> None:
        held = await self._shards.hold()
        if not self._loaded <= held:
            for creator in [one for one in self._beats if shard_of(one) not in held]:
                self._beats.drop(creator)
        is_due = self._seconds() >= self._reload_at
        if held != self._loaded or is_due:
            await self._load(held)
            self._loaded = held
            self._reload_at = self._seconds() + jittered(RELOAD_SECONDS)

    async def _load(self, held: frozenset[int]) -> None:
        """Follow all of our share; those not followed yet are spread over some time, so that a start is no burst."""
        self._looked_for_new_at = self._clock.now()
        new: list[CreatorId] = []
        page = await self._cursors.usable()
        while page:
            new += [creator for creator in page if shard_of(creator) in held and creator not in self._beats]
            page = await self._cursors.usable(after=page[-1])
        now, span = self._seconds(), start_seconds(len(new))
        for number, creator in enumerate(new):
            self._beats.add(creator, now + span * number / len(new))
        if len(new) >= MANY:
            gc.freeze()  # they stay: to look through them for garbage every second would hold up what is due
        self._bell.ring()

    async def _find_new(self) -> None:
        """Who was connected, or connected again, since the last time."""
        now = self._clock.now()
        since = min(self._looked_for_new_at or now, now) - MARGIN
        self._looked_for_new_at = now
        for creator in await self._cursors.usable_since(since):
            if shard_of(creator) in self._shards.held:
                soon = self._seconds() + jittered(PROMPT_SECONDS) / 2
                if self._beats.add(creator, soon):
                    self._bell.ring()

    async def _flush(self) -> None:
        """Note who was looked at; in pieces with pauses between them, since they can be many."""
        notes, self._notes = self._notes, []
        for first in range(0, len(notes), AT_ONCE):
            if first:
                await asyncio.sleep(PIECE_SECONDS)
            await self._cursors.note_polled(notes[first : first + AT_ONCE])

    async def _listen(self) -> None:
        """Note for whom webhooks came; when they stop coming as a whole, ask instead."""
        now = self._clock.now()
        since, self._listened_at = min(self._listened_at or now - MARGIN, now), now
        heard = await self._cursors.heard_since(since)
        fresh = {
            creator: newest
            for creator, (_, newest) in heard.items()
            if creator in self._beats and self._is_news(creator, newest)
        }
        for first in range(0, len(fresh), AT_ONCE):
            await self._cursors.note_heard(dict(list(fresh.items())[first : first + AT_ONCE]))
        self._noted_heard = {
            creator: at for creator, at in (self._noted_heard | fresh).items() if now - at < 2 * HEARD_AGAIN
        }
        self._flow.note(self._seconds(), sum(number for number, _ in heard.values()))
        was_silent, self._is_silent = self._is_silent, self._flow.is_silent(self._seconds())
        if self._is_silent and not was_silent:
            log.warning("webhooks_fell_silent")
            self.hurry()

    def _is_news(self, creator: CreatorId, newest: datetime) -> bool:
        noted = self._noted_heard.get(creator)
        return noted is None or abs(newest - noted) > HEARD_AGAIN

    def _tally(self, source: Source, outcome: Outcome) -> None:
        self.tallies[source, outcome] += 1
        if self._outage.note(self._seconds(), is_answered=not outcome.is_unanswered):
            log.info("fanvue_answers_again")
            self._back_at = self._seconds()
            self._beats.forgive()
            self._hurry(return_seconds(self.count))
