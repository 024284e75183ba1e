"""What of Fanvue's lists is not shown is said to be missing: rows that cannot be read, and what is beyond a bound."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from structlog.testing import capture_logs

from bot.domain import missing
from bot.domain.access import Actor, Capability
from bot.domain.accounts import DiscordUserId, FanId
from bot.domain.periods import Asked, Preset
from bot.domain.posting import PostView
from sandbox.fanvue.world.records import Chat, Message, fresh_uuid
from tests.rig import CREATOR, Rig, words_of

MISSING = "Not everything is shown"


def spoiled(*path: str) -> Callable[[Any], None]:
    """Makes a field of the first row something that cannot be read."""

    def change(answer: Any) -> None:
        holder = answer["data"][0] if isinstance(answer, dict) else answer[0]
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = []

    return change


async def some_of_everything(rig: Rig) -> None:
    for text in ("one", "two"):
        await rig.fanvue.fan_writes(CREATOR, rig.fan, text)
        await rig.fanvue.fan_tips(CREATOR, rig.fan, 500)


async def test_every_list_is_shown_without_a_row_that_cannot_be_read_and_says_so(connected: Rig) -> None:
    await some_of_everything(connected)
    commands: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
        ("inbox unread", {}, "listChats", ("user", "uuid")),
        ("inbox open", {"fan": connected.fan}, "listMessages", ("uuid",)),
        ("media vault", {}, "getUserMedia", ("uuid",)),
        ("media vault", {}, "listVaultFolders", ("name",)),
        ("post list", {"which": "published"}, "getPosts", ("uuid",)),
        ("mass list", {}, "listMassMessages", ("uuid",)),
        ("insights top-fans", {}, "getTopSpenders", ("user", "uuid")),
        ("insights transactions", {}, "getEarnings", ("gross",)),
    ]
    shown: dict[str, str] = {}
    for command, options, operation, path in commands:
        connected.fanvue.faults.rewrite(operation, spoiled(*path))
        with capture_logs() as logs:
            answer = await connected.luna.slash(connected.desk, command, **options)
        connected.fanvue.faults.clear()
        words = words_of(answer) + "".join(map(words_of, answer.followups))
        is_logged = [row["operation"] for row in logs if row["event"] == "rows_left_out"] == [operation]
        if MISSING not in words or "did not answer" in words or not is_logged:
            shown[f"{command} {operation}"] = words[:300]
    assert shown == {}


async def test_what_adds_up_money_misses_no_row(connected: Rig) -> None:
    await some_of_everything(connected)
    connected.fanvue.faults.add("getEarningsSummary", 500)
    connected.fanvue.faults.rewrite("getEarnings", spoiled("gross"))
    answer = await connected.luna.slash(connected.desk, "insights earnings")
    assert "$" not in words_of(answer)
    assert MISSING not in words_of(answer)


async def test_a_post_is_made_although_another_cannot_be_read(connected: Rig) -> None:
    connected.fanvue.faults.rewrite("getPosts", spoiled("uuid"))
    card = (await connected.luna.slash(connected.desk, "post create", text="Sunday set")).response
    await connected.luna.click(card, label="Post now")
    posts = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR)).posts
    assert any(one.text == "Sunday set" for one in posts)


async def test_more_unread_chats_than_are_listed_are_said_to_be_there_and_read_ones_hide_none(connected: Rig) -> None:
    world, now = connected.fanvue.world, connected.app.clock.now()
    desk = world.desk(world.account(CREATOR))
    first = await connected.luna.slash(connected.desk, "inbox unread")
    assert MISSING not in words_of(first) + "".join(map(words_of, first.followups))
    waiting = sum(not chat.is_read for chat in desk.chats.values() if not chat.is_archived)
    for number in range(205):
        fan = world.add_fan(CREATOR, f"fan_{number}")
        message = Message(fresh_uuid(), "hello", now + timedelta(seconds=number), is_from_fan=True, is_read=True)
        desk.chats[fan.user.uuid] = Chat(fan, now, [message])
    still = await connected.luna.slash(connected.desk, "inbox unread")
    assert f"{waiting} unread chats" in words_of(still)
    for chat in desk.chats.values():
        chat.is_marked_unread = True
    many = await connected.luna.slash(connected.desk, "inbox unread")
    assert "200 unread chats" in words_of(many)
    assert "Only the latest 200 unread chats were looked through" in "".join(map(words_of, many.followups))


async def test_where_fanvue_refuses_to_list_unread_chats_alone_they_are_found_all_the_same(connected: Rig) -> None:
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "hello")
    whole = words_of(await connected.luna.slash(connected.desk, "inbox unread"))
    connected.fanvue.faults.add("/chats[?]*filter=unread*", 400)
    assert words_of(await connected.luna.slash(connected.desk, "inbox unread")) == whole


async def test_more_templates_than_a_page_holds_are_all_offered(connected: Rig) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    example = desk.templates[0]
    desk.templates += [replace(example, uuid=fresh_uuid(), text=f"more {number}") for number in range(60)]
    grant = await connected.app.services.access.choose(
        Actor(DiscordUserId(connected.luna.id), "luna"), None, Capability.REPLY
    )
    assert len(await connected.app.services.conversations.templates(grant)) == len(desk.templates)


async def test_of_every_list_that_is_longer_than_is_read_it_is_said_that_there_may_be_more(connected: Rig) -> None:
    desk, services = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR)), connected.app.services
    rows: tuple[list[Any], ...] = (desk.templates, desk.media, desk.posts, desk.custom_lists)
    for some in rows:
        some += [replace(some[-1], uuid=fresh_uuid()) for _ in range(300)]
    luna = Actor(DiscordUserId(connected.luna.id), "luna")
    reply, insights, post = [
        await services.access.choose(luna, None, right)
        for right in (Capability.REPLY, Capability.INSIGHTS, Capability.POST)
    ]
    missing.watch()
    lists = await services.mass.lists(post)
    assert await services.conversations.templates(reply)
    assert await services.media.newest(post, find="a")
    assert await services.posts.listed(post, PostView.PUBLISHED)
    assert await services.sales.posts(insights, Asked(Preset.TODAY), ZoneInfo("UTC"))
    assert await services.fan_lists.of(reply, FanId(next(iter(desk.fans))))
    assert len(lists) > 100
    bounds = ["100 lists", "200 templates", "300 media", "200 posts", "100 posts", "25 lists"]
    assert missing.noted() == [f"Only the latest {one} were looked through: there may be more." for one in bounds]


async def test_a_menu_that_cannot_hold_everything_says_so(connected: Rig) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    desk.templates += [replace(desk.templates[0], uuid=fresh_uuid(), text=f"more {number}") for number in range(60)]
    opened = await connected.luna.slash(connected.desk, "inbox open", fan=connected.fan)
    asked = await connected.luna.click(opened.response, label="Templates")
    assert f"offers the first 25 of {len(desk.templates)}" in words_of(asked) + "".join(map(words_of, asked.followups))
