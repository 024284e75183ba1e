"""What was just stored reaches the router without being read again, and never overtakes what waits in storage."""

import asyncio

from alert_desk import NOW, Desk, running

from bot.alerts.handover import MOST, Handover
from bot.domain.accounts import CreatorId
from bot.domain.events import EventKind
from bot.storage.events import StoredEvent


def stored(number: int) -> StoredEvent:
    return StoredEvent(number, f"k{number}", EventKind.MESSAGE, CreatorId("c"), "sealed", None, NOW)


def listening() -> Handover:
    handover = Handover()
    handover.collect()
    handover.caught_up()
    return handover


def test_nothing_is_handed_over_before_storage_was_read_to_its_end() -> None:
    handover = Handover()
    handover.give([stored(1)])
    handover.collect()
    handover.give([stored(2)])
    assert handover.take(10) == []
    handover.caught_up()
    assert [one.id for one in handover.take(10)] == [2]


def test_what_is_too_much_or_lost_is_left_to_storage() -> None:
    handover = listening()
    handover.give([stored(number) for number in range(MOST)])
    handover.give([stored(MOST)])
    assert handover.take(10) == []
    handover = listening()
    handover.give([stored(1)])
    handover.lose()
    assert handover.take(10) == []
    assert not handover.is_listening


async def test_giving_wakes_whoever_waits() -> None:
    handover = listening()
    waiting = asyncio.create_task(handover.wait(5))
    await asyncio.sleep(0)
    handover.give([stored(1)])
    await waiting
    assert [one.id for one in handover.take(10)] == [1]


async def test_events_handed_over_are_routed_once_and_in_order(desk: Desk) -> None:
    await desk.route(desk.place())
    router, intake = desk.router(), desk.intake()
    async with running(intake):
        await intake.take(desk.event("Early"), NOW)
        while await router.route_waiting():
            pass
        for name in ("First", "Second", "Third"):
            await intake.take(desk.event(name), NOW)
        assert await router.route_waiting() == 3
        assert await router.route_waiting() == 0
    await desk.deliver()
    shown = str([message.text for message in desk.cards()])
    places = [shown.index(name) for name in ("Early", "First", "Second", "Third")]
    assert places == sorted(places)
    assert await desk.stores.events.waiting() == 0


async def test_the_numbers_handed_over_are_those_of_the_rows(desk: Desk) -> None:
    """Among events that were known, twice in a batch, or of nobody."""
    intake = desk.intake()
    desk.stored.collect()
    desk.stored.caught_up()
    known, stranger = desk.event(), desk.event(creator=CreatorId("stranger"))
    async with running(intake):
        await intake.take(known, NOW)
        fresh = [desk.event() for _ in range(5)]
        mixed = [fresh[0], known, fresh[1], fresh[0], stranger, fresh[2], known, fresh[3], stranger, fresh[4], known]
        await asyncio.gather(*(intake.take(event, NOW) for event in mixed))
    handed = {one.key: one.id for one in desk.stored.take(100)}
    assert handed == {one.key: one.id for one in await desk.stores.events.unrouted(100)}
    assert list(handed) == [known.key, *(event.key for event in fresh)]
