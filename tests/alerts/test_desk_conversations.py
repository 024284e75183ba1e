"""A desk shows both sides of a conversation, in order, each message once, and says who wrote it."""

import asyncio
from typing import Any

import pytest
from alert_desk import LUNA, NOW, Desk

from bot.discordkit.alerts.desk_headers import DeskHeaders
from bot.domain.accounts import ChannelId, DiscordUserId, FanId
from bot.domain.alerts import Route
from bot.domain.drafts import Draft
from bot.domain.events import EventKind, Fan
from bot.domain.rules import QuietHours, Wishes
from bot.services.inbox.desk import DeskService
from bot.storage.replies import NATIVE, NewReply, ReplyStatus
from sandbox.discord import Channel

SARAH = Fan(FanId("fan-Sarah"), "sarah", "Sarah")


class NoFacts:
    """Nothing is known of any fan."""

    def known(self, *_of: Any) -> None:
        return None

    async def read(self, *_of: Any) -> None:
        return None


@pytest.fixture
async def forum(desk: Desk) -> Channel:
    """An age-restricted forum that messages go to."""
    return await desk.open_forum(nsfw=True)


def service(desk: Desk) -> DeskService:
    stores = desk.stores
    return DeskService(
        posts=stores.desk_posts,
        routes=stores.routes,
        arrivals=stores.arrivals,
        cards=stores.cards,
        claims=stores.claims,
        notes=stores.notes,
        facts=NoFacts(),  # type: ignore[arg-type]
        drawer=DeskHeaders(desk.client, desk.pacer),
        board=desk.board,
        keyring=desk.keyring,
        stored=desk.stored,
        clock=desk.clock,
    )


def told(desk: Desk, forum: Channel) -> list[str]:
    """What stands in the only post, after its header: title and quoted words."""
    (post,) = desk.posts_in(forum)
    shown = [message.embeds[0] for message in desk.cards(post)[1:]]
    return [f"{embed['title']} | {embed['description'].partition('> ')[2]}" for embed in shown]


async def written_at_fanvue(desk: Desk, words: str, **changes: Any) -> None:
    await desk.store(desk.event(kind=EventKind.MESSAGE_SENT, fan=SARAH, text=words, **changes))
    await desk.router().route_waiting()


async def begun(desk: Desk, author: str = "Cleo") -> str:
    """A reply on its way to the fan."""
    now = desk.clock.now()
    reply = NewReply("r1", "interaction:1", None, LUNA, SARAH.id, DiscordUserId(7), now, author_name=author)
    assert await desk.stores.replies.begin(reply)
    return reply.id


async def sent_from_here(desk: Desk, words: str, uuid: str, author: str = "Cleo") -> None:
    reply = await begun(desk, author)
    await desk.stores.replies.settle(reply, ReplyStatus.SENT, uuid, desk.clock.now())
    await service(desk).sent(LUNA, SARAH.id, uuid, Draft(words))


async def test_both_sides_stand_in_the_post_in_order(desk: Desk, forum: Channel) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    await written_at_fanvue(desk, "hi **you**")
    await desk.write("Sarah", "how are you")
    await desk.deliver()
    assert told(desk, forum) == [
        "💬 New message | hello?",
        "↩️ Sent on Fanvue | hi \\*\\*you\\*\\*",
        "💬 New message | how are you",
    ]


async def test_what_was_sent_from_here_is_there_once_and_signed_whoever_tells_it_first(
    desk: Desk, forum: Channel
) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    await sent_from_here(desk, "hi", "m-9")
    echo = desk.event(kind=EventKind.MESSAGE_SENT, fan=SARAH, text="hi", key=f"message_sent:{LUNA}:m-9")
    await desk.store(echo)
    await desk.router().route_waiting()
    await desk.deliver()
    assert told(desk, forum)[1:] == ["↩️ Sent by Cleo | hi"]


