"""Each refusal of Discord's has its treatment: tried later, the place closed and told, or the one card given up."""

from typing import Any

import pytest
from alert_desk import LUNA, POSTS, Desk

from bot.discordkit.sending.direct import AT_ONCE
from bot.domain.access import Capability, Right
from bot.domain.accounts import ChannelId, DiscordUserId
from bot.domain.alerts import Place

PASSING = [(429, 20016), (403, 20022), (403, 20028), (403, 20029), (400, 30046), (403, 40003), (403, 40004)]
PASSING += [(403, 40006), (400, 40062), (400, 130000), (401, 0), (503, 0), (400, 0), (403, 0), (404, 0)]
CLOSED = [(404, 10013), (403, 20026), (400, 40058), (400, 40067), (400, 50008), (400, 50024), (400, 50033)]
CLOSED += [(400, 160006), (403, 40012), (404, 10099)]
CONTENT = [(400, 50035), (400, 50006), (400, 50109), (400, 50068), (413, 40005), (400, 200000), (400, 240000)]
CONTENT += [(400, 20009), (400, 59999)]


async def is_resting(desk: Desk, place: Place) -> bool:
    (route,) = await desk.stores.routes.of_place(place)
    return route.pause is not None


def told(desk: Desk) -> list[str]:
    dm = desk.discord.dm(desk.luna)
    return [message.text for message in desk.discord.messages(dm)] if dm else []


def refusing(desk: Desk, path: str, status: int, code: int) -> Any:
    return desk.discord.fail("POST", path, status=status, code=code, times=None, from_cloudflare=status == 429)


@pytest.mark.parametrize(("status", "code"), PASSING)
async def test_what_passes_is_tried_again_and_the_card_comes_once(desk: Desk, status: int, code: int) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    fault = refusing(desk, POSTS, status, code)
    await desk.deliver()
    assert not await is_resting(desk, desk.place())
    fault.remove()
    desk.clock.step(minutes=10)
    await desk.deliver()
    assert desk.names() == ["Anna"]


async def test_whoever_opens_direct_messages_too_fast_waits_some_minutes(desk: Desk) -> None:
    await desk.route(desk.dm())
    await desk.happen("Anna")
    fault = refusing(desk, "/users/@me/channels", 403, 40003)
    for _ in range(20):
        await desk.deliver()
        desk.clock.step(seconds=20)
    assert fault.hits == (await desk.delivery()).attempts == 1
    desk.clock.step(seconds=200)
    await desk.deliver()
    assert fault.hits == 2
    assert await desk.reason() == ("due", "Discord did not take it")


async def test_where_direct_messages_are_opened_too_fast_nobodys_is_for_some_minutes(desk: Desk) -> None:
    people = [desk.luna, *(desk.discord.add_user(f"person {number}") for number in range(5))]
    assert desk.channel.guild is not None
    for person in people[1:]:
        desk.discord.add_member(desk.channel.guild, person)
        right = Right(LUNA, DiscordUserId(person.id), Capability.ALERTS, desk.owner, desk.clock.now())
        await desk.stores.rights.give(right)
    for person in people:
        await desk.route(desk.dm(person))
    fault = refusing(desk, "/users/@me/channels", 403, 40003)
    await desk.happen("Anna")
    await desk.deliver()
    assert fault.hits <= AT_ONCE
    fault.remove()
    desk.clock.step(minutes=10)
    await desk.deliver()
    assert await desk.is_done()


@pytest.mark.parametrize(("status", "code"), CLOSED)
async def test_what_every_card_would_meet_closes_the_place_and_is_told_once(desk: Desk, status: int, code: int) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna", "Bea", "Cleo")
    fault = refusing(desk, f"/channels/{desk.channel.id}/messages", status, code)
    for _ in range(3):
        await desk.deliver()
        desk.clock.step(minutes=10)
    assert fault.hits == 1
    assert await is_resting(desk, desk.place())
    assert len(told(desk)) == 1


@pytest.mark.parametrize(("status", "code"), CONTENT)
async def test_what_is_about_one_card_costs_no_other(desk: Desk, status: int, code: int) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    fault = refusing(desk, f"/channels/{desk.channel.id}/messages", status, code)
    await desk.deliver()
    fault.remove()
    await desk.happen("Bea")
    await desk.deliver()
    assert desk.names() == ["Bea"]
    assert (await desk.reason())[0] == "dead"
    assert fault.hits == 1


@pytest.mark.parametrize("code", [200000, 240000, 20009])
async def test_a_fans_words_that_discord_blocks_are_left_out_and_the_card_comes(desk: Desk, code: int) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    await desk.write("Anna", "something rude")
    desk.discord.fail("POST", POSTS, status=400, code=code)
    await desk.deliver()
    (card,) = desk.cards()
    assert "something rude" not in card.text
    assert "Show" in card.text
    assert await desk.is_done()


async def test_a_card_with_blocked_words_still_shows_what_becomes_of_it(desk: Desk) -> None:
    desk.channel.nsfw = True
    await desk.route(desk.place())
    await desk.write("Anna", "something rude", message_uuid="m-1")
    desk.discord.fail("POST", POSTS, status=400, code=200000)
    await desk.deliver()
    await desk.stores.cards.removed(LUNA, "m-1", desk.clock.now())
    desk.discord.fail("PATCH", "/channels/*/messages/*", status=400, code=200000)
    await desk.board.draw(1)
    assert "Deleted on Fanvue" in desk.cards()[0].text


async def test_a_fans_name_that_a_server_blocks_is_left_out_of_their_post(desk: Desk) -> None:
    forum = await desk.open_forum()
    await desk.write("Rude", "hello")
    desk.discord.fail("POST", f"/channels/{forum.id}/threads", status=400, code=200001)
    await desk.deliver()
    (post,) = desk.posts_in(forum)
    assert post.name == "A fan · @lunavale"
    assert len(desk.cards(post)) == 2


async def test_a_forum_that_is_gone_closes_and_is_told(desk: Desk) -> None:
    forum = await desk.open_forum()
    await desk.happen("Anna")
    desk.discord.fail("POST", f"/channels/{forum.id}/threads", status=404, code=10003, times=None)
    for _ in range(2):
        await desk.deliver()
        desk.clock.step(minutes=1)
    assert await is_resting(desk, desk.place(forum))
    assert len(told(desk)) == 1


async def test_a_direct_message_that_another_account_of_the_bot_opened_is_opened_anew(desk: Desk) -> None:
    await desk.stores.dms.remember(desk.owner, ChannelId(999))
    await desk.route(desk.dm())
    await desk.happen("Anna")
    await desk.deliver()
    desk.clock.step(minutes=1)
    await desk.deliver()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert desk.names(dm) == ["Anna"]
    assert not await is_resting(desk, desk.dm())


async def test_too_many_open_posts_close_the_forum_and_are_told(desk: Desk) -> None:
    forum = await desk.open_forum()
    await desk.write("Anna", "hello")
    fault = refusing(desk, f"/channels/{forum.id}/threads", 400, 160006)
    for _ in range(3):
        await desk.deliver()
        desk.clock.step(minutes=10)
    assert fault.hits == 1
    (notice,) = told(desk)
    assert "as many open posts" in notice
