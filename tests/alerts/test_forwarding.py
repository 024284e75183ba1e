"""An event on an idle system is stored, routed and leased in one commit: nothing is overtaken, doubled or lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alert_desk import LUNA, NOW, Desk
from sqlalchemy import delete

from bot.alerts.intake import Intake, Kept
from bot.alerts.router import BATCH, FORWARDED_AT_ONCE
from bot.alerts.sealing import seal_event
from bot.alerts.worker import MESSAGES_AT_ONCE
from bot.domain.accounts import ChannelId, ConnectionId, CreatorId, DiscordUserId, FanId
from bot.domain.alerts import SET_ASIDE, Dispatch, Route
from bot.domain.claims import Claim
from bot.domain.errors import StorageBusyError
from bot.domain.events import Event, EventKind, Fan
from bot.domain.rules import QuietHours, Wishes
from bot.storage.arrivals import Arrived
from bot.storage.connections import put
from bot.storage.deliveries.at_once import AtOnce
from bot.storage.deliveries.leasing import Lease, Parcel
from bot.storage.deliveries.outbox import Outcome
from bot.storage.events import NewEvent
from bot.storage.schema import deliveries, routes

PARCEL = [column.name for column in deliveries.columns].index("parcel_id")


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
        """Return once everything is routed and every card is noted."""
        async with asyncio.timeout(10):
            while await self.desk.stores.events.waiting() or not await self.desk.is_done():
                await asyncio.sleep(0.005)


def plain(thing: Parcel | tuple[Any, ...], event: Event, numbers: dict[int, int]) -> Any:
    """A message, or a row, without what differs from one event to the next."""
    if isinstance(thing, tuple):
        assert thing[0] == thing[PARCEL]
        return [numbers[thing[0]], *(thing[2:PARCEL]), *thing[PARCEL + 1 :]]
    (due,) = thing.contents
    assert due.stored is not None
    assert (due.event_key, due.stored.key, due.delivery.event_id) == (event.key, event.key, due.stored.id)
    assert thing.id == due.delivery.id
    bare = replace(due, event_key="", stored=None, event=None, delivery=replace(due.delivery, id=0, event_id=0))
    return replace(thing, id=0, contents=(bare,))


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


async def test_one_event_is_leased_just_as_the_outbox_would_lease_it(desk: Desk) -> None:
    """Same rows, same messages: whoever takes the lease over, or draws from it, sees no difference."""
    stores, luna, fan = desk.stores, desk.owner, Fan(FanId("fan-1"), "anna", "Anna")
    await stores.dms.remember(luna, ChannelId(77))
    await stores.claims.take(Claim(LUNA, fan.id, luna, "Luna", NOW, NOW + timedelta(hours=1)), NOW)
    wishes = Wishes(role=5, is_silent=True)
    for place in (desk.place(), desk.dm()):
        await stores.routes.set(Route(LUNA, EventKind.MESSAGE, place, luna, shows_amounts=True, wishes=wishes), NOW)
    found, lease = [], Lease("me", NOW, 20, 64)
    for is_at_once in (True, False):
        event = desk.event(fan=fan, text="Hi")
        row, parcels = seal_event(desk.keyring, event, NOW), list[Parcel]()
        standing = await stores.standing.of(LUNA, event.kind, fan.id)
        assert standing is not None
        dispatches = [Dispatch(route, happened_at=event.happened_at, fan=fan.id) for route in standing.routes]
        if is_at_once:
            assert await stores.arrivals.keep_at_once(AtOnce(event, row, dispatches, standing, lease), parcels.extend)
        else:
            await stores.arrivals.keep_routed([row], {row.key: dispatches}, lease, parcels.extend)
        table = await stores.events._database.execute_alone("SELECT * FROM deliveries ORDER BY id DESC LIMIT 2", ())
        mine = {parcel.id: number for number, parcel in enumerate(parcels)}
        found.append([plain(parcel, event, mine) for parcel in (*parcels, *map(tuple, table))])
        outcomes = [Outcome(parcel.contents[0].delivery.id, reason="over") for parcel in parcels]
        await stores.outbox.settle(outcomes, "me", NOW)
    assert found[0] == found[1]
    assert len(found[0]) == 4


async def test_what_a_fan_did_does_not_overtake_a_card_of_theirs_that_was_set_aside(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Anna", "One")
    (parcel,) = await desk.stores.outbox.lease("h1", NOW, 60, 1)
    later = NOW + timedelta(hours=1)
    passed = Outcome(parcel.contents[0].delivery.id, due_at=later, reason=SET_ASIDE, is_passed=True)
    await desk.stores.outbox.settle([passed], "h1", NOW)
    async with at_work(desk) as line:
        for name in ("Anna", "Bea"):
            fan = Fan(FanId(f"fan-{name}"), name.lower(), name)
            assert await line.intake.keep(desk.event(name, fan=fan), NOW) is Kept.NEWS
        async with asyncio.timeout(5):
            while [status for _, status in await desk.ledger()] != ["held", "held", "done"]:
                await asyncio.sleep(0.005)
        assert line.ways == [True, True]
    assert desk.names() == ["Bea"]


async def test_what_one_fan_writes_in_a_row_grows_one_card_that_way_too(desk: Desk) -> None:
    await desk.route(desk.place())
    fan = Fan(FanId("fan-1"), "anna", "Anna")
    async with at_work(desk) as line:
        for _ in range(2):
            assert await line.intake.keep(desk.event(fan=fan), NOW) is Kept.NEWS
            await line.settled()
            await line.idle()
        assert line.ways == [True, True]
    assert [message.embeds[0]["title"] for message in desk.cards()] == ["💬 2 new messages"]


async def test_what_is_to_rest_until_the_quiet_hours_end_rests_that_way_too(desk: Desk) -> None:
    wishes = Wishes(quiet=QuietHours(11 * 60, 13 * 60))
    await desk.stores.routes.set(Route(LUNA, EventKind.MESSAGE, desk.place(), desk.owner, wishes=wishes), NOW)
    async with at_work(desk) as line:
        assert await line.intake.keep(desk.event("Anna"), NOW) is Kept.NEWS
        await line.idle()
    assert [status for _, status in await desk.ledger()] == ["held"]
    assert desk.posts() == []


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


async def test_what_no_router_has_read_yet_is_not_overtaken(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.store(desk.event("Older"))
    line, event = Line(desk), desk.event("Anna")
    working = asyncio.create_task(line.worker.run())
    await asyncio.sleep(0)
    assert line.worker.lease() is not None
    assert await line.router.forward([event], [seal_event(desk.keyring, event, NOW)]) is None
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_after_a_start_more_than_is_routed_at_once_comes_before_what_is_new(desk: Desk) -> None:
    await desk.route(desk.place())
    old = [desk.event("Older") for _ in range(BATCH + 1)]
    await desk.stores.arrivals.keep([seal_event(desk.keyring, event, NOW) for event in old])
    router = desk.router()
    assert await router.route_waiting() == BATCH
    await desk.store(desk.event("Anna"))
    while await router.route_waiting():
        pass
    await desk.deliver()
    assert desk.names()[-2:] == ["Older", "Anna"]


async def test_what_could_not_be_routed_comes_before_what_is_new(desk: Desk) -> None:
    """As while the disk is full, or nothing can be read of what a rule asks for."""
    run, event = desk.stores.events._database.execute_alone, desk.event("Anna")
    await desk.stores.routes.set(Route(LUNA, event.kind, desk.place(), desk.owner, wishes=Wishes(spent=1)), NOW)
    router = desk.router()
    assert await router.route_waiting() == 0
    await run("ALTER TABLE spender_lists RENAME TO away", ())
    await desk.store(event)
    routing = asyncio.create_task(router.run())
    async with asyncio.timeout(5):
        while desk.stored.is_listening:
            await asyncio.sleep(0.001)
    await run("ALTER TABLE away RENAME TO spender_lists", ())
    await desk.store(desk.event("Bea"))
    async with asyncio.timeout(5):
        while await desk.stores.events.waiting():
            await asyncio.sleep(0.001)
    routing.cancel()
    await asyncio.gather(routing, return_exceptions=True)
    await desk.deliver()
    assert desk.names() == ["Anna", "Bea"]


async def test_who_writes_although_they_cannot_be_written_to_goes_the_usual_way(desk: Desk) -> None:
    await desk.route(desk.place())
    event = desk.event("Anna")
    assert event.fan is not None
    await desk.stores.claims.close_chat(LUNA, event.fan.id, NOW - timedelta(hours=1))
    async with at_work(desk) as line:
        await line.intake.keep(event, NOW)
        assert line.ways == [False]
        await line.settled()
    assert await desk.stores.claims.closed_at(LUNA, event.fan.id) is None


@pytest.mark.parametrize("what", ["owner", "rule"])
async def test_what_changes_while_an_event_waits_to_be_written_down_holds_for_its_card(desk: Desk, what: str) -> None:
    await desk.route(desk.dm())
    database, mia = desk.stores.routes._database, DiscordUserId(desk.discord.add_user("mia").id)
    standing = await desk.stores.connections.of_creator(LUNA)
    assert standing is not None
    async with at_work(desk) as line:
        async with database.write() as writing:
            if what == "owner":
                await put(writing, replace(standing, id=ConnectionId("c2"), owner=mia), "sealed")
            else:
                await writing.execute(delete(routes))
            kept = asyncio.create_task(line.intake.keep(desk.event("Anna"), NOW))
            while not database.is_awaited:
                await asyncio.sleep(0.001)
        await kept
        await line.settled()
    assert desk.posts() == []


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


async def test_a_commit_that_fails_under_a_card_being_drawn_sends_nothing(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    run, event = desk.stores.events._database.execute_alone, desk.event("Anna")
    await run("CREATE TABLE broken (id INTEGER REFERENCES events (id) DEFERRABLE INITIALLY DEFERRED)", ())
    await run("CREATE TRIGGER breaks AFTER INSERT ON deliveries BEGIN INSERT INTO broken VALUES (-1); END", ())
    async with at_work(desk) as line:
        assert await line.router.forward([event], [seal_event(desk.keyring, event, NOW)]) is None
        await asyncio.sleep(0.02)
        assert desk.posts() == []
        lease = line.worker.lease()
        assert lease is not None
        assert lease.limit == MESSAGES_AT_ONCE
        await run("DROP TRIGGER breaks", ())
        assert await line.intake.keep(event, NOW) is Kept.NEWS
        await line.settled()
    assert desk.names() == ["Anna"]


async def test_a_kill_between_the_commit_and_its_card_costs_no_card(desk: Desk) -> None:
    """As when the process ends right there: what was drawn never left."""
    await desk.route(desk.place())
    forum = await desk.open_forum()
    await desk.happen("Anna")
    leased = await desk.stores.outbox.lease("killed", desk.clock.now(), 20, 10)
    tasks = desk.worker().start(leased, asyncio.Event())
    await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    assert desk.posts() == []
    assert desk.posts_in(forum) == [], "nor is a fan's post there"
    desk.clock.step(seconds=30)
    await desk.deliver()
    assert desk.names() == ["Anna"]


async def test_no_card_grows_before_what_is_added_is_on_the_disk(desk: Desk) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    await desk.write("Anna", "one")
    await desk.deliver(worker)
    await desk.write("Anna", "two")
    leased = await desk.stores.outbox.lease("me", desk.clock.now(), 20, 10, worker._open_cards)
    (task,) = worker.start(leased, asyncio.Event())
    await asyncio.sleep(0.02)
    task.cancel()
    assert desk.edits() == []


async def test_what_has_to_wait_for_an_older_card_of_its_place_waits(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    fault = desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", hang=True, times=None)
    async with at_work(desk) as line:
        for name in ("Anna", "Bea"):
            assert await line.intake.keep(desk.event(name), NOW) is Kept.NEWS
        assert line.ways == [True, True]
        states = dict(await desk.ledger())
        assert (states[1], states[3]) == ("leased", "due")
        fault.remove()
    while not await desk.is_done():
        desk.clock.step(seconds=30)
        await desk.deliver()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert desk.names() == desk.names(dm) == ["Anna", "Bea"]


async def test_while_the_disk_fails_nothing_is_acknowledged_that_way_either(desk: Desk) -> None:
    await desk.route(desk.place())
    event = desk.event("Anna", text="x" * 10_000)
    await desk.stores.events._database.execute_alone("VACUUM", ())
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
