"""What Fanvue's lists hold comes once although it refuses how they are asked for, or they are longer than is read."""

from datetime import timedelta
from typing import Any

import pytest
from polling_ground import CREATOR, Ground, Process

from bot.domain.accounts import ChannelId, FanId
from bot.domain.catching_up import Source

UNREAD_ALONE = "/chats[?]*filter=unread*"


@pytest.mark.parametrize("status", [400, 403])
async def test_where_fanvue_refuses_to_list_unread_chats_alone_all_are_listed_and_it_is_asked_again_in_an_hour(
    ground: Ground, process: Process, status: int
) -> None:
    fault = ground.fanvue.faults.add(UNREAD_ALONE, status)
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "one")
    for text in ("two", "three"):
        await ground.fanvue.fan_writes(CREATOR, ground.fans[1], text)
    for _ in range(3):
        await process.look(after=70)
    assert sorted(map(str, await process.texts())) == ["one", "three", "two"]
    assert fault.hits == 1
    for _ in range(4):
        await process.look(after=900)
    assert fault.hits == 2
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "four")
    await process.look(after=70)
    assert (await process.texts())[-1] == "four"
    assert (await process.polling(ground.creator)).cursors[Source.CHATS].trouble is None


async def a_desk(ground: Ground, process: Process) -> None:
    """Somebody wants to know what the creator's side writes."""
    post = (ChannelId(1), ground.creator, FanId("somebody"), ChannelId(2), ground.time.now())
    await process.stores.desk_posts.remember(*post)


def more_fans(ground: Ground, count: int) -> list[str]:
    names = [f"fan_{number}" for number in range(count)]
    for name in names:
        ground.fanvue.world.add_fan(CREATOR, name)
    return names


async def looks(process: Process, count: int) -> None:
    for _ in range(count):
        await process.look(after=70)


async def test_more_chats_than_are_opened_at_once_all_tell_all_of_their_messages(
    ground: Ground, process: Process
) -> None:
    fans = more_fans(ground, 65)
    for fan in fans:
        for number in ("one", "two"):
            await ground.fanvue.fan_writes(CREATOR, fan, f"{number} of {fan}")
    before = ground.calls("listMessages")
    await process.look(after=70)
    assert ground.calls("listMessages") - before == 60
    await looks(process, 2)
    assert sorted(map(str, await process.texts())) == sorted(f"{n} of {fan}" for n in ("one", "two") for fan in fans)


async def test_more_messages_of_a_fan_than_are_read_at_once_all_come(ground: Ground, process: Process) -> None:
    for number in range(170):
        await ground.fanvue.fan_writes(CREATOR, ground.fan, str(number))
        ground.time.pass_by(1)
    await looks(process, 3)
    assert sorted(map(int, map(str, await process.texts()))) == list(range(170))
    opened = ground.calls("listMessages")
    await process.look(after=70)
    assert ground.calls("listMessages") == opened


async def test_answers_in_more_chats_than_are_listed_at_once_are_all_found(ground: Ground, process: Process) -> None:
    await a_desk(ground, process)
    fans = more_fans(ground, 105)
    for fan in fans:
        await ground.fanvue.creator_writes(CREATOR, fan, f"answer to {fan}")
    await looks(process, 12)
    assert sorted(map(str, await process.texts())) == sorted(f"answer to {fan}" for fan in fans)


async def test_more_answers_in_one_chat_than_a_page_holds_are_all_found(ground: Ground, process: Process) -> None:
    await a_desk(ground, process)
    for number in range(60):
        await ground.fanvue.creator_writes(CREATOR, ground.fan, str(number))
    await looks(process, 2)
    assert sorted(map(int, map(str, await process.texts()))) == list(range(60))


async def test_a_chat_read_at_fanvue_between_two_pages_hides_no_other(ground: Ground, process: Process) -> None:
    fans = more_fans(ground, 55)
    for fan in fans:
        await ground.fanvue.fan_writes(CREATOR, fan, f"hello of {fan}")
        ground.time.pass_by(60)

    def read_the_newest(_answer: object) -> None:
        desk, person = ground.fanvue.world.fan(CREATOR, fans[-1])
        for message in desk.chats[person.user.uuid].messages:
            message.is_read = True

    ground.fanvue.faults.rewrite("listChats", read_the_newest, times=1)
    await looks(process, 2)
    assert sorted(map(str, await process.texts())) == sorted(f"hello of {fan}" for fan in fans)
    read_to = (await process.polling(ground.creator)).cursors[Source.CHATS].read_to
    await looks(process, 1)
    assert read_to is not None
    assert read_to > ground.time.now() - timedelta(minutes=10)


