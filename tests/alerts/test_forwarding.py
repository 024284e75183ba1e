"""An event on an idle system is stored, routed and leased in one commit: nothing is overtaken, doubled or lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from alert_desk import NOW, Desk

from bot.alerts.intake import Intake, Kept
from bot.alerts.router import FORWARDED_AT_ONCE
from bot.domain.accounts import CreatorId
from bot.domain.errors import StorageBusyError
from bot.domain.events import Event, EventKind
from bot.storage.arrivals import Arrived
from bot.storage.events import NewEvent


class Line:
    """Intake, router and worker of one process; ``ways`` tells which way each batch went."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.worker = desk.worker()
        self.router = desk.router(self.worker)
        self.ways: list[bool] = []
        self.intake = Intake(desk.stores.arrivals, desk.keyring, desk.stored, self._forward)

    async def _forward(self, events: Sequence[Event], rows: Sequence[NewEvent]) -> Arrived | None:
        arrived = await self.router.forward(events, rows)
        self.ways.append(arrived is not None)
        return arrived

    async def idle(self) -> None:
        """Return once the router waits for news."""
        async with asyncio.timeout(5):
            while not self.desk.stored.is_idle:
                await asyncio.sleep(0.001)

    async def settled(self) -> None:
        """Return once every card is noted."""
        async with asyncio.timeout(5):
            while any(status != "done" for _, status in await self.desk.ledger()):
                await asyncio.sleep(0.005)


@asynccontextmanager
async def at_work(desk: Desk) -> AsyncIterator[Line]:
    line = Line(desk)
    tasks = [asyncio.create_task(part.run()) for part in (line.intake, line.router, line.worker)]
    try:
        await line.idle()
        yield line
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_an_event_on_an_idle_system_is_one_commit_and_a_card_a_place(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    async with at_work(desk) as line:
        assert await line.intake.keep(desk.event("Anna"), NOW) is Kept.NEWS
        assert line.ways == [True]
        assert await desk.stores.events.waiting() == 0
        assert len(await desk.ledger()) == 2
        await line.settled()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert desk.names() == desk.names(dm) == ["Anna"]


async def test_what_is_known_or_of_nobody_makes_no_card_that_way_either(desk: Desk) -> None:
    await desk.route(desk.place())
    event, twice = desk.event("Anna"), desk.event("Bea")
    async with at_work(desk) as line:
        assert await line.intake.keep(event, NOW) is Kept.NEWS
        assert await line.intake.keep(event, NOW) is Kept.KNOWN
        assert await line.intake.keep(desk.event(creator=CreatorId("stranger")), NOW) is Kept.STRANGER
        kept = await asyncio.gather(*(line.intake.keep(twice, NOW) for _ in range(3)))
        assert sorted(kept, key=str) == [Kept.KNOWN, Kept.KNOWN, Kept.NEWS]
        await line.settled()
        assert all(line.ways)
    assert desk.names() == ["Anna", "Bea"]


async def test_what_has_no_rule_is_routed_to_nowhere_and_keeps_no_words(desk: Desk) -> None:
    async with at_work(desk) as line:
        await line.intake.keep(desk.event("Anna"), NOW)
        assert line.ways == [True]
    assert await desk.ledger() == []
    assert await desk.stores.events.waiting() == 0
    assert await desk.stores.events.by_id(1) is None


async def test_nothing_overtakes_what_waits(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.store(desk.event("Older"))
    assert await Line(desk).router.forward([desk.event()], []) is None
    async with at_work(desk) as line:
        waiting = []
        for number in range(40):
            waiting.append(asyncio.create_task(line.intake.keep(desk.event(f"Fan{number:02}"), NOW)))
            if number % 7 == 0:
                await waiting[-1]
            elif number % 3 == 0:
                await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        await line.settled()
        assert set(line.ways) == {True, False}
    assert desk.names() == ["Older", *(f"Fan{number:02}" for number in range(40))]


@pytest.mark.parametrize("kind", [EventKind.MESSAGE_READ, EventKind.TIP])
async def test_what_changes_cards_or_is_told_twice_goes_the_usual_way(desk: Desk, kind: EventKind) -> None:
    await desk.route(desk.place(), EventKind.TIP)
    async with at_work(desk) as line:
        await line.intake.keep(desk.event("Anna", kind=kind), NOW)
        assert line.ways == [False]


async def test_a_crowd_goes_the_usual_way(desk: Desk) -> None:
    async with at_work(desk) as line:
        await asyncio.gather(*(line.intake.keep(desk.event(), NOW) for _ in range(FORWARDED_AT_ONCE + 1)))
        assert not any(line.ways)


async def test_a_kill_right_after_the_commit_costs_no_card_and_doubles_none(desk: Desk) -> None:
    await desk.route(desk.place())
    fault = desk.discord.fail("POST", "/channels/*", hang=True, times=None)
    async with at_work(desk) as line:
        await line.intake.keep(desk.event("Anna"), NOW)
        assert line.ways == [True]
        assert [status for _, status in await desk.ledger()] == ["leased"]
    fault.remove()
    assert await desk.deliver() == 0
    desk.clock.step(seconds=30)
    await desk.deliver()
    assert desk.names() == ["Anna"]
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_while_the_disk_fails_nothing_is_acknowledged_that_way_either(desk: Desk) -> None:
    await desk.route(desk.place())
    event = desk.event("Anna", text="x" * 10_000)
    async with at_work(desk) as line:
        await desk.stores.events._database.execute_alone("PRAGMA max_page_count=1", ())
        with pytest.raises(StorageBusyError):
            await line.intake.keep(event, NOW)
        assert line.ways == []
        await desk.stores.events._database.execute_alone("PRAGMA max_page_count=100000", ())
        assert await line.intake.keep(event, NOW) is Kept.NEWS
        assert line.ways == [True]
        await line.settled()
    assert desk.names() == ["Anna"]
