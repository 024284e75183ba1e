"""A desk's header, or a card, that Discord does not let be drawn now is drawn later, whatever keeps it."""

import pytest
from alert_desk import LUNA, Desk
from test_desk_conversations import SARAH, service

from bot.domain.accounts import DiscordUserId
from bot.domain.claims import Claim
from bot.services.inbox.redrawing import Redrawing
from sandbox.discord import Channel

EDITS = "/channels/*/messages/*"
REFUSALS = [(429, 0), (429, 30046), (400, 30046), (503, 0), (401, 0)]


@pytest.fixture
async def forum(desk: Desk) -> Channel:
    """A forum that messages go to, with Sarah's post."""
    forum = await desk.open_forum(nsfw=True)
    await desk.write("Sarah", "hello?")
    await desk.deliver()
    return forum


def header(desk: Desk, forum: Channel) -> str:
    (post,) = desk.posts_in(forum)
    return desk.cards(post)[0].text


@pytest.mark.parametrize(("status", "code"), REFUSALS)
async def test_a_header_that_discord_does_not_take_is_drawn_when_it_does_however_late(
    desk: Desk, forum: Channel, status: int, code: int
) -> None:
    sweeping = service(desk)
    fault = desk.discord.fail("PATCH", EDITS, status=status, code=code, times=None, from_cloudflare=status == 429)
    await sweeping.sweep()
    assert "Waiting since" not in header(desk, forum)
    desk.clock.step(hours=2)
    fault.remove()
    await sweeping.sweep()
    assert "Waiting since" in header(desk, forum)


async def test_one_header_that_is_not_taken_holds_up_no_other(desk: Desk, forum: Channel) -> None:
    await desk.write("Tina", "hello?")
    await desk.deliver()
    sweeping = service(desk)
    sarahs, tinas = desk.posts_in(forum)
    desk.discord.fail("PATCH", f"/channels/{sarahs.id}/messages/*", status=503, times=None)
    for _ in range(2):
        await sweeping.sweep()
    assert "Waiting since" in desk.cards(tinas)[0].text


async def test_a_header_that_is_refused_for_good_is_asked_for_once(desk: Desk, forum: Channel) -> None:
    sweeping = service(desk)
    desk.discord.fail("PATCH", EDITS, status=403, code=50013, times=None)
    for _ in range(5):
        await sweeping.sweep()
    assert len(desk.edits()) == 1


async def test_what_a_stopped_bot_could_not_draw_is_drawn_by_the_next(desk: Desk, forum: Channel) -> None:
    desk.discord.fail("PATCH", EDITS, status=503)
    await service(desk).sweep()
    desk.clock.step(minutes=30)
    await service(desk).sweep()
    assert "Waiting since" in header(desk, forum)


async def test_an_archived_posts_header_is_kept_right_and_the_post_goes_on_resting(desk: Desk, forum: Channel) -> None:
    (post,) = desk.posts_in(forum)
    assert post.thread is not None
    post.thread.is_archived = True
    now = desk.clock.now()
    await desk.stores.claims.take(Claim(LUNA, SARAH.id, DiscordUserId(7), "Cleo", now, now, is_snoozed=False), now)
    await service(desk).refresh(LUNA, SARAH.id)
    assert "Waiting since" in header(desk, forum)
    assert post.thread.is_archived


async def test_an_answer_that_a_card_could_not_show_at_once_is_shown_at_the_next_beat(
    desk: Desk, forum: Channel
) -> None:
    await desk.stores.cards.answer_all(LUNA, SARAH.id, DiscordUserId(7), "Cleo", desk.clock.now())
    (post,) = desk.posts_in(forum)
    await desk.write("Sarah", "and?")
    await desk.deliver()
    await desk.stores.cards.answer_all(LUNA, SARAH.id, DiscordUserId(7), "Cleo", desk.clock.now())
    before = len(desk.edits())
    parcels = [1, 2]
    fault = desk.discord.fail("PATCH", EDITS, status=503, times=None)
    await Redrawing(desk.stores.cards, desk.board, service(desk)).parcels(parcels)
    assert len(desk.edits()) == before + 1
    assert "Answered" not in desk.cards(post)[1].text
    fault.remove()
    await desk.board.draw_changed()
    assert ["by Cleo" in card.text for card in desk.cards(post)[1:]] == [True, True]