async def test_a_fan_who_writes_again_between_two_pages_loses_none_of_their_messages(
    ground: Ground, process: Process
) -> None:
    fans = more_fans(ground, 55)
    for fan in fans:
        await ground.fanvue.fan_writes(CREATOR, fan, f"hello of {fan}")
        ground.time.pass_by(60)
    first = fans[0]

    def write_again(_answer: object) -> None:
        ground.fanvue._play.write(CREATOR, first, "again")

    ground.fanvue.faults.rewrite("listChats", write_again, times=1)
    await looks(process, 3)
    every = [f"hello of {fan}" for fan in fans]
    assert sorted(map(str, await process.texts())) == sorted([*every, "again"])


@pytest.mark.parametrize("status", [400, 403])
async def test_where_fanvue_refuses_a_list_from_a_day_on_it_is_read_back_to_that_day(
    ground: Ground, process: Process, status: int
) -> None:
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 100)
    await looks(process, 1)
    fault = ground.fanvue.faults.add("/insights/*[?]*startDate=*", status)
    for number in range(1, 4):
        await ground.fanvue.fan_tips(CREATOR, ground.fan, 100 + number)
        await process.look(after=70)
    assert sorted(event.amount.minor for event in await process.news() if event.amount) == [100, 101, 102, 103]
    assert fault.hits == 1
    assert (await process.polling(ground.creator)).cursors[Source.EARNINGS].trouble is None


async def test_where_fanvue_refuses_refunds_from_a_day_on_they_are_read_back_to_that_day(
    ground: Ground, process: Process
) -> None:
    orders = [await ground.fanvue.fan_tips(CREATOR, ground.fan, amount) for amount in (100, 101)]
    for order in orders:
        await ground.fanvue.fan_reverses(CREATOR, order)
        await looks(process, 10)
        ground.fanvue.faults.add("getSpending", 400, times=1)
    assert (await process.told()).count("refund") == 2


async def test_a_list_that_is_refused_whole_is_asked_for_once_a_look(ground: Ground, process: Process) -> None:
    ground.fanvue.faults.add("/insights/*[?]*startDate=*", 400)
    await looks(process, 1)
    whole = ground.fanvue.faults.add("getEarnings", 400)
    await looks(process, 1)
    assert whole.hits == 1


async def test_where_fanvue_refuses_a_further_page_of_unread_chats_alone_those_on_it_come_all_the_same(
    ground: Ground, process: Process
) -> None:
    ground.fanvue.faults.add(UNREAD_ALONE, 400, after=1)
    fans = more_fans(ground, 55)
    for fan in fans:
        await ground.fanvue.fan_writes(CREATOR, fan, f"hello of {fan}")
    await looks(process, 2)
    assert sorted(map(str, await process.texts())) == sorted(f"hello of {fan}" for fan in fans)


async def test_a_connection_withdrawn_while_a_list_is_read_keeps_what_was_read_and_the_rest_comes_with_the_next(
    ground: Ground, process: Process
) -> None:
    for number in range(60):
        await ground.fanvue.fan_tips(CREATOR, ground.fan, 100 + number)
        ground.time.pass_by(1)
    ground.fanvue.faults.rewrite("getEarnings", lambda _answer: ground.fanvue.oauth.withdraw(CREATOR), times=1)
    await process.look(after=70)
    assert len(await process.news()) == 50
    before = ground.calls()
    await process.look(after=3600)
    assert ground.calls() == before
    await ground.connect(process)
    await process.catch_up.keep()
    for _ in range(2):
        await process.look(after=70)
    assert sorted(event.amount.minor for event in await process.news() if event.amount) == list(range(100, 160))


async def test_a_list_with_a_limit_of_its_own_holds_up_no_other(ground: Ground, process: Process) -> None:
    fault = ground.fanvue.faults.add("listChats", 429, retry_after=600, own_limit=20)
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "hello")
    for amount in (100, 200):
        await ground.fanvue.fan_tips(CREATOR, ground.fan, amount)
        await looks(process, 1)
    assert [event.amount.minor for event in await process.news() if event.amount] == [100, 200]
    assert fault.hits == 1
    ground.fanvue.faults.clear()
    await looks(process, 9)
    assert "hello" in await process.texts()


async def test_a_row_dated_ahead_hides_nothing_that_came_while_the_bot_was_away(
    ground: Ground, process: Process
) -> None:
    def date_ahead(answer: dict[str, Any]) -> None:
        answer["data"][0]["date"] = (ground.time.now() + timedelta(days=1)).isoformat()

    ground.fanvue.faults.rewrite("getEarnings", date_ahead, times=1)
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 100)
    await looks(process, 1)
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 101)
    await process.look(after=3 * 3600)
    assert sorted(event.amount.minor for event in await process.news() if event.amount) == [100, 101]


async def test_what_was_read_at_fanvue_of_a_chat_with_unread_messages_is_no_news(
    ground: Ground, process: Process
) -> None:
    desk, person = ground.fanvue.world.fan(CREATOR, ground.fan)
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "one")
    for message in desk.chats[person.user.uuid].messages:
        message.is_read = True
    for words in ("two", "three"):
        await ground.fanvue.fan_writes(CREATOR, ground.fan, words)
    await looks(process, 1)
    assert sorted(map(str, await process.texts())) == ["three", "two"]
