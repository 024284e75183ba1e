"""Under backlog cards share messages, what was missed is summed up, and one fan's burst is one card; each once."""

from dataclasses import replace

import pytest
from alert_desk import LUNA, POSTS, Desk

from bot.domain.accounts import FanId
from bot.domain.alerts import Route
from bot.domain.events import EventKind, Fan
from bot.domain.money import Money
from bot.domain.rules import NO_WISHES


def names(count: int) -> list[str]:
    return [f"Fan{number:02}" for number in range(count)]


async def test_a_backlog_of_one_place_comes_in_messages_of_ten_cards(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(23))
    await desk.deliver()
    assert [len(message.embeds) for message in desk.cards()] == [10, 10, 1, 1, 1]
    assert desk.names() == names(23)
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_a_few_cards_come_each_by_itself_so_that_each_can_be_replied_to(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(3))
    await desk.deliver()
    assert [len(message.embeds) for message in desk.cards()] == [1, 1, 1]


async def test_ten_cards_with_long_texts_and_names_keep_within_discords_limits(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    for number in range(10):
        fan = Fan(FanId(f"f{number}"), "*" * 200, "_[]" * 100)
        await desk.store(desk.event(fan=fan, text="*" * 4000))
    await desk.router().route_waiting()
    await desk.deliver()
    (message,) = desk.cards()
    assert len(message.embeds) == 10
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_a_merged_message_offers_each_of_its_cards_in_a_menu(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(5))
    await desk.deliver()
    (message,) = desk.cards()
    options = message.components[0]["components"][0]["options"]
    assert [option["label"] for option in options] == names(5)
    assert [option["value"] for option in options] == ["1", "2", "3", "4", "5"]


async def test_every_card_of_a_merged_message_is_known_by_itself(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(5))
    await desk.deliver()
    (message,) = desk.cards()
    found = await desk.stores.cards.of_message(message.id)
    assert [(card.delivery, card.fan) for card in found] == [(number + 1, f"fan-{number}") for number in range(5)]


async def test_a_lost_answer_makes_no_second_merged_message_though_more_came_meanwhile(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(5))
    desk.discord.fail("POST", POSTS, drop=True, after_applying=True)
    await desk.deliver()
    await desk.happen("Late")
    desk.clock.step(seconds=5)
    await desk.deliver()
    assert desk.names() == [*names(5), "Late"]
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_a_merged_message_is_found_in_the_history_when_its_first_card_is_unwanted_by_now(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.route(desk.place(), EventKind.TIP)
    await desk.store(desk.event("Anna", kind=EventKind.TIP))
    await desk.happen(*names(4))
    desk.discord.nonces.window_seconds = 0
    desk.discord.fail("POST", POSTS, drop=True, after_applying=True)
    await desk.deliver()
    await desk.stores.routes.remove(LUNA, EventKind.TIP, desk.place())
    desk.clock.step(minutes=5)
    await desk.deliver()
    assert len(desk.cards()) == 1
    assert await desk.ledger() == [(1, "dead"), *((number, "done") for number in range(2, 6))]


async def test_one_card_that_discord_refuses_dies_alone_and_its_batch_arrives(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(5))
    desk.discord.fail("POST", POSTS, status=400, code=50035)
    desk.discord.fail("POST", POSTS, status=400, code=50035)
    await desk.deliver()
    assert desk.names() == names(5)[1:]
    assert await desk.reason(1) == ("dead", "Discord refused the card's content")
    assert (await desk.ledger())[1:] == [(number, "done") for number in range(2, 6)]


async def test_what_cannot_be_read_in_a_batch_dies_alone(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(5))
    stored = await desk.stores.events.by_id(3)
    assert stored is not None
    await desk.stores.sealed.set("events", "3", expected=stored.sealed_body, sealed="damaged")
    await desk.deliver()
    assert desk.names() == ["Fan00", "Fan01", "Fan03", "Fan04"]
    assert await desk.reason(3) == ("dead", "unreadable: SealError")


async def test_what_was_missed_for_long_is_one_card_that_sums_it_up(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.MESSAGE, EventKind.TIP, amounts=True)
    await desk.happen(*names(8))
    for _ in range(3):
        await desk.store(desk.event("Tipper", kind=EventKind.TIP, amount=Money(1500)))
    await desk.router().route_waiting()
    desk.clock.step(minutes=30)
    await desk.deliver()
    (message,) = desk.cards()
    assert message.embeds[0]["title"] == "☕ While I was away"
    assert "**11** things" in message.text
    assert "**8** messages from 8 fans" in message.text
    assert "**3** tips · **$45.00**" in message.text
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_the_summary_leads_to_the_chats_of_those_who_wait(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.MESSAGE, EventKind.FOLLOWER)
    ids = [f"{number:08x}-2222-4333-8444-555555555555" for number in range(1, 7)]
    for name, own in zip(names(6), ids, strict=True):
        await desk.store(desk.event(name, fan=Fan(FanId(own), name.lower(), name)))
    await desk.store(desk.event("Crafted", fan=Fan(FanId("../../evil"), "x", "Crafted")))
    await desk.store(desk.event("Follower", kind=EventKind.FOLLOWER))
    await desk.router().route_waiting()
    desk.clock.step(minutes=30)
    await desk.deliver()
    (message,) = desk.cards()
    parts = [part for row in message.components for part in row["components"]]
    links = [(part["label"], part["url"]) for part in parts if part.get("url")]
    chats = "https://www.fanvue.com/messages"
    wanted = [(name, f"{chats}/{own}") for name, own in zip(names(4), ids, strict=False)]
    assert links == [*wanted, ("Open Fanvue", chats)]
    (menu,) = [part for part in parts if part.get("options")]
    assert len(menu["options"]) == 8


async def test_the_summary_hides_money_where_nobody_chose_to_show_it(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.TIP)
    for _ in range(6):
        await desk.store(desk.event("Tipper", kind=EventKind.TIP, amount=Money(1500)))
    await desk.router().route_waiting()
    desk.clock.step(minutes=30)
    await desk.deliver()
    assert "**6** tips" in desk.cards()[0].text
    assert "$" not in desk.cards()[0].text


async def test_what_is_new_follows_the_summary_as_cards(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(8))
    desk.clock.step(minutes=30)
    await desk.happen("New")
    await desk.deliver()
    assert [message.embeds[0]["title"] for message in desk.cards()] == ["☕ While I was away", "💬 New message"]


async def test_a_handful_of_old_cards_is_no_reason_to_sum_up(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna", "Bea")
    desk.clock.step(minutes=30)
    await desk.deliver()
    assert desk.names() == ["Anna", "Bea"]


async def test_a_week_of_missed_events_costs_a_few_messages(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(65))
    await desk.happen(*names(65))
    desk.clock.step(days=7)
    await desk.deliver()
    assert len(desk.posts()) == 1


async def test_a_summary_that_was_sent_but_not_noted_is_not_sent_twice(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen(*names(8))
    desk.clock.step(minutes=30)
    desk.discord.fail("POST", POSTS, drop=True, after_applying=True)
    desk.discord.nonces.window_seconds = 0
    await desk.deliver()
    desk.clock.step(minutes=5)
    await desk.deliver()
    assert len(desk.cards()) == 1
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_a_burst_of_one_fan_is_one_card_that_grows(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    worker = desk.worker()
    for words in ("one", "two", "three"):
        await desk.write("Sarah", words)
        await desk.deliver(worker)
        desk.clock.step(seconds=5)
    (message,) = desk.cards()
    assert all(words in message.text for words in ("one", "two", "three"))
    assert message.embeds[0]["title"] == "💬 3 new messages"
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_messages_of_one_fan_that_wait_together_are_one_card(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "one", "two", "three")
    await desk.deliver()
    (message,) = desk.cards()
    assert "one" not in message.text
    assert message.embeds[0]["title"] == "💬 3 new messages"


async def test_a_minute_later_it_is_a_new_card(desk: Desk) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    await desk.write("Sarah", "one")
    await desk.deliver(worker)
    desk.clock.step(seconds=61)
    await desk.write("Sarah", "two")
    await desk.deliver(worker)
    assert len(desk.cards()) == 2


async def test_a_minute_begins_with_the_first_message_however_many_follow(desk: Desk) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    for words in ("one", "two", "three"):
        await desk.write("Sarah", words)
        await desk.deliver(worker)
        desk.clock.step(seconds=40)
    assert [message.embeds[0]["title"] for message in desk.cards()] == ["💬 2 new messages", "💬 New message"]


@pytest.mark.parametrize("minutes", [0, 30], ids=["cards of several", "a summary"])
async def test_what_tells_of_several_does_not_grow(desk: Desk, minutes: int) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    for name in names(7):
        await desk.write("Sarah" if minutes else name, "one")
    desk.clock.step(minutes=minutes)
    await desk.deliver(worker)
    (before,) = desk.cards()
    await desk.write("Sarah" if minutes else names(1)[0], "two")
    await desk.deliver(worker)
    assert len(desk.cards()) == 2
    assert desk.edits() == []
    assert before in desk.cards()


async def test_no_message_is_added_to_a_tip_or_to_a_sample(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.MESSAGE, EventKind.TIP)
    worker, fan = desk.worker(), Fan(FanId("fan-Sarah"), "sarah", "Sarah")
    for changes in ({"kind": EventKind.TIP}, {"sample_for": desk.place().key}, {}):
        await desk.store(desk.event("Sarah", fan=fan, **changes))
        await desk.router().route_waiting()
        await desk.deliver(worker)
    assert len(desk.cards()) == 3


async def test_another_fans_card_between_closes_the_first(desk: Desk) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    for name in ("Sarah", "Anna", "Sarah"):
        await desk.write(name, "words")
        await desk.deliver(worker)
    assert desk.names() == ["Sarah", "Anna", "Sarah"]


@pytest.mark.parametrize("is_here", [True, False], ids=["here", "at Fanvue"])
async def test_a_card_that_was_answered_does_not_grow(desk: Desk, is_here: bool) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    await desk.write("Sarah", "one")
    await desk.deliver(worker)
    if is_here:
        await desk.stores.cards.mark_answered(1, desk.owner, "Luna", desk.clock.now())
    else:
        await desk.stores.cards.answered_elsewhere(LUNA, FanId("fan-Sarah"), desk.clock.now())
    await desk.write("Sarah", "two")
    await desk.deliver(worker)
    assert len(desk.cards()) == 2


async def test_a_full_card_does_not_grow(desk: Desk) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    for number in range(12):
        await desk.write("Sarah", str(number))
        await desk.deliver(worker)
    assert [message.embeds[0]["title"] for message in desk.cards()] == ["💬 10 new messages", "💬 2 new messages"]


async def test_a_kill_between_growing_and_noting_it_doubles_nothing(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    killed = desk.worker()
    await desk.write("Sarah", "one")
    await desk.deliver(killed)
    await desk.write("Sarah", "two")
    (parcel,) = await desk.stores.outbox.lease("died", desk.clock.now(), 20, 10, killed._open_cards)
    wanted, _ = await killed._sorted_out(parcel.contents)
    await killed._sent(parcel, wanted)
    desk.clock.step(seconds=30)
    await desk.deliver(desk.worker())
    (message,) = desk.cards()
    assert message.text.count("> one") == message.text.count("> two") == 1
    assert {status for _, status in await desk.ledger()} == {"done"}


async def test_what_should_grow_a_card_somebody_deleted_comes_as_a_card_of_its_own(desk: Desk) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    await desk.write("Sarah", "one")
    await desk.deliver(worker)
    desk.discord.fail("PATCH", "/channels/*/messages/*", status=404, code=10008)
    await desk.write("Sarah", "two")
    await desk.deliver(worker)
    assert len(desk.cards()) == len(desk.posts()) == 2
    assert {status for _, status in await desk.ledger()} == {"done"}


@pytest.mark.parametrize("minutes", [0, 30])
async def test_a_rules_role_is_the_only_mention(desk: Desk, minutes: int) -> None:
    route = Route(LUNA, EventKind.MESSAGE, desk.place(), desk.owner)
    await desk.stores.routes.set(replace(route, wishes=replace(NO_WISHES, role=77)), desk.clock.now())
    await desk.happen(*(f"@everyone <@{desk.luna.id}>" for _ in range(7)))
    desk.clock.step(minutes=minutes)
    await desk.deliver()
    sent = desk.posts()[0].json
    assert sent["content"] == "<@&77>"
    assert sent["allowed_mentions"]["parse"] == []
    assert [int(role) for role in sent["allowed_mentions"]["roles"]] == [77]
    assert not sent["allowed_mentions"].get("users")