async def test_an_echo_that_is_faster_than_the_answer_waits_for_its_author(desk: Desk, forum: Channel) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    reply = await begun(desk)
    uuid = "m-9"
    await written_at_fanvue(desk, "hi", key=f"message_sent:{LUNA}:{uuid}", message_uuid=uuid)
    delivering = asyncio.create_task(desk.deliver())
    while (await desk.ledger())[-1][1] != "leased":
        await asyncio.sleep(0)
    await asyncio.sleep(0.03)
    await desk.stores.replies.settle(reply, ReplyStatus.SENT, uuid, desk.clock.now())
    await delivering
    assert told(desk, forum)[1:] == ["↩️ Sent by Cleo | hi"]
    await service(desk).sent(LUNA, SARAH.id, uuid, Draft("hi"))
    await desk.deliver()
    assert told(desk, forum)[1:] == ["↩️ Sent by Cleo | hi"]


@pytest.mark.parametrize("is_in_post", [True, False])
async def test_a_message_of_the_teams_that_is_a_reply_is_mirrored_where_it_does_not_stand_itself(
    desk: Desk, forum: Channel, is_in_post: bool
) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    (post,) = desk.posts_in(forum)
    said_in, now = ChannelId(post.id if is_in_post else desk.channel.id), desk.clock.now()
    reply = NewReply("r1", f"{NATIVE}5", None, LUNA, SARAH.id, DiscordUserId(7), now, "Cleo", channel=said_in)
    assert await desk.stores.replies.begin(reply)
    await desk.stores.replies.settle("r1", ReplyStatus.SENT, "m-9", now)
    await written_at_fanvue(desk, "hi", key=f"message_sent:{LUNA}:m-9", message_uuid="m-9")
    await desk.deliver()
    assert told(desk, forum)[1:] == ([] if is_in_post else ["↩️ Sent by Cleo | hi"])


async def test_where_text_may_not_stand_it_is_behind_show(desk: Desk, forum: Channel) -> None:
    forum.nsfw = False
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    await written_at_fanvue(desk, "hi")
    await desk.deliver()
    (post,) = desk.posts_in(forum)
    last = desk.cards(post)[-1]
    assert "hi" not in last.text.replace("hidden", "")
    assert "Show" in [part.get("label") for part in last.components[0]["components"]]


async def test_fans_without_a_post_get_none_for_what_is_written_to_them(desk: Desk, forum: Channel) -> None:
    await desk.route(desk.place())
    await written_at_fanvue(desk, "hi")
    await desk.deliver()
    assert desk.posts_in(forum) == []
    assert desk.cards() == [], "and places that are no desk show what fans do alone"


async def test_an_answer_right_behind_the_first_message_is_mirrored_too(desk: Desk, forum: Channel) -> None:
    await desk.store(desk.event("Sarah", fan=SARAH, text="hello?"))
    await desk.store(desk.event(kind=EventKind.MESSAGE_SENT, fan=SARAH, text="hi"))
    await desk.router().route_waiting()
    await written_at_fanvue(desk, "and more")
    await desk.deliver()
    assert [line.partition(" | ")[2] for line in told(desk, forum)] == ["hello?", "hi", "and more"]


async def test_an_answer_to_what_rests_until_the_quiet_hours_end_comes_with_it(desk: Desk, forum: Channel) -> None:
    quiet = Wishes(quiet=QuietHours(11 * 60, 13 * 60))
    await desk.stores.routes.set(Route(LUNA, EventKind.MESSAGE, desk.place(forum), desk.owner, wishes=quiet), NOW)
    await desk.write("Sarah", "hello?")
    await written_at_fanvue(desk, "hi")
    desk.clock.step(hours=1)
    await desk.deliver()
    assert [line.partition(" | ")[2] for line in told(desk, forum)] == ["hello?", "hi"]


