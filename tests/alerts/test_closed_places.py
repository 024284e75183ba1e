"""A place that refuses for good costs one request, rests with a reason, and its owner hears of it once."""

import pytest
from alert_desk import POSTS, Desk

from bot.domain.alerts import Place
from bot.domain.events import EventKind
from sandbox.discord import Message


def notices(messages: list[Message]) -> list[Message]:
    return [message for message in messages if "paused" in message.embeds[0]["title"]]


def told(desk: Desk) -> list[Message]:
    """What the owner was told by DM."""
    dm = desk.discord.dm(desk.luna)
    return notices(desk.discord.messages(dm)) if dm else []


async def reasons(desk: Desk, place: Place) -> set[str | None]:
    return {route.pause.reason if route.pause else None for route in await desk.stores.routes.of_place(place)}


async def test_a_place_that_refuses_is_asked_once_however_much_waits_for_it(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna", "Bea", "Cleo")
    desk.channel.overwrite(desk.discord.bot_user, deny=1 << 11)
    await desk.deliver()
    assert len([call for call in desk.posts() if str(desk.channel.id) in call.path]) == 1
    assert await reasons(desk, desk.place()) == {"the bot may not write in the channel"}
    assert await desk.reason(2) == ("dead", "alerts there are paused")


async def test_the_owner_is_told_once_with_buttons_that_mend_it(desk: Desk) -> None:
    await desk.route(desk.place())
    desk.channel.overwrite(desk.discord.bot_user, deny=1 << 11)
    for name in ("Anna", "Bea"):
        await desk.happen(name)
        await desk.deliver()
    (notice,) = told(desk)
    assert "the bot may not write in the channel" in notice.text
    labels = [part["label"] for part in notice.components[0]["components"]]
    assert labels == ["Try again", "Send to my DM instead"]


async def test_several_workers_and_kinds_make_one_notice(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.MESSAGE, EventKind.FOLLOWER)
    desk.channel.overwrite(desk.discord.bot_user, deny=1 << 11)
    await desk.happen("Anna")
    await desk.store(desk.event("Bea", kind=EventKind.FOLLOWER))
    await desk.router().route_waiting()
    for _ in range(3):
        await desk.deliver(desk.worker())
    assert len(told(desk)) == 1


async def test_a_closed_dm_is_told_in_another_place_of_theirs(desk: Desk) -> None:
    await desk.route(desk.dm())
    await desk.route(desk.place(), EventKind.TIP)
    desk.luna.dms_open = False
    await desk.happen("Anna")
    await desk.deliver()
    (notice,) = notices(desk.cards())
    assert "takes no direct messages" in notice.text
    assert notice.embeds[0]["description"].startswith(f"Direct messages of <@{desk.luna.id}>") or notice.text
    assert not notice.mentions


async def test_nobody_is_told_in_a_place_that_is_paused_itself_or_somebody_elses_dm(desk: Desk) -> None:
    other = desk.discord.add_user("other")
    assert desk.channel.guild is not None
    desk.discord.add_member(desk.channel.guild, other)
    await desk.route(desk.dm())
    await desk.route(desk.dm(other), EventKind.TIP)
    await desk.route(desk.place(), EventKind.TIP)
    await desk.stores.routes.pause(desk.place(), "resting", desk.clock.now())
    desk.luna.dms_open = False
    await desk.happen("Anna")
    await desk.deliver()
    assert notices(desk.cards()) == []
    assert desk.discord.dm(other) is None
    assert await reasons(desk, desk.dm()) == {"this person takes no direct messages from the bot"}


async def test_a_sample_is_tried_in_a_place_that_rests(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.stores.routes.pause(desk.place(), "resting", desk.clock.now())
    await desk.store(desk.event("Anna", sample_for=desk.place().key))
    await desk.happen("Bea")
    await desk.deliver()
    assert desk.names() == ["Anna"]


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (10003, 404, "the channel does not exist any more"),
        (10004, 404, "the bot is no longer in the server"),
        (50001, 403, "the bot cannot see the channel"),
        (50007, 403, "this person takes no direct messages from the bot"),
        (50013, 403, "the bot may not write in the channel"),
        (50278, 403, "the bot shares no server with this person"),
    ],
)
async def test_each_refusal_for_good_pauses_the_place_in_plain_words(
    desk: Desk, code: int, status: int, reason: str
) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.discord.fail("POST", POSTS, status=status, code=code)
    await desk.deliver()
    assert await reasons(desk, desk.place()) == {reason}


async def test_content_that_is_refused_pauses_nothing(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.discord.fail("POST", POSTS, status=400, code=50035)
    await desk.deliver()
    assert await reasons(desk, desk.place()) == {None}
    assert told(desk) == []


async def test_after_it_worked_again_the_next_refusal_is_told_again(desk: Desk) -> None:
    await desk.route(desk.place())
    for _ in range(2):
        await desk.happen("Anna")
        desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", status=403, code=50013)
        await desk.deliver()
        await desk.route(desk.place())
        await desk.stores.refusals.clear(desk.place())
        desk.clock.step(minutes=1)
    assert len(told(desk)) == 2


async def test_a_desk_gets_a_post_for_each_fan_and_another_when_somebody_deletes_it(desk: Desk) -> None:
    forum = await desk.open_forum()
    await desk.write("Anna", "one")
    await desk.write("Bea", "one")
    await desk.write("Anna", "two")
    await desk.deliver()
    posts = desk.posts_in(forum)
    assert [post.name for post in posts] == ["Anna · @lunavale", "Bea · @lunavale"]
    assert [len(desk.cards(post)) for post in posts] == [3, 2]
