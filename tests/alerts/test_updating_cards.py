"""What happens to a fan's message afterwards shows on the cards that are there, and makes none."""

import asyncio
from datetime import timedelta

import pytest
from alert_desk import LUNA, NOW, POSTS, Desk

from bot.domain import identity
from bot.domain.accounts import DiscordUserId, FanId, MessageId
from bot.domain.alerts import UNWANTED, Route
from bot.domain.events import EventKind, Fan
from bot.domain.rules import NO_WISHES, QuietHours, Wishes
from bot.storage.deliveries.outbox import Outcome
from bot.storage.replies import NewReply, ReplyStatus

SARAH = Fan(FanId("fan-Sarah"), "sarah", "Sarah")


async def update(desk: Desk, kind: EventKind, **changes: object) -> None:
    """It happens at Fanvue, and the cards are drawn again."""
    await desk.store(desk.event(kind=kind, **({"fan": SARAH, "text": None} | changes)))
    await desk.router().route_waiting()
    await desk.deliver()
    await desk.board.draw_changed()


async def test_an_answer_given_at_fanvue_shows_on_the_card(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    await desk.deliver()
    await update(desk, EventKind.MESSAGE_SENT)
    (message,) = desk.cards()
    assert "Answered ✓" in message.text
    assert "on Fanvue" in message.text
    assert len(desk.posts()) == 1


async def test_what_the_fan_writes_after_that_is_still_waiting(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    await desk.deliver()
    desk.clock.step(minutes=5)
    await update(desk, EventKind.MESSAGE_SENT)
    await desk.write("Sarah", "two")
    await desk.deliver()
    first, second = desk.cards()
    assert "Answered ✓" in first.text
    assert "Answered" not in second.text


async def test_an_answer_from_before_the_message_answers_it_not(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    await desk.deliver()
    await update(desk, EventKind.MESSAGE_SENT, happened_at=desk.clock.now().replace(hour=1))
    assert "Answered" not in desk.cards()[0].text


async def test_other_fans_cards_stay_as_they_are(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Anna", "one")
    await desk.deliver()
    await update(desk, EventKind.MESSAGE_SENT)
    assert desk.edits() == []


async def test_a_message_that_was_read_says_so_and_offers_no_marking(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    await desk.deliver()
    await update(desk, EventKind.MESSAGE_READ)
    (message,) = desk.cards()
    assert message.embeds[0]["footer"]["text"] == "Read on Fanvue ✓"
    assert "Mark read" not in [part.get("label") for part in message.components[0]["components"]]


async def test_a_deleted_message_loses_its_text_on_the_card(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    await desk.write("Sarah", "regretted", message_uuid="m-1")
    await desk.deliver()
    await update(desk, EventKind.MESSAGE_DELETED, message_uuid="m-1")
    (message,) = desk.cards()
    assert "regretted" not in message.text
    assert "Deleted on Fanvue" in message.text


@pytest.mark.parametrize("rests", [False, True])
@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (EventKind.MESSAGE_SENT, "on Fanvue, "),
        (EventKind.MESSAGE_READ, "Read on Fanvue ✓"),
        (EventKind.MESSAGE_DELETED, "Deleted on Fanvue"),
    ],
)
async def test_what_happened_to_a_message_before_its_card_comes_shows_on_it(
    desk: Desk, kind: EventKind, shown: str, rests: bool
) -> None:
    desk.channel.nsfw = True
    quiet = Wishes(quiet=QuietHours(0, 13 * 60)) if rests else NO_WISHES
    await desk.stores.routes.set(Route(LUNA, EventKind.MESSAGE, desk.place(), desk.owner, True, quiet), NOW)
    (key,) = identity.of_message(EventKind.MESSAGE, LUNA, "m-1")
    await desk.store(desk.event(key=key, fan=SARAH, text="regretted", message_uuid="m-1"))
    await desk.router().route_waiting()
    desk.clock.step(minutes=5)
    await desk.store(desk.event(kind=kind, fan=SARAH, text=None, message_uuid="m-1"))
    await desk.router().route_waiting()
    assert desk.cards() == []
    desk.clock.step(hours=2)
    await desk.deliver()
    (message,) = desk.cards()
    assert shown in message.text
    assert ("regretted" in message.text) is (kind is not EventKind.MESSAGE_DELETED)
    waits = await desk.stores.cards.who_waits(LUNA, [SARAH.id])
    assert bool(waits) is (kind is EventKind.MESSAGE_READ), "whoever was answered waits no more"


async def test_an_answer_that_comes_in_together_with_the_message_shows_on_its_card(desk: Desk) -> None:
    await desk.route(desk.place())
    for minutes, kind in enumerate((EventKind.MESSAGE, EventKind.MESSAGE_SENT, EventKind.MESSAGE)):
        at = NOW + timedelta(minutes=minutes)
        await desk.store(desk.event(kind=kind, fan=SARAH, text=f"words {minutes}", happened_at=at))
    await desk.router().route_waiting()
    await desk.deliver()
    await desk.board.draw_changed()
    answers = [
        card.elsewhere_at is not None for card in await desk.stores.cards.of_message(MessageId(desk.cards()[0].id))
    ]
    assert answers == [True, False]


async def test_who_was_answered_from_here_before_a_card_comes_is_shown_as_answered_by_them(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    desk.clock.step(minutes=5)
    for creator, fan in ((LUNA, FanId("fan-Anna")), (LUNA, SARAH.id)):
        reply = NewReply(fan, f"box:{fan}", None, creator, fan, DiscordUserId(7), desk.clock.now(), "Cleo")
        await desk.stores.replies.begin(reply)
        if fan == SARAH.id:
            await desk.stores.replies.settle(fan, ReplyStatus.SENT, "f-1", desk.clock.now())
    await desk.write("Anna", "two")
    desk.clock.step(minutes=5)
    await desk.write("Sarah", "three")
    await desk.deliver()
    shown = ["by Cleo" in message.text for message in desk.cards()]
    assert shown == [True, False, False]
    assert list(await desk.stores.cards.who_waits(LUNA, [SARAH.id, FanId("fan-Anna")])) == [FanId("fan-Anna"), SARAH.id]


@pytest.mark.parametrize(
    ("kind", "fan", "shown"),
    [(EventKind.MESSAGE_SENT, SARAH, "Answered ✓"), (EventKind.MESSAGE_DELETED, None, "Deleted on Fanvue")],
)
async def test_what_is_told_while_a_card_is_on_its_way_shows_once_it_is_there(
    desk: Desk, kind: EventKind, fan: Fan | None, shown: str
) -> None:
    await desk.route(desk.place())
    (key,) = identity.of_message(EventKind.MESSAGE, LUNA, "m-1")
    await desk.store(desk.event(key=key, fan=SARAH, text="one", message_uuid="m-1"))
    await desk.router().route_waiting()
    worker = desk.worker()
    leased = await desk.stores.outbox.lease(worker._holder, desk.clock.now(), 60, 1)
    await desk.store(desk.event(kind=kind, fan=fan, text=None, message_uuid="m-1"))
    await desk.router().route_waiting()
    worker.start(leased)
    await desk.deliver(worker)
    await desk.board.draw_changed()
    assert shown in desk.cards()[0].text


async def test_what_is_told_just_before_a_card_is_noted_as_sent_shows_on_it(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    worker, database = desk.worker(), desk.stores.events._database
    leased = await desk.stores.outbox.lease(worker._holder, desk.clock.now(), 60, 1)
    told = desk.event(kind=EventKind.MESSAGE_SENT, fan=SARAH, text=None)
    async with database.write():
        noting = asyncio.create_task(desk.board.note(told))
        while database._awaiting_turn < 1:
            await asyncio.sleep(0)
        worker.start(leased)
        while database._awaiting_turn < 2:
            await asyncio.sleep(0)
    await noting
    await worker._settler.finish()
    await desk.board.draw_changed()
    assert "Answered ✓" in desk.cards()[0].text


async def test_one_of_several_cards_in_a_message_is_marked(desk: Desk) -> None:
    await desk.route(desk.place())
    for name in ("Anna", "Bea", "Sarah", "Dora", "Eve"):
        await desk.write(name, "words")
    await desk.deliver()
    await update(desk, EventKind.MESSAGE_SENT)
    (message,) = desk.cards()
    assert [bool(embed.get("fields")) for embed in message.embeds] == [False, False, True, False, False]


async def test_many_updates_of_one_card_are_one_edit(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    await desk.deliver()
    for kind in (EventKind.MESSAGE_READ, EventKind.MESSAGE_SENT):
        await desk.store(desk.event(kind=kind, fan=SARAH, text=None))
    await desk.router().route_waiting()
    await desk.board.draw_changed()
    assert len(desk.edits()) == 1


async def test_a_card_that_somebody_deleted_stops_no_other(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.write("Sarah", "one")
    await desk.deliver()
    desk.discord.fail("PATCH", f"/channels/{desk.channel.id}/messages/*", status=404, code=10008)
    await update(desk, EventKind.MESSAGE_SENT)
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert "Answered ✓" in desk.cards(dm)[0].text


async def test_an_update_is_drawn_with_the_money_hidden_as_before(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    desk.discord.fail("POST", POSTS, status=500)
    await desk.deliver()
    desk.clock.step(seconds=30)
    await desk.deliver()
    await update(desk, EventKind.MESSAGE_READ)
    assert len(desk.cards()) == 1


async def test_what_was_noted_before_a_kill_is_shown_by_the_next_process(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one")
    await desk.deliver()
    await desk.stores.cards.mark_answered(1, desk.owner, "Luna", desk.clock.now())
    board = desk.new_board()
    await board.catch_up()
    assert await board.draw_changed() == 1
    assert "Answered ✓" in desk.cards()[0].text


async def test_what_discord_does_not_take_is_drawn_at_the_next_beat_and_so_is_all_behind_it(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.dm())
    await desk.write("Sarah", "one")
    await desk.deliver()
    desk.discord.fail("PATCH", "/channels/*/messages/*", status=503)
    await update(desk, EventKind.MESSAGE_SENT)
    assert len(desk.edits()) == 1
    assert await desk.board.draw_changed() == 2


async def test_a_message_of_which_a_part_is_forgotten_stays_as_it_is(desk: Desk) -> None:
    await desk.route(desk.place())
    for name in ("Anna", "Bea", "Sarah", "Dora", "Eve"):
        await desk.write(name, "words")
    await desk.deliver()
    await desk.stores.events._database.execute_alone("UPDATE events SET sealed_body = NULL WHERE id = 1", ())
    await update(desk, EventKind.MESSAGE_SENT)
    assert desk.edits() == []
    assert desk.names() == ["Anna", "Bea", "Sarah", "Dora", "Eve"]


async def test_a_summary_stays_one_when_somebody_in_it_is_answered(desk: Desk) -> None:
    await desk.route(desk.place())
    for name in ("Anna", "Bea", "Sarah", "Dora", "Eve", "Fay"):
        await desk.write(name, "words")
    desk.clock.step(minutes=30)
    await desk.deliver()
    (before,) = desk.cards()
    title = before.embeds[0]["title"]
    await update(desk, EventKind.MESSAGE_SENT)
    (message,) = desk.cards()
    assert [embed["title"] for embed in message.embeds] == [title]
    assert len(desk.edits()) == 1


async def test_what_is_just_being_added_to_a_card_stays_on_it_when_it_is_drawn_anew(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    worker = desk.worker()
    await desk.write("Sarah", "one")
    await desk.deliver(worker)
    await desk.write("Sarah", "two")
    (parcel,) = await desk.stores.outbox.lease("me", desk.clock.now(), 20, 10, worker._open_cards)
    wanted, _ = await worker._sorted_out(parcel.contents)
    await worker._sent(parcel, wanted)
    desk.board.changed([parcel.id])
    assert await desk.board.draw_changed() == 1
    assert "> one" in desk.cards()[0].text
    assert "> two" in desk.cards()[0].text
    assert await desk.board.draw_changed() == 0


async def test_what_was_not_wanted_any_more_when_it_was_to_be_added_never_shows(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    worker = desk.worker()
    await desk.write("Sarah", "one")
    await desk.deliver(worker)
    await desk.write("Sarah", "two")
    (parcel,) = await desk.stores.outbox.lease("me", desk.clock.now(), 20, 10, worker._open_cards)
    await desk.stores.outbox.settle([Outcome(parcel.contents[0].delivery.id, reason=UNWANTED)], "me", desk.clock.now())
    await update(desk, EventKind.MESSAGE_READ)
    assert "> one" in desk.cards()[0].text
    assert "> two" not in desk.cards()[0].text