async def test_what_was_written_mentions_nobody_and_is_silent(desk: Desk, forum: Channel) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    await written_at_fanvue(desk, "hi @everyone")
    await desk.deliver()
    call = desk.posts()[-1]
    assert call.json["flags"] & 1 << 12
    assert call.json["allowed_mentions"] == {"parse": []}


async def test_what_is_deleted_at_fanvue_or_unsent_loses_its_words(desk: Desk, forum: Channel) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    await written_at_fanvue(desk, "regretted", message_uuid="m-9")
    await desk.deliver()
    await service(desk).unsent(LUNA, "m-9")
    assert "regretted" not in told(desk, forum)[-1]
    (post,) = desk.posts_in(forum)
    assert "Deleted on Fanvue" in desk.cards(post)[-1].text


async def test_a_header_is_edited_only_when_it_says_something_new_and_sets_its_tags(desk: Desk, forum: Channel) -> None:
    plain = {"moderated": False, "emoji_id": None, "emoji_name": None}
    names = {"5": "Waiting", "6": "answered", "7": "vip"}
    forum.available_tags = [plain | {"id": key, "name": name} for key, name in names.items()]
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    (post,) = desk.posts_in(forum)
    assert post.thread is not None
    post.thread.applied_tags = ["7"]
    assert await service(desk).sweep() == 1
    assert post.thread.applied_tags == ["5", "7"]
    header = desk.cards(post)[0]
    assert "Waiting since" in header.text
    assert "Make the tags" in [part.get("label") for part in header.components[0]["components"]]
    edits = len(desk.edits())
    await service(desk).sweep()
    assert len(desk.edits()) == edits
    await written_at_fanvue(desk, "hi")
    await desk.deliver()
    await service(desk).sweep()
    assert "all is answered" in desk.cards(post)[0].text
    assert post.thread.applied_tags == ["6", "7"]


@pytest.mark.parametrize("is_here", [True, False])
async def test_a_header_says_who_was_answered_long_after_they_wrote_also_where_a_kill_kept_it_from_that(
    desk: Desk, forum: Channel, is_here: bool
) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    desk.clock.step(hours=5)
    if is_here:
        await desk.stores.cards.mark_answered(1, desk.owner, "Luna", desk.clock.now())
    else:
        await desk.stores.cards.answered_elsewhere(LUNA, SARAH.id, desk.clock.now())
    assert await service(desk).sweep() == 1
    (post,) = desk.posts_in(forum)
    assert "all is answered" in desk.cards(post)[0].text


async def test_a_post_that_went_to_rest_wakes_with_the_next_message(desk: Desk, forum: Channel) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    (post,) = desk.posts_in(forum)
    assert post.thread is not None
    post.thread.is_archived = True
    await service(desk).refresh(LUNA, SARAH.id)
    assert post.thread.is_archived, "what changes nothing wakes nobody"
    await written_at_fanvue(desk, "still there?")
    await desk.deliver()
    assert not post.thread.is_archived
    assert len(desk.posts_in(forum)) == 1


async def test_a_killed_worker_mirrors_once(desk: Desk, forum: Channel) -> None:
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    await written_at_fanvue(desk, "hi")
    desk.discord.fail("POST", "/channels/*/messages", status=500)
    await desk.deliver()
    desk.clock.step(minutes=5)
    await desk.deliver(desk.worker())
    assert len(told(desk, forum)) == 2


async def test_a_header_takes_no_last_tag_from_a_post_that_needs_one(desk: Desk, forum: Channel) -> None:
    forum.requires_tag = True
    forum.available_tags = [{"moderated": False, "emoji_id": None, "emoji_name": None, "id": "5", "name": "waiting"}]
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    await written_at_fanvue(desk, "hi")
    await desk.deliver()
    assert await service(desk).sweep() == 1
    (post,) = desk.posts_in(forum)
    assert "all is answered" in desk.cards(post)[0].text
    assert post.thread is not None
    assert post.thread.applied_tags == ["5"]
