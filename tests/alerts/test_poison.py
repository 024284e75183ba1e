"""An event or a card that nothing can be made of stops nothing behind it, whatever is wrong with it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from alert_desk import LUNA, POSTS, Desk

from bot.alerts.sealing import seal_event
from bot.alerts.worker import AlertWorker
from bot.domain.accounts import FanId
from bot.domain.alerts import SET_ASIDE
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.vault.keyring import Keyring, new_key
from sandbox.discord.faults import Fault


def poison(desk: Desk) -> dict[str, Event]:
    """Events as a Fanvue gone mad could tell them."""
    plain, tip = desk.event("Poison"), desk.event("Poison", kind=EventKind.TIP)
    odd = Fan(FanId("\u202e" * 3000), "@everyone" * 500, "\x00`" * 5000)
    return {
        "before all time": replace(plain, key="a", happened_at=datetime.min.replace(tzinfo=UTC)),
        "after all time": replace(plain, key="b", happened_at=datetime.max.replace(tzinfo=UTC)),
        "a fan of odd signs": replace(plain, key="c", fan=odd),
        "a text without end": replace(plain, key="d", text="z\u0301" * 60_000),
        "no fan": replace(plain, key="e", fan=None, message_uuid=None),
        "more money than there is": replace(tip, key="f", amount=Money(2**62)),
        "less than nothing": replace(tip, key="g", amount=Money(-(2**62), "XXX")),
        "money of no country": replace(tip, key="h", amount=Money(1, "")),
        "no zone": replace(plain, key="j", happened_at=plain.happened_at.replace(tzinfo=None)),
        "no money": replace(tip, key="i", amount=None),
    }


async def test_no_event_keeps_those_behind_it_from_their_places(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.MESSAGE, EventKind.TIP, amounts=True)
    await desk.route(desk.dm(), EventKind.MESSAGE, EventKind.TIP)
    for name, event in poison(desk).items():
        await desk.store(event)
        await desk.write(f"After {name}", "Hello")
        await desk.deliver()
        desk.clock.step(minutes=2)
    wanted = {f"After {name}" for name in poison(desk)}
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert wanted <= set(desk.names())
    assert wanted <= set(desk.names(dm))
    assert {status for _, status in await desk.ledger()} <= {"done", "dead"}


async def test_no_stored_event_keeps_those_behind_it_from_their_place(desk: Desk) -> None:
    await desk.route(desk.place())
    kinds = [kind for kind in EventKind if kind is not EventKind.MESSAGE]
    for number, kind in enumerate(kinds, start=1):
        await desk.happen("Poison")
        stored = await desk.stores.events.by_id(2 * number - 1)
        assert stored is not None
        event = replace(desk.event(), key=stored.key, fan=None, amount=None, text=None)
        sealed = seal_event(desk.keyring, event, desk.clock.now()).sealed_body
        change = "UPDATE events SET kind = ?, sealed_body = ? WHERE id = ?"
        await desk.stores.events._database.execute_alone(change, (kind.value, sealed, stored.id))
        await desk.happen(f"After {kind.name}")
        await desk.deliver()
        desk.clock.step(minutes=2)
    shown = {name.replace("\\", "") for name in desk.names()}
    assert {f"After {kind.name}" for kind in kinds} <= shown
    assert {status for _, status in await desk.ledger()} <= {"done", "dead"}


class Refusing(Keyring):
    """Fails at one event as nobody foresaw."""

    def __init__(self, key: str, poison: str) -> None:
        super().__init__([key])
        self._poison = poison

    def open(self, sealed: str, *, identity: str) -> str:
        if identity == f"event:{self._poison}":
            raise RuntimeError("canary words")
        return super().open(sealed, identity=identity)


async def test_what_nobody_foresaw_costs_that_event_alone(desk: Desk) -> None:
    await desk.route(desk.place())
    desk.keyring = Refusing(new_key(), "message:poison")
    await desk.store(desk.event("Poison", key="message:poison"))
    await desk.happen("Bea")
    await desk.deliver()
    assert desk.names() == ["Bea"]
    assert await desk.stores.events.waiting() == 0


async def test_what_nobody_foresaw_costs_that_card_alone(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await desk.route(desk.place())
    key = new_key()
    desk.keyring = Keyring([key])
    await desk.store(desk.event("Poison", key="message:poison"))
    await desk.happen("Bea")
    desk.keyring = Refusing(key, "message:poison")
    await desk.deliver()
    assert await desk.reason(1) == ("dead", "unreadable: RuntimeError")
    assert desk.names() == ["Bea"]
    assert "canary" not in caplog.text


async def test_what_nobody_foresaw_in_drawing_a_card_anew_leaves_that_one_alone_as_it_is(desk: Desk) -> None:
    await desk.route(desk.place())
    desk.keyring = Refusing(new_key(), "")
    await desk.store(desk.event("Poison", key="message:poison"))
    await desk.happen("Bea")
    await desk.deliver()
    desk.keyring._poison = "message:poison"
    board = desk.new_board()
    board.changed([1, 2])
    assert await board.draw_changed() == 2
    assert len(desk.edits()) == 1


def poisoned(desk: Desk) -> Fault:
    """Discord answers whatever is about one fan with an error of its own."""
    return desk.discord.fail("POST", POSTS, status=503, times=None, naming="Poison")


async def pass_minutes(desk: Desk, worker: AlertWorker, minutes: int) -> None:
    for _ in range(minutes * 6):
        await desk.deliver(worker)
        desk.clock.step(seconds=10)


async def test_what_discord_does_not_take_keeps_what_others_did_for_minutes_at_most(desk: Desk) -> None:
    poisoned(desk)
    worker = desk.worker()
    await desk.route(desk.place())
    await desk.write("Poison", "One")
    await desk.write("Anna", "Hello")
    await pass_minutes(desk, worker, 4)
    assert desk.names() == ["Anna"]
    await desk.write("Poison", "Two")
    await desk.write("Bea", "Hello")
    await desk.deliver(worker)
    assert desk.names() == ["Anna", "Bea"]
    (waiting,) = await desk.stores.outbox.unsent(LUNA, desk.clock.now())
    assert (waiting.count, waiting.reason) == (2, SET_ASIDE)


async def test_a_summary_that_discord_does_not_take_is_not_told_card_by_card(desk: Desk) -> None:
    fault, worker = poisoned(desk), desk.worker()
    await desk.route(desk.place())
    await desk.write("Poison", *map(str, range(7)))
    desk.clock.step(minutes=11)
    await pass_minutes(desk, worker, 3)
    await desk.write("Anna", "Hello")
    await pass_minutes(desk, worker, 10)
    fault.remove()
    await pass_minutes(desk, worker, 30)
    assert len(desk.cards()) == 2
    assert await desk.is_done()


async def test_what_a_fan_did_comes_in_its_order_though_others_passed_it(desk: Desk) -> None:
    fault, worker, desk.channel.nsfw = poisoned(desk), desk.worker(), True
    await desk.route(desk.place())
    await desk.write("Poison", "One")
    await pass_minutes(desk, worker, 4)
    for name, text in (("Poison", "Two"), ("Bea", "Hello"), ("Poison", "Three")):
        await desk.write(name, text)
        await desk.deliver(worker)
    fault.remove()
    await pass_minutes(desk, desk.worker(), 30)
    assert desk.names() == ["Bea", "Poison"]
    shown = "".join(card.text for card in desk.cards())
    assert shown.index("One") < shown.index("Two") < shown.index("Three")
    assert await desk.is_done()


async def test_a_card_discord_does_not_take_keeps_none_that_share_its_message(desk: Desk) -> None:
    poisoned(desk)
    await desk.route(desk.place())
    await desk.happen("Anna", "Bea", "Poison", "Cleo", "Dora")
    worker = desk.worker()
    await pass_minutes(desk, worker, 4)
    assert desk.names() == []
    await desk.write("Eve", "Hello")
    await pass_minutes(desk, worker, 30)
    assert desk.names() == ["Eve", "Anna", "Bea", "Cleo", "Dora"]


async def test_what_cannot_be_added_to_a_card_comes_as_a_card_of_its_own_once_others_passed_it(desk: Desk) -> None:
    worker = desk.worker()
    await desk.route(desk.place())
    await desk.write("Sarah", "One")
    await desk.deliver(worker)
    desk.discord.fail("PATCH", f"{POSTS}/*", status=503, times=None)
    await desk.write("Sarah", "Two")
    await pass_minutes(desk, worker, 3)
    await desk.write("Anna", "Hello")
    await pass_minutes(desk, worker, 10)
    assert desk.names() == ["Sarah", "Anna", "Sarah"]
    assert await desk.is_done()


async def test_where_discord_takes_nothing_few_cards_of_a_place_are_tried_however_many_wait(desk: Desk) -> None:
    await desk.route(desk.place())
    fault, worker = desk.discord.fail("POST", POSTS, status=503, times=None), desk.worker()
    for number in range(8):
        await desk.write(f"Fan {number}", "Hello")
        await pass_minutes(desk, worker, 3)
    await pass_minutes(desk, worker, 60)
    before = fault.hits
    await pass_minutes(desk, worker, 60)
    assert fault.hits - before <= 10
    fault.remove()
    await pass_minutes(desk, worker, 31)
    assert await desk.is_done()


async def test_what_was_passed_once_parts_no_message_that_an_outage_keeps_back_later(desk: Desk) -> None:
    fault, worker = poisoned(desk), desk.worker()
    await desk.route(desk.place())
    await desk.write("Poison", "One")
    await pass_minutes(desk, worker, 4)
    await desk.write("Anna", "Hello")
    await desk.deliver(worker)
    fault.remove()
    await pass_minutes(desk, worker, 31)
    assert desk.names() == ["Anna", "Poison"]
    outage = desk.discord.fail("POST", POSTS, status=503, times=None)
    await desk.happen("Bea", "Cleo", "Dora", "Eve")
    await pass_minutes(desk, worker, 4)
    outage.remove()
    await pass_minutes(desk, worker, 31)
    assert len(desk.cards()) == 3
    assert await desk.is_done()
