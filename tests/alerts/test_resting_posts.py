"""Cards in a post that Discord archived, or that others locked, stay right, and the next ones find a place."""

import asyncio

import pytest
from alert_desk import LUNA, Desk

from bot.domain.accounts import ChannelId, FanId
from bot.domain.events import EventKind, Fan
from sandbox.discord import Channel

SARAH = Fan(FanId("fan-Sarah"), "sarah", "Sarah")


@pytest.fixture
async def forum(desk: Desk) -> Channel:
    """A forum that messages go to, with Sarah's first one."""
    forum = await desk.open_forum(nsfw=True)
    await desk.write("Sarah", "hello?", message_uuid="m-1")
    await desk.deliver()
    return forum


def resting(desk: Desk, forum: Channel, *, is_locked: bool = False) -> Channel:
    """Sarah's post, archived; locked where the bot may not open it."""
    (post,) = desk.posts_in(forum)
    assert post.thread is not None
    post.thread.is_archived = True
    post.thread.is_locked = is_locked
    if is_locked:
        forum.overwrite(desk.discord.bot_user, deny=1 << 34)
    return post


async def deleted_at_fanvue(desk: Desk) -> None:
    await desk.store(desk.event(kind=EventKind.MESSAGE_DELETED, fan=SARAH, message_uuid="m-1"))
    await desk.router().route_waiting()
    await desk.board.draw_changed()


async def test_a_card_in_an_archived_post_is_redrawn_and_the_post_rests_again(desk: Desk, forum: Channel) -> None:
    post = resting(desk, forum)
    await deleted_at_fanvue(desk)
    assert "Deleted on Fanvue" in desk.cards(post)[-1].text
    assert post.thread is not None
    assert post.thread.is_archived


async def test_a_fans_next_message_comes_into_the_post_that_rested(desk: Desk, forum: Channel) -> None:
    post = resting(desk, forum)
    await deleted_at_fanvue(desk)
    await desk.write("Sarah", "still there?")
    await desk.deliver()
    assert desk.posts_in(forum) == [post]
    assert len(desk.cards(post)) == 3


async def test_a_card_in_a_post_that_others_locked_is_tried_once(desk: Desk, forum: Channel) -> None:
    resting(desk, forum, is_locked=True)
    await deleted_at_fanvue(desk)
    asked = len(desk.discord.calls)
    await desk.board.draw_changed()
    assert len(desk.discord.calls) == asked


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_what_belongs_to_a_card_in_a_post_that_is_closed_stands_once_in_the_next_one(
    desk: Desk, forum: Channel, is_deleted: bool
) -> None:
    worker = desk.worker()
    await desk.write("Sarah", "first")
    await desk.deliver(worker)
    closed = resting(desk, forum, is_locked=not is_deleted)
    if is_deleted:
        desk.discord.world.remove_channel(closed)
    await desk.write("Sarah", "second")
    for _ in range(5):
        await desk.deliver(worker)
        desk.clock.step(seconds=5)
    (following,) = [post for post in desk.posts_in(forum) if post is not closed]
    assert "".join(message.text for message in desk.cards(following)).count("second") == 1
    assert await desk.is_done()


async def test_what_a_closed_post_refuses_comes_in_the_next_one_though_the_post_is_forgotten_meanwhile(
    desk: Desk, forum: Channel
) -> None:
    closed, worker = resting(desk, forum), desk.worker()
    refusal = desk.discord.fail("POST", f"/channels/{closed.id}/messages", status=400, code=50083, hang=True)
    await desk.write("Sarah", "second")
    sending = asyncio.create_task(desk.deliver(worker))
    while not refusal.hits:
        await asyncio.sleep(0.01)
    assert await desk.stores.desk_posts.lose(ChannelId(forum.id), LUNA, SARAH.id)
    refusal.remove()
    await sending
    desk.clock.step(seconds=5)
    await desk.deliver(worker)
    (following,) = [post for post in desk.posts_in(forum) if post is not closed]
    assert "second" in "".join(message.text for message in desk.cards(following))
    assert await desk.is_done()


async def test_a_post_whose_opening_was_not_noted_is_found_again_and_is_that_fans_alone(desk: Desk) -> None:
    forum = await desk.open_forum()
    opening = desk.discord.fail("POST", f"/channels/{forum.id}/threads", after_applying=True, drop=True)
    await desk.write("Sarah", "One")
    await desk.deliver()
    assert opening.hits == 1
    namesake = Fan(FanId("fan-other"), "sarah", "Sarah")
    desk.discord.fail("POST", f"/channels/{forum.id}/threads", drop=True)
    await desk.store(desk.event("Sarah", fan=namesake))
    await desk.router().route_waiting()
    for _ in range(4):
        desk.clock.step(minutes=1)
        await desk.deliver()
    assert [len(desk.cards(post)) for post in desk.posts_in(forum)] == [2, 2]
    assert await desk.is_done()
