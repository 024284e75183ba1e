"""Cards that somebody wants gone are deleted; one that Discord does not delete holds up no other."""

import pytest
from alert_desk import Desk

from bot.alerts.bell import Bell
from bot.alerts.removing import Remover
from bot.discordkit.sending.deleting import MessageDeleter
from sandbox.discord import Channel, Message


def remover(desk: Desk) -> Remover:
    return Remover(desk.stores.removals, MessageDeleter(desk.client, desk.pacer), Bell(), desk.clock)


def deletions(desk: Desk) -> list[str]:
    """The messages Discord was asked to delete, one entry a request."""
    return [call.path.rpartition("/")[2] for call in desk.discord.calls if call.method == "DELETE"]


async def is_asked_for_nothing(desk: Desk) -> bool:
    return await desk.stores.removals.next(1) == []


async def cards_to_be_deleted(desk: Desk, *names: str) -> list[Message]:
    await desk.route(desk.place())
    await desk.happen(*names)
    await desk.deliver()
    assert await desk.stores.removals.ask(desk.owner, desk.clock.now()) == len(names)
    return desk.cards()


async def post_to_be_deleted(desk: Desk) -> Channel:
    """A fan's post in a forum, archived, with a card."""
    forum = await desk.open_forum()
    await desk.write("Sarah", "hello")
    await desk.deliver()
    assert await desk.stores.removals.ask(desk.owner, desk.clock.now())
    (post,) = desk.posts_in(forum)
    assert post.thread is not None
    post.thread.is_archived = True
    return post


async def removed(desk: Desk, beats: int = 5) -> None:
    chosen = remover(desk)
    for _ in range(beats):
        desk.clock.step(seconds=30)
        await chosen.remove_some()


@pytest.mark.parametrize(("status", "code"), [(400, 50083), (400, 50021), (403, 50013), (404, 10008), (403, 50001)])
async def test_what_discord_refuses_to_delete_for_good_is_asked_once_and_holds_up_no_other(
    desk: Desk, status: int, code: int
) -> None:
    cards = await cards_to_be_deleted(desk, "Anna", "Bea", "Cleo")
    refused = cards[-1]
    desk.discord.fail("DELETE", f"/channels/*/messages/{refused.id}", status=status, code=code, times=None)
    await removed(desk)
    assert desk.cards() == [refused]
    assert deletions(desk).count(str(refused.id)) == 1
    assert await is_asked_for_nothing(desk)


@pytest.mark.parametrize(("status", "code"), [(503, 0), (401, 0), (400, 160006)])
async def test_what_discord_does_not_delete_now_holds_up_no_other_and_is_tried_again(
    desk: Desk, status: int, code: int
) -> None:
    cards = await cards_to_be_deleted(desk, "Anna", "Bea", "Cleo")
    fault = desk.discord.fail("DELETE", f"/channels/*/messages/{cards[-1].id}", status=status, code=code, times=None)
    await removed(desk)
    assert desk.cards() == [cards[-1]]
    fault.remove()
    await removed(desk)
    assert desk.cards() == []
    assert await is_asked_for_nothing(desk)


async def test_a_card_in_an_archived_post_is_deleted_and_the_post_rests_again(desk: Desk) -> None:
    post = await post_to_be_deleted(desk)
    await removed(desk)
    assert desk.cards(post) == []
    assert post.thread is not None
    assert post.thread.is_archived
    assert await is_asked_for_nothing(desk)


async def test_what_tells_of_a_fan_goes_from_their_post_with_the_cards(desk: Desk) -> None:
    """Its header has their name, what they spent and the team's notes."""
    post = await post_to_be_deleted(desk)
    await desk.discord.say(desk.luna, post, "The team's own words")
    await removed(desk)
    assert [message.content for message in desk.cards(post)] == ["The team's own words"]
    assert post.name == "Removed"


async def test_a_card_in_a_post_that_others_locked_is_given_up(desk: Desk) -> None:
    post = await post_to_be_deleted(desk)
    assert post.thread is not None
    post.thread.is_locked = True
    assert post.parent is not None
    post.parent.overwrite(desk.discord.bot_user, deny=1 << 34)
    await removed(desk)
    assert len(desk.cards(post)) == 2
    assert await is_asked_for_nothing(desk)


async def test_where_discord_deletes_nothing_it_is_asked_for_one_a_beat(desk: Desk) -> None:
    await cards_to_be_deleted(desk, "Anna", "Bea", "Cleo")
    desk.discord.fail("DELETE", "/channels/*/messages/*", status=503, times=None)
    await removed(desk, beats=2)
    assert len(set(deletions(desk))) == 2
