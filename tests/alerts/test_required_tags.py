"""A forum that wants a tag on every post gets one of the desk's own, or its owner hears what it lacks."""

from typing import Any

import pytest
from alert_desk import Desk

from sandbox.discord import Channel

MANAGE_CHANNELS = 1 << 4


def tag(key: str, name: str, *, moderated: bool = False) -> dict[str, Any]:
    return {"id": key, "name": name, "moderated": moderated, "emoji_id": None, "emoji_name": None}


@pytest.fixture
async def forum(desk: Desk) -> Channel:
    """A forum that messages go to, whose posts need a tag."""
    forum = await desk.open_forum()
    forum.requires_tag = True
    return forum


def tags_of(desk: Desk, forum: Channel) -> list[list[str]]:
    """The names of each post's tags."""
    names = {tag["id"]: tag["name"] for tag in forum.available_tags}
    posts = [one.thread for one in desk.posts_in(forum)]
    return [[names[key] for key in post.applied_tags] for post in posts if post is not None]


async def test_a_post_begins_with_the_tag_that_is_true_of_the_fan(desk: Desk, forum: Channel) -> None:
    forum.available_tags = [tag("5", "vip"), tag("6", "Answered"), tag("7", "Waiting")]
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    assert tags_of(desk, forum) == [["Waiting"]]
    assert await desk.is_done()


async def test_a_post_begins_with_another_of_ours_rather_than_with_none(desk: Desk, forum: Channel) -> None:
    forum.available_tags = [tag("5", "vip"), tag("6", "answered")]
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    assert tags_of(desk, forum) == [["answered"]]


async def test_where_the_bot_may_it_makes_its_tags_once_and_keeps_those_that_are_there(
    desk: Desk, forum: Channel
) -> None:
    forum.available_tags = [tag("5", "vip")]
    forum.overwrite(desk.discord.bot_user, allow=MANAGE_CHANNELS)
    await desk.write("Sarah", "hello?")
    await desk.write("Tina", "hello?")
    await desk.deliver()
    assert [tag["name"] for tag in forum.available_tags] == ["vip", "waiting", "answered", "big spender", "muted"]
    assert forum.available_tags[0]["id"] == "5"
    assert tags_of(desk, forum) == [["waiting"], ["waiting"]]


async def test_of_a_forum_that_is_almost_full_it_takes_what_room_there_is(desk: Desk, forum: Channel) -> None:
    forum.available_tags = [tag(str(number), f"tag {number}") for number in range(19)]
    forum.overwrite(desk.discord.bot_user, allow=MANAGE_CHANNELS)
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    assert tags_of(desk, forum) == [["waiting"]]


@pytest.mark.parametrize(("may_make", "others"), [(False, 1), (True, 20)])
async def test_elsewhere_the_forum_rests_and_its_owner_is_told_once_what_it_lacks(
    desk: Desk, forum: Channel, may_make: bool, others: int
) -> None:
    forum.available_tags = [tag(str(number), f"tag {number}") for number in range(others)]
    forum.overwrite(desk.discord.bot_user, allow=MANAGE_CHANNELS if may_make else 0)
    for name in ("Sarah", "Tina"):
        await desk.write(name, "hello?")
        await desk.deliver()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    (notice,) = desk.discord.messages(dm)
    assert "its posts need a tag" in notice.text
    assert "Try again" in notice.text
    assert (await desk.reason())[0] == "dead"
    assert tags_of(desk, forum) == []


async def test_a_forum_that_discord_says_wants_a_tag_rests_like_one_that_is_seen_to(desk: Desk, forum: Channel) -> None:
    forum.requires_tag = False
    desk.discord.fail("POST", f"/channels/{forum.id}/threads", status=400, code=40067, times=None)
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    assert (await desk.reason())[0] == "dead"
    (route,) = await desk.stores.routes.of_place(desk.place(forum))
    assert route.pause is not None
