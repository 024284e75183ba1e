"""A reply written while nobody listened is sent late, told about, or known to be sent; never lost, never twice."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from cogs.inbox import missed
from tests.rig import CREATOR, Rig, labels_of, prefilled, words_of


@dataclass(frozen=True)
class Later:
    """A clock that stands at a moment."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


async def catch_up(rig: Rig) -> None:
    await rig.catch_up()
    await rig.env.settle()


async def card_at_desk(rig: Rig) -> Any:
    await rig.luna.slash(rig.desk, "alerts channel")
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "Hello there")
    await rig.until(lambda: rig.cards(rig.desk))
    return rig.cards(rig.desk)[-1]


def times_sent(rig: Rig, text: str) -> int:
    return [message.text for message in rig.fanvue.messages(CREATOR, rig.fan)].count(text)


async def test_what_was_missed_is_sent_once(connected: Rig) -> None:
    card = await card_at_desk(connected)
    async with connected.deaf():
        await connected.luna.send(connected.desk, "While you slept", reply_to=card)
    assert times_sent(connected, "While you slept") == 0
    await catch_up(connected)
    await catch_up(connected)
    assert times_sent(connected, "While you slept") == 1
    assert "Answered" in words_of(connected.cards(connected.desk)[-1])


async def test_what_was_missed_for_long_is_kept_for_its_author_who_is_told_once(connected: Rig) -> None:
    card, replies = await card_at_desk(connected), connected.app.services.replies
    async with connected.deaf():
        await connected.luna.send(connected.desk, "While you slept", reply_to=card)
    now = connected.app.clock.now()
    vars(replies)["_clock"] = Later(now + timedelta(hours=1))
    for _ in range(2):
        connected.env.inject_error("PUT", "/channels/*/reactions/*", status=403)
        await catch_up(connected)
    assert times_sent(connected, "While you slept") == 0
    told = [one for one in connected.desk.history() if "Open the box" in labels_of(one)]
    assert ["I was away" in words_of(one) for one in told] == [True], "once, also where no mark can be made"
    box = await connected.luna.click(told[0], label="Open the box")
    assert prefilled(box.modal)["text"] == "While you slept"
    await connected.luna.submit_modal(box, {"text": "While you slept, later"})
    assert times_sent(connected, "While you slept, later") == 1


async def test_what_was_missed_is_sent_though_storage_does_not_answer_at_first(
    connected: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "PAUSES", (0.01,))
    card, database = await card_at_desk(connected), connected.app.stores.cards._database
    async with connected.deaf():
        await connected.luna.send(connected.desk, "While you slept", reply_to=card)
    await connected.noted()
    await database.execute_alone("ALTER TABLE cards RENAME TO cards_away", ())
    looking = asyncio.create_task(connected.app.client.on_ready())
    await asyncio.sleep(0.05)
    await database.execute_alone("ALTER TABLE cards_away RENAME TO cards", ())
    await looking
    await connected.until(lambda: times_sent(connected, "While you slept"))


async def test_what_was_answered_before_is_left_alone(connected: Rig) -> None:
    card = await card_at_desk(connected)
    await connected.luna.send(connected.desk, "In time", reply_to=card)
    await catch_up(connected)
    assert times_sent(connected, "In time") == 1


async def test_an_outsiders_reply_is_not_sent_late_either(connected: Rig) -> None:
    card = await card_at_desk(connected)
    async with connected.deaf():
        await connected.members["olli"].send(connected.desk, "It is me, luna", reply_to=card)
    await catch_up(connected)
    assert times_sent(connected, "It is me, luna") == 0


async def test_two_ways_to_one_reply_at_once_send_it_once(connected: Rig) -> None:
    card = await card_at_desk(connected)
    async with connected.deaf():
        await connected.luna.send(connected.desk, "Just once", reply_to=card)
    await asyncio.gather(catch_up(connected), connected.catch_up())
    assert times_sent(connected, "Just once") == 1
