"""What Fanvue's lists hold comes once, however odd some of their rows are and whatever of them cannot be read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from polling_ground import CREATOR, Ground, Process
from structlog.testing import capture_logs

from bot.domain.accounts import ChannelId, FanId
from bot.domain.catching_up import Source
from sandbox.fanvue.instants import stamp


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(hours=23), timedelta(days=3)], ids=str)
async def test_a_row_dated_ahead_hides_nothing_that_comes_before_its_date(
    ground: Ground, process: Process, ahead: timedelta
) -> None:
    def put_ahead(answer: Any) -> None:
        answer["data"][0]["date"] = stamp(ground.time.true() + ahead)

    await ground.fanvue.fan_tips(CREATOR, ground.fan, 100)
    ground.fanvue.faults.rewrite("getEarnings", put_ahead, times=1)
    await process.look(after=70)
    for amount in (200, 300):
        ground.time.pass_by(3600)
        await ground.fanvue.fan_tips(CREATOR, ground.fan, amount)
        await process.look(after=70)
    assert [event.amount.minor for event in await process.news() if event.amount] == [100, 200, 300]


async def tips(ground: Ground, count: int) -> list[int]:
    """So many, a second apart; what they brought."""
    for number in range(count):
        await ground.fanvue.fan_tips(CREATOR, ground.fan, 100 + number)
        ground.time.pass_by(1)
    return list(range(100, 100 + count))


async def amounts(process: Process) -> list[int]:
    return sorted(event.amount.minor for event in await process.news() if event.amount)


@pytest.mark.parametrize("kind", [400, 403, 404, 500, "garbage"])
async def test_a_page_that_cannot_be_had_hides_none_before_it_and_is_read_once_it_can(
    ground: Ground, process: Process, kind: str | int
) -> None:
    every = await tips(ground, 60)
    ground.fanvue.faults.add("getEarnings", kind, after=1)
    await process.look(after=70)
    assert await amounts(process) == every[10:]
    assert (await process.polling(ground.creator)).cursors[Source.EARNINGS].trouble is not None
    ground.fanvue.faults.clear()
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 999)
    for _ in range(2):
        await process.look(after=700)
    assert await amounts(process) == [*every, 999]
    assert (await process.polling(ground.creator)).cursors[Source.EARNINGS].trouble is None


async def test_what_comes_while_a_later_page_cannot_be_had_is_told_within_minutes(
    ground: Ground, process: Process
) -> None:
    every = await tips(ground, 60)
    ground.fanvue.faults.rewrite("getEarnings", lambda answer: answer.update(nextCursor="no such cursor"))
    for hour in range(8):
        await ground.fanvue.fan_tips(CREATOR, ground.fan, 1000 + hour)
        for _ in range(2):
            await process.look(after=700)
        assert 1000 + hour in await amounts(process)
    ground.fanvue.faults.clear()
    for _ in range(2):
        await process.look(after=700)
    assert await amounts(process) == [*every, *range(1000, 1008)]


async def test_a_limit_in_the_middle_of_a_list_keeps_what_was_read(ground: Ground, process: Process) -> None:
    every = await tips(ground, 60)
    ground.fanvue.faults.add("getEarnings", 429, after=1, retry_after=600)
    await process.look(after=70)
    assert await amounts(process) == every[10:]
    ground.fanvue.faults.clear()
    await process.look(after=1000)
    assert await amounts(process) == every


@pytest.mark.parametrize("kind", [400, 403, 404, 500, "garbage"])
async def test_a_chat_that_opens_later_tells_all_its_messages_once(
    ground: Ground, process: Process, kind: str | int
) -> None:
    late, other = ground.fans[:2]
    _, person = ground.fanvue.world.fan(CREATOR, late)
    for fan in (other, late):
        for number in ("one", "two", "three"):
            await ground.fanvue.fan_writes(CREATOR, fan, f"{number} of {fan}")
    ground.fanvue.faults.add(f"/chats/{person.user.uuid}/messages", kind)
    await process.look(after=70)
    readable = [f"{number} of {other}" for number in ("one", "two", "three")]
    assert sorted(map(str, await process.texts())) == sorted([*readable, f"three of {late}"])
    ground.fanvue.faults.clear()
    for _ in range(7):
        await process.look(after=700)
    every = [f"{number} of {fan}" for fan in (other, late) for number in ("one", "two", "three")]
    assert sorted(map(str, await process.texts())) == sorted(every)
    assert (await process.polling(ground.creator)).cursors[Source.CHATS].trouble is None


async def test_while_no_chat_opens_each_tells_its_last_message(ground: Ground, process: Process) -> None:
    fans = ground.fans[:6]
    for fan in fans:
        for number in ("one", "two"):
            await ground.fanvue.fan_writes(CREATOR, fan, f"{number} of {fan}")
    fault = ground.fanvue.faults.add("listMessages", 500)
    await process.look(after=70)
    assert sorted(map(str, await process.texts())) == sorted(f"two of {fan}" for fan in fans)
    assert fault.hits == 3 * 3, "three chats, three tries each: then it is Fanvue, and not a chat"
    ground.fanvue.faults.clear()
    for _ in range(3):
        await process.look(after=70)
    assert len(await process.texts()) == 2 * len(fans)


async def test_a_chat_that_never_opens_holds_nothing_up_for_ever(ground: Ground, process: Process) -> None:
    _, person = ground.fanvue.world.fan(CREATOR, ground.fan)
    for text in ("one", "two"):
        await ground.fanvue.fan_writes(CREATOR, ground.fan, text)
    fault = ground.fanvue.faults.add(f"/chats/{person.user.uuid}/messages", 404)
    for _ in range(48):
        await process.look(after=1800)
    assert fault.hits <= 8
    read_to = (await process.polling(ground.creator)).cursors[Source.CHATS].read_to
    assert read_to is not None
    await ground.fanvue.fan_writes(CREATOR, ground.fans[1], "still heard")
    await process.look(after=70)
    assert await process.texts() == ["two", "still heard"]


async def test_answers_in_more_chats_than_are_opened_at_once_are_all_found_however_old_they_are(
    ground: Ground, process: Process
) -> None:
    post = (ChannelId(1), ground.creator, FanId("somebody"), ChannelId(2), ground.time.now())
    await process.stores.desk_posts.remember(*post)
    chats = ground.fanvue.world.desk(ground.fanvue.world.account(CREATOR)).chats.values()
    fans = [chat.fan.user.handle for chat in chats if chat.fan.is_contactable and not chat.is_archived][:25]
    for fan in fans:
        await ground.fanvue.creator_writes(CREATOR, fan, f"answer to {fan}")
        ground.time.pass_by(300)
    for _ in range(4):
        await process.look(after=70)
    assert sorted(map(str, await process.texts())) == sorted(f"answer to {fan}" for fan in fans)


async def test_a_limit_at_the_first_look_of_all_loses_nothing_of_what_happens_meanwhile(ground: Ground) -> None:
    async with ground.process() as process:
        await ground.connect(process)
        ground.fanvue.faults.add("listChats", 429, retry_after=600)
        await process.settle_in()
        await ground.fanvue.fan_tips(CREATOR, ground.fan, 500)
        for _ in range(5):
            await process.look(after=700)
        ground.fanvue.faults.clear()
        await process.look(after=1000)
        assert await amounts(process) == [500]


async def everything_happens(ground: Ground) -> None:
    """Twice each, by two fans."""
    for fan in ground.fans[:2]:
        await ground.fanvue.fan_writes(CREATOR, fan, f"one of {fan}")
        await ground.fanvue.fan_writes(CREATOR, fan, f"two of {fan}")
        await ground.fanvue.fan_tips(CREATOR, fan, 500)
        await ground.fanvue.fan_likes(CREATOR, fan)


def nulls(*path: str) -> Callable[[Any], None]:
    """Makes a field of each row null."""

    def change(answer: Any) -> None:
        for row in answer["data"]:
            holder = row
            for name in path[:-1]:
                holder = holder[name]
            holder[path[-1]] = None

    return change


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("listChats", ("isRead",)),
        ("listChats", ("isMuted",)),
        ("listChats", ("unreadMessagesCount",)),
        ("listChats", ("user", "isTopSpender")),
        ("listChats", ("user", "handle")),
        ("listChats", ("lastMessage", "senderUuid")),
        ("listChats", ("lastMessage", "sentAt")),
        ("listChats", ("lastMessageAt",)),
        ("listMessages", ("sender",)),
        ("listMessages", ("recipient",)),
        ("listMessages", ("isRead",)),
        ("listMessages", ("mediaUuids",)),
        ("listNotifications", ("isRead",)),
        ("listNotifications", ("receiverUuid",)),
        ("listNotifications", ("originator", "isCreator")),
        ("getEarnings", ("currency",)),
        ("getEarnings", ("transactionOrderStatus",)),
    ],
    ids=str,
)
async def test_a_field_that_is_null_hides_nothing(
    ground: Ground, process: Process, operation: str, path: tuple[str, ...]
) -> None:
    ground.fanvue.faults.rewrite(operation, nulls(*path))
    await everything_happens(ground)
    for _ in range(3):
        await process.look(after=70)
    assert await process.told() == ["like"] * 2 + ["message"] * 4 + ["tip"] * 2
    cursors = (await process.polling(ground.creator)).cursors.values()
    assert [cursor.trouble for cursor in cursors if cursor.trouble] == []


@pytest.mark.parametrize(
    ("operation", "path", "value", "is_told"),
    [
        ("listChats", ("user",), None, ["like"] * 2 + ["message"] * 2 + ["tip"] * 2),
        ("listChats", ("user", "uuid"), 5, ["like"] * 2 + ["message"] * 2 + ["tip"] * 2),
        ("getEarnings", ("gross",), None, ["like"] * 2 + ["message"] * 4 + ["tip"]),
        ("getEarnings", ("date",), "sometime", ["like"] * 2 + ["message"] * 4 + ["tip"]),
        ("listNotifications", ("eventType",), "liked", ["like"] + ["message"] * 4 + ["tip"] * 2),
        ("listNotifications", ("createdAt",), None, ["like"] + ["message"] * 4 + ["tip"] * 2),
    ],
    ids=str,
)
async def test_a_row_that_cannot_be_read_hides_no_other_and_is_counted(
    ground: Ground, process: Process, operation: str, path: tuple[str, ...], value: object, is_told: list[str]
) -> None:
    def spoil_first(answer: Any) -> None:
        holder = answer["data"][0]
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = value

    ground.fanvue.faults.rewrite(operation, spoil_first)
    await everything_happens(ground)
    with capture_logs() as logs:
        for _ in range(3):
            await process.look(after=70)
    assert await process.told() == is_told
    assert [row["operation"] for row in logs if row["event"] == "rows_left_out"] == [operation]
    polls = process.catch_up.figures()["fanvue_polls"]
    assert sum(count for name, count in polls.items() if name.endswith("_odd_rows")) == 3


async def test_chats_and_messages_without_any_date_are_told(ground: Ground, process: Process) -> None:
    await everything_happens(ground)
    ground.fanvue.faults.rewrite("listMessages", nulls("sentAt"))

    def undate(answer: Any) -> None:
        for row in answer["data"]:
            row["lastMessageAt"] = row["lastMessage"]["sentAt"] = None

    ground.fanvue.faults.rewrite("listChats", undate, times=1)
    for _ in range(3):
        await process.look(after=70)
    assert {text for text in await process.texts() if text} >= {
        f"{number} of {fan}" for number in ("one", "two") for fan in ground.fans[:2]
    }


async def test_sales_that_webhooks_told_are_not_told_again_where_notifications_stand_in(
    ground: Ground, process: Process
) -> None:
    ground.fanvue.faults.add("getEarnings", 403)
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 700)
    await ground.fanvue.fan_subscribes(CREATOR, ground.fans[1])
    await process.hear(*ground.fanvue.deliveries)
    for _ in range(3):
        await process.look(after=1000)
    assert await process.told() == ["subscriber", "tip"]


def dates_first(path: str, text: str) -> Callable[[Any], None]:
    """Dates the first row of a list."""

    def change(answer: Any) -> None:
        answer["data"][0][path] = text

    return change


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
@pytest.mark.parametrize(("operation", "path"), [("getEarnings", "date"), ("listNotifications", "createdAt")])
async def test_a_row_with_an_absurd_date_is_told_and_stops_nothing(
    ground: Ground, process: Process, operation: str, path: str, text: str
) -> None:
    ground.fanvue.faults.rewrite(operation, dates_first(path, text))
    await ground.fanvue.fan_tips(CREATOR, ground.fan, 500)
    await ground.fanvue.fan_follows(CREATOR, "one")
    await ground.fanvue.fan_tips(CREATOR, ground.fans[1], 600)
    await ground.fanvue.fan_follows(CREATOR, "two")
    for _ in range(3):
        await process.look(after=70)
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "still heard")
    await process.look(after=70)
    assert await process.told() == ["follower", "follower", "message", "tip", "tip"]
    now = ground.time.now()
    assert all(now - timedelta(hours=1) < event.happened_at <= now for event in await process.news())


async def test_a_chat_whose_last_message_was_deleted_hides_none_below_it(ground: Ground, process: Process) -> None:
    deleted, *others = ground.fans[:3]
    for fan in others:
        await ground.fanvue.fan_writes(CREATOR, fan, f"one of {fan}")
    await ground.fanvue.fan_writes(CREATOR, deleted, "deleted again")

    def delete(answer: Any) -> None:
        answer["data"][0]["lastMessage"] |= {"uuid": "an older one", "sentAt": "2026-01-01T00:00:00Z"}

    ground.fanvue.faults.rewrite("listChats", delete)
    for _ in range(2):
        await process.look(after=70)
    assert set(await process.texts()) >= {f"one of {fan}" for fan in others}
    assert not any(event.message_uuid == "an older one" for event in await process.news())


@pytest.mark.parametrize(
    ("operation", "path", "value"),
    [
        ("listNotifications", "data", []),
        ("listNotifications", "data", "a text"),
        ("listNotifications", "originator", []),
        ("listChats", "isRead", 0),
        ("listChats", "unreadMessagesCount", "2"),
        ("listChats", "lastMessageAt", 1_700_000_000),
        ("listMessages", "pricing", []),
        ("listMessages", "hasMedia", "yes"),
        ("getEarnings", "postUuid", 5),
        ("getEarnings", "currency", {}),
    ],
    ids=str,
)
async def test_what_may_be_missing_and_is_of_another_type_reads_as_missing(
    ground: Ground, process: Process, operation: str, path: str, value: object
) -> None:
    def change(answer: Any) -> None:
        for row in answer["data"]:
            row[path] = value

    ground.fanvue.faults.rewrite(operation, change)
    for fan in ground.fans[:2]:
        await ground.fanvue.fan_writes(CREATOR, fan, f"one of {fan}")
        await ground.fanvue.fan_writes(CREATOR, fan, f"two of {fan}")
        await ground.fanvue.fan_tips(CREATOR, fan, 500)
        await ground.fanvue.fan_follows(CREATOR, f"follower of {fan}")
    for _ in range(3):
        await process.look(after=70)
    assert await process.told() == ["follower"] * 2 + ["message"] * 4 + ["tip"] * 2


async def test_more_rows_than_are_read_at_once_all_come_the_newest_first(ground: Ground, process: Process) -> None:
    count = 1050
    for _ in range(count):
        await ground.fanvue.fan_likes(CREATOR, ground.fan)
        ground.time.pass_by(20)
    await process.look(after=70)
    assert len(await process.news()) == 1000
    await process.look(after=70)
    assert len(await process.news()) == count
    before = ground.calls()
    await process.look(after=70)
    assert ground.calls() - before <= 6, "then it is as before"


async def test_a_text_cut_in_the_middle_of_an_emoji_hides_no_message(ground: Ground, process: Process) -> None:
    def cut(answer: Any) -> None:
        for row in answer["data"]:
            row["lastMessage"]["text"] = row["lastMessage"]["text"][:5] + "\ud83d"

    ground.fanvue.faults.rewrite("listChats", cut)
    for fan in ground.fans[:2]:
        await ground.fanvue.fan_writes(CREATOR, fan, f"hello of {fan}")
    for _ in range(2):
        await process.look(after=70)
    assert await process.told() == ["message", "message"]


async def test_a_webhook_with_a_text_cut_in_the_middle_of_an_emoji_is_taken_in(
    ground: Ground, process: Process
) -> None:
    await ground.fanvue.fan_writes(CREATOR, ground.fan, "hello there")
    (delivery,) = ground.fanvue.deliveries
    await process.hear(replace(delivery, body=delivery.body.replace(b"hello there", rb"hello \ud83d")))
    await process.look(after=70)
    (event,) = await process.news()
    assert (event.text or "").startswith("hello ")
