"""What queues during a commit is stored by the next one, each answered for itself, and no other writer is shut out."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from typing import Any

import pytest
from stored_examples import LUNA, MIRA, a_connection, an_event

from bot.domain.accounts import DiscordUserId
from bot.domain.errors import StorageBusyError
from bot.storage import Stores
from bot.storage.arrivals import COMMITS_IN_A_ROW, Arrived
from bot.storage.events import NewEvent


@dataclass
class One:
    """Waits for its row."""

    row: NewEvent


def some(*keys: str, **values: Any) -> list[One]:
    return [One(an_event(key, **values)) for key in keys]


def again(key: str) -> list[One]:
    """No two events are sealed to the same text."""
    return some(key, sealed_body="sealed otherwise")


class Queue:
    """Gives one batch after another, and remembers what became of each."""

    def __init__(self, batches: Iterable[Sequence[One]]) -> None:
        self._batches = iter(batches)
        self.outcomes: list[tuple[list[str], Arrived | StorageBusyError]] = []

    def more(self) -> Sequence[One]:
        return next(self._batches, ())

    def settle(self, batch: Sequence[One], outcome: Arrived | StorageBusyError) -> None:
        self.outcomes.append(([one.row.key for one in batch], outcome))

    @property
    def news(self) -> list[list[str]]:
        return [sorted(outcome.news) for _, outcome in self.outcomes if isinstance(outcome, Arrived)]


@pytest.fixture
async def luna(stores: Stores) -> Stores:
    """Luna's account, with an event that came twice."""
    await stores.connections.replace(a_connection(DiscordUserId(1), LUNA), "sealed")
    for sealed in ("sealed", "sealed otherwise"):
        await stores.arrivals.keep([an_event("0", sealed_body=sealed)])
    return stores


ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"])
"""PostgreSQL stores what it is given and asks for no more."""


@ON_SQLITE
async def test_batches_that_queued_are_stored_one_after_another_each_told_its_news(luna: Stores) -> None:
    queue = Queue([[*some("c"), *again("a"), *some("d")], some("e")])
    await luna.arrivals.keep_flowing(some("a", "b"), queue.more, queue.settle)
    assert queue.news == [["a", "b"], ["c", "d"], ["e"]]
    assert [event.key for event in await luna.events.unrouted(9)] == ["0", "a", "b", "c", "d", "e"]


@ON_SQLITE
async def test_the_numbers_told_are_those_of_the_rows(luna: Stores) -> None:
    queue = Queue([[*some("b"), *again("a"), *some("c")], some("d", "e")])
    await luna.arrivals.keep_flowing(some("a"), queue.more, queue.settle)
    told = {key: number for _, arrived in queue.outcomes for key, number in arrived.news.items()}  # type: ignore[union-attr]
    assert told == {event.key: event.id for event in await luna.events.unrouted(9) if event.key != "0"}


@ON_SQLITE
async def test_strangers_among_them_are_told_as_such_and_nothing_is_taken_after_them_unstored(luna: Stores) -> None:
    rest = iter([some("b", creator=MIRA), some("c")])
    queue = Queue(rest)
    await luna.arrivals.keep_flowing(some("a"), queue.more, queue.settle)
    assert [outcome.strangers for _, outcome in queue.outcomes if isinstance(outcome, Arrived)] == [frozenset(), {MIRA}]
    assert [[one.row.key for one in batch] for batch in rest] == [["c"]]


@ON_SQLITE
async def test_a_commit_that_fails_is_told_to_its_own_batch_alone(luna: Stores) -> None:
    run = luna.events._database.execute_alone
    queue = Queue([some("large", sealed_body="x" * 100_000), some("never")])
    await run("VACUUM", ())
    (pages,) = (await run("PRAGMA page_count", ()))[0]
    await run(f"PRAGMA max_page_count={pages + 4}", ())
    await luna.arrivals.keep_flowing(some("small"), queue.more, queue.settle)
    (first, arrived), (second, failed) = queue.outcomes
    assert (first, second) == (["small"], ["large"])
    assert isinstance(arrived, Arrived)
    assert isinstance(failed, StorageBusyError)
    assert [event.key for event in await luna.events.unrouted(9)] == ["0", "small"]


@ON_SQLITE
async def test_an_endless_crowd_lets_go_of_the_writer(luna: Stores) -> None:
    numbers = count()
    queue = Queue(some(f"k{next(numbers)}") for _ in repeat(None))
    await luna.arrivals.keep_flowing(some("a"), queue.more, queue.settle)
    assert len(queue.outcomes) == COMMITS_IN_A_ROW


@ON_SQLITE
async def test_whoever_else_wants_to_write_waits_for_one_commit(luna: Stores) -> None:
    numbers = count()
    queue = Queue(some(f"k{next(numbers)}") for _ in repeat(None))
    flowing = asyncio.create_task(luna.arrivals.keep_flowing(some("a"), queue.more, queue.settle))
    await asyncio.sleep(0)
    await luna.events.add_many([an_event("another's")])
    await flowing
    assert len(queue.outcomes) < COMMITS_IN_A_ROW
    assert "another's" in {event.key for event in await luna.events.unrouted(99)}


@ON_SQLITE
async def test_who_stops_the_bot_waits_for_it_and_what_was_told_is_stored(luna: Stores) -> None:
    numbers = count()
    queue = Queue(some(f"k{next(numbers)}") for _ in repeat(None))
    flowing = asyncio.create_task(luna.arrivals.keep_flowing(some("a"), queue.more, queue.settle))
    await asyncio.sleep(0)
    flowing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flowing
    await asyncio.sleep(0)
    told = {key for batch in queue.news for key in batch}
    assert told | {"0"} == {event.key for event in await luna.events.unrouted(99)}
    assert await luna.events.add_many([an_event("afterwards")]) == {"afterwards"}


async def test_what_is_given_is_stored_and_told_on_both_databases(luna: Stores) -> None:
    queue = Queue([])
    await luna.arrivals.keep_flowing(some("a", "b"), queue.more, queue.settle)
    await luna.arrivals.keep_flowing(some("b"), queue.more, queue.settle)
    assert queue.news == [["a", "b"], []]
