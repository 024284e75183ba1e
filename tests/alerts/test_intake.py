"""What is acknowledged is stored, once, and what cannot be stored is not acknowledged."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import pytest
from alert_desk import NOW, Desk, running

from bot.alerts.intake import BATCH, QUEUE_LENGTH, Intake
from bot.alerts.reception import Received, Reception
from bot.alerts.sealing import open_event
from bot.domain.errors import StorageBusyError
from bot.domain.events import EventKind
from bot.fanvue import webhooks
from bot.storage.arrivals import A, ArrivalStore, Arrived, Settle
from bot.storage.database import READERS
from sandbox.fanvue.webhooks.signature import sign

SECRET = "whsec_test"
FLAT = (
    b'{"recipientUuid":"11111111-2222-4333-8444-555555555555","messageUuid":"aaaaaaaa-2222-4333-8444-555555555555",'
    b'"sender":{"uuid":"bbbbbbbb-2222-4333-8444-555555555555","handle":"sarah"},"timestamp":"2026-07-01T12:00:00Z",'
    b'"message":{"uuid":"aaaaaaaa-2222-4333-8444-555555555555","text":"hi"}}'
)
CURRENT = (
    b'{"id":"evt_1","type":"creator.message.received","timestamp":"2026-07-01T12:00:00Z","data":{"object":"message",'
    b'"uuid":"aaaaaaaa-2222-4333-8444-555555555555","sender":"fan","text":"hi",'
    b'"creator":{"uuid":"11111111-2222-4333-8444-555555555555"},'
    b'"fan":{"uuid":"bbbbbbbb-2222-4333-8444-555555555555","handle":"sarah"}}}'
)


class CountingStore(ArrivalStore):
    """Remembers how many rows each commit held."""

    def __init__(self, inner: ArrivalStore) -> None:
        super().__init__(inner._database)
        self.commits: list[int] = []

    async def keep_flowing(self, first: Sequence[A], more: Callable[[], Sequence[A]], settle: Settle[A]) -> None:
        def counted(batch: Sequence[A], outcome: Arrived | StorageBusyError) -> None:
            self.commits.append(len(batch))
            settle(batch, outcome)

        await super().keep_flowing(first, more, counted)


async def received(desk: Desk, intake: Intake, body: bytes) -> Received:
    signature = sign(SECRET, body, int(NOW.timestamp()))
    return await Reception([SECRET], intake, desk.clock).receive(body, signature, None, None)


async def fill_the_disk(desk: Desk) -> None:
    await desk.stores.events._database.execute_alone("PRAGMA max_page_count=1", ())


async def make_room(desk: Desk) -> None:
    await desk.stores.events._database.execute_alone("PRAGMA max_page_count=100000", ())


async def test_what_take_has_answered_is_in_the_database(desk: Desk) -> None:
    intake, event = desk.intake(), desk.event(text="for the database")
    async with running(intake):
        assert await intake.take(event, NOW)
    (stored,) = await desk.stores.events.unrouted(10)
    assert open_event(desk.keyring, stored) == event
    assert "for the database" not in stored.sealed_body


async def test_what_comes_during_a_commit_shares_the_next_one(desk: Desk) -> None:
    store = CountingStore(desk.stores.arrivals)
    intake = Intake(store, desk.keyring, desk.stored)
    async with running(intake):
        answers = await asyncio.gather(*(intake.take(desk.event(), NOW) for _ in range(200)))
    assert all(answers)
    assert sum(store.commits) == 200
    assert len(store.commits) <= 3


async def test_an_event_taken_twenty_times_at_once_is_new_once(desk: Desk) -> None:
    intake, event = desk.intake(), desk.event()
    async with running(intake):
        answers = await asyncio.gather(*(intake.take(event, NOW) for _ in range(20)))
    assert sorted(answers) == [False] * 19 + [True]


async def test_an_event_known_for_a_day_is_still_known(desk: Desk) -> None:
    event = desk.event()
    await desk.store(event)
    await desk.router().route_waiting()
    desk.clock.step(days=1)
    intake = desk.intake()
    async with running(intake):
        assert not await intake.take(event, desk.clock.now())


async def test_one_message_told_by_both_families_is_one_event(desk: Desk) -> None:
    intake = desk.intake()
    async with running(intake):
        assert await received(desk, intake, FLAT) is Received.STORED
        assert await received(desk, intake, CURRENT) is Received.KNOWN
        assert await received(desk, intake, FLAT) is Received.KNOWN


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b'"text"'])
async def test_signed_nonsense_is_unreadable_and_not_stored(desk: Desk, body: bytes) -> None:
    intake = desk.intake()
    async with running(intake):
        assert await received(desk, intake, body) is Received.UNREADABLE
    assert await desk.stores.events.waiting() == 0


async def test_a_forged_delivery_is_not_stored(desk: Desk) -> None:
    intake = desk.intake()
    async with running(intake):
        answer = await Reception([SECRET], intake, desk.clock).receive(FLAT, sign("other", FLAT, 0), None, None)
    assert answer is Received.FORGED
    assert await desk.stores.events.waiting() == 0


async def test_while_the_disk_is_full_nothing_is_acknowledged_and_afterwards_all_goes_on(desk: Desk) -> None:
    intake = desk.intake()
    large = "x" * 10_000
    await fill_the_disk(desk)
    async with running(intake):
        busy = await asyncio.gather(
            *(intake.take(desk.event(text=large), NOW) for _ in range(5)), return_exceptions=True
        )
        assert [type(error) for error in busy] == [StorageBusyError] * 5
        await make_room(desk)
        assert await intake.take(desk.event(text=large), NOW)
    assert await desk.stores.events.waiting() == 1


async def test_a_delivery_that_finds_the_queue_full_is_refused_at_once(desk: Desk) -> None:
    intake, event = desk.intake(), desk.event()
    waiting = [asyncio.ensure_future(intake.take(event, NOW)) for _ in range(QUEUE_LENGTH)]
    await asyncio.sleep(0)
    with pytest.raises(StorageBusyError):
        await intake.take(event, NOW)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_who_stopped_waiting_stops_nobody_else(desk: Desk) -> None:
    intake = desk.intake()
    gone = asyncio.ensure_future(intake.take(desk.event(), NOW))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    async with running(intake):
        assert await intake.take(desk.event(), NOW)
    assert await desk.stores.events.waiting() == 2


async def test_an_event_nobody_has_connected_the_creator_of_is_forgotten(desk: Desk) -> None:
    intake, body = desk.intake(), CURRENT.replace(b"11111111-2222", b"99999999-2222")
    async with running(intake):
        assert await received(desk, intake, body) is Received.STRANGER
        assert await received(desk, intake, body) is Received.STRANGER
    assert await desk.stores.events.waiting() == 0


async def test_a_type_nobody_knows_is_stored_and_told_apart(desk: Desk) -> None:
    intake = desk.intake()
    body = CURRENT.replace(b"creator.message.received", b"creator.party.started")
    async with running(intake):
        assert await received(desk, intake, body) is Received.OTHER
        assert await received(desk, intake, body) is Received.KNOWN
    (stored,) = await desk.stores.events.unrouted(10)
    assert (stored.kind, stored.topic) == (EventKind.OTHER, "creator.party.started")


def test_the_examples_are_the_same_happening() -> None:
    keys = {webhooks.parse(body, topic=None, event=None, received_at=NOW).key for body in (FLAT, CURRENT)}
    assert len(keys) == 1


async def test_what_comes_while_the_bot_stops_is_refused_at_once_and_not_left_waiting(desk: Desk) -> None:
    intake = desk.intake()
    writer = asyncio.create_task(intake.run())
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(intake.take(desk.event(f"Fan {number}"), NOW)) for number in range(50)]
    await asyncio.sleep(0)
    writer.cancel()
    async with asyncio.timeout(5):
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(StorageBusyError):
            await intake.take(desk.event("Late"), NOW)
    assert all(end is True or isinstance(end, StorageBusyError) for end in ends)
    assert any(isinstance(end, StorageBusyError) for end in ends)


async def test_what_a_stop_meets_while_its_creators_are_looked_up_is_refused_at_once(desk: Desk) -> None:
    """More than one commit's worth, so that the strangers come with the second."""
    intake, database = desk.intake(), desk.stores.events._database
    async with AsyncExitStack() as readers:
        for _ in range(READERS):
            await readers.enter_async_context(database.read())
        known = [asyncio.create_task(intake.take(desk.event(), NOW)) for _ in range(BATCH)]
        strangers = [asyncio.create_task(intake.take(desk.event(creator="nobody"), NOW)) for _ in range(5)]
        await asyncio.sleep(0)
        writer = asyncio.create_task(intake.run())
        async with asyncio.timeout(20):
            assert all(await asyncio.gather(*known))
            writer.cancel()
            ends = await asyncio.gather(*strangers, return_exceptions=True)
    assert [type(end) for end in ends] == [StorageBusyError] * 5
