"""A desk as people meet it: a forum's post with both sides, its header, tags, and what was said before."""

from typing import Any

import discord
import pytest

from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from sandbox.stage import age_restricted
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

CANARY = "CANARY between us"


@pytest.fixture
async def desk(connected: Rig) -> Rig:
    """An age-restricted forum that the creator's messages go to, amounts shown."""
    forum = age_restricted(connected.env, connected.guild.create_forum_channel("fans"))
    connected.extra["forum"] = forum
    creator = CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    place = Place(PlaceKind.FORUM, forum.id, GuildId(connected.guild.id))
    route = Route(creator, EventKind.MESSAGE, place, DiscordUserId(connected.luna.id))
    await connected.app.stores.routes.set(route, connected.app.clock.now())
    return connected


async def post_of(rig: Rig, words: str = "Hello?") -> Any:
    """The fan's post, after they wrote that."""
    await rig.fanvue.fan_writes(CREATOR, rig.fan, words)
    await rig.until(lambda: rig.extra["forum"].threads and words in said(rig.extra["forum"].threads[0]))
    return rig.extra["forum"].threads[0]


def said(post: Any) -> str:
    return "\n".join(words_of(message) for message in post.history())


def header_of(rig: Rig) -> Any:
    return next(message for message in rig.extra["forum"].threads[0].history() if "Conversation" in labels_of(message))


async def headed(rig: Rig) -> Any:
    """The post's header, drawn as things stand."""
    await rig.app.services.desk.sweep()
    await rig.env.settle()
    return header_of(rig)


async def test_both_sides_are_in_the_post_each_once_and_what_is_said_there_stays_there(desk: Rig) -> None:
    post = await post_of(desk)
    card = desk.cards(post)[-1]
    await desk.luna.send(post, CANARY)
    await desk.luna.send(post, "Yes, at eight", reply_to=card)
    form = await desk.luna.click(card, label="Reply")
    await desk.luna.submit_modal(form, {"text": "Bring friends"})
    await desk.until(lambda: "Sent by" in said(post))
    await desk.fanvue.creator_writes(CREATOR, desk.fan, "And tomorrow too")
    await desk.until(lambda: "And tomorrow too" in said(post))
    titles = [message.embeds[0].title for message in post.history() if message.embeds]
    assert titles.count("↩️ Sent by luna") == 1, "a reply to a card stands there as such"
    assert said(post).count("Yes, at eight") == 1
    assert titles.count("↩️ Sent on Fanvue") == 1
    texts = [message.text or "" for message in desk.fanvue.messages(CREATOR, desk.fan)]
    assert texts[-3:] == ["Yes, at eight", "Bring friends", "And tomorrow too"]
    assert not [text for text in texts if "CANARY" in text]
    mirrored = next(message for message in post.history() if "Sent on Fanvue" in words_of(message))
    assert labels_of(mirrored) == ["Write more"]
    await desk.luna.send(post, "P.S.", reply_to=mirrored)
    await desk.until(lambda: desk.fanvue.messages(CREATOR, desk.fan)[-1].text == "P.S.")


async def test_the_header_tells_who_it_is_what_they_are_worth_and_what_the_team_noted(desk: Rig) -> None:
    post = await post_of(desk)
    header = await headed(desk)
    assert "Waiting since" in words_of(header)
    assert "Subscri" in words_of(header)
    assert "Lifetime" not in words_of(header), "amounts show where somebody chose that alone"
    opened = await desk.luna.click(header, label="Conversation")
    assert opened.ephemeral
    await desk.luna.submit_modal(await desk.luna.click(opened.response, label="Note"), {"text": CANARY})
    await desk.luna.click(opened.response, label="Mute")
    assert CANARY in words_of(header_of(desk))
    assert "muted" in words_of(header_of(desk))
    await desk.luna.click(opened.response, label="Claim")
    assert "luna" in words_of(header_of(desk))
    assert "CANARY" not in "".join(message.text or "" for message in desk.fanvue.messages(CREATOR, desk.fan))
    await desk.luna.send(post, "Yes", reply_to=desk.cards(post)[0])
    assert "all is answered" in words_of(header_of(desk))


async def test_the_header_says_while_a_fan_cannot_be_written_to(desk: Rig) -> None:
    post = await post_of(desk)
    await headed(desk)
    user = desk.fanvue.world.desk(desk.fanvue.world.account(CREATOR)).fan_by_handle(desk.fan)
    user.is_contactable = False
    await desk.luna.send(post, "Are you there?", reply_to=desk.cards(post)[0])
    assert "cannot be written to" in words_of(header_of(desk)).lower()
    user.is_contactable = True
    await post_of(desk, "Here I am again")
    header = await headed(desk)
    assert "cannot be written to" not in words_of(header).lower()
    assert "Waiting since" in words_of(header)


async def test_earlier_messages_are_read_page_by_page_for_one_reader_alone(desk: Rig) -> None:
    for number in range(40):
        await desk.fanvue.creator_writes(CREATOR, desk.fan, f"Line {number:02}")
    await post_of(desk, "The latest")
    header = await headed(desk)
    page = await desk.luna.click(header, label="Earlier messages")
    assert page.ephemeral
    assert "Line 12" in words_of(page)
    assert "The latest" not in words_of(page)
    further = await desk.luna.click(page.response, label="Earlier")
    assert "Line 00" in words_of(further) or "Line 00" in words_of(page)
    refused = await desk.members["olli"].click(header, label="Earlier messages")
    assert "Line" not in words_of(refused)
    desks = desk.fanvue.world.desk(desk.fanvue.world.account(CREATOR))
    chat = next(chat for chat in desks.chats.values() if chat.fan.user.handle == desk.fan)
    assert not chat.is_read


async def test_one_press_makes_the_missing_tags_where_the_bot_may_and_says_what_to_do_elsewhere(desk: Rig) -> None:
    await post_of(desk)
    header = await headed(desk)
    refused = await desk.members["olli"].click(header, label="Make the tags")
    assert "Tags ✓" not in words_of(refused)
    forum: Any = desk.env.bot.get_channel(desk.extra["forum"].id)
    denied = str(discord.PermissionOverwrite(manage_channels=False).pair()[1].value)
    mine = {"id": forum.guild.me.id, "type": 1, "allow": "0", "deny": denied}
    forum._overwrites.append(discord.abc._Overwrites(mine))  # type: ignore[arg-type]
    told = words_of(await desk.luna.click(header, label="Make the tags"))
    assert "Manage Channel" in told
    assert "big spender" in told
    forum._overwrites.pop()
    assert "Tags ✓" in words_of(await desk.luna.click(header, label="Make the tags"))
    forum = desk.env.bot.get_channel(forum.id)
    assert {tag.name for tag in forum.available_tags} == {"waiting", "answered", "big spender", "muted"}
    thread: Any = desk.env.bot.get_channel(desk.extra["forum"].threads[0].id)
    assert "waiting" in {tag.name for tag in thread.applied_tags}
    assert "Make the tags" not in labels_of(header_of(desk))


async def test_a_forum_whose_posts_need_a_tag_that_is_not_there_is_seen_in_the_panel_before_it_matters(
    desk: Rig,
) -> None:
    forum: Any = desk.env.bot.get_channel(desk.extra["forum"].id)
    forum._flags |= 1 << 4
    denied = str(discord.PermissionOverwrite(manage_channels=False).pair()[1].value)
    mine = {"id": forum.guild.me.id, "type": 1, "allow": "0", "deny": denied}
    forum._overwrites.append(discord.abc._Overwrites(mine))  # type: ignore[arg-type]
    panel = await desk.luna.slash(desk.desk, "alerts panel")
    assert "its posts need a tag" in words_of(panel)
    adding = next(part["custom_id"] for part in components_of(panel.response) if ":al_add:" in part["custom_id"])
    picked = await desk.luna.select(panel.response, [desk.extra["forum"]], custom_id=adding)
    assert "its posts need a tag" in words_of(picked)
    forum._overwrites.pop()
    assert "need a tag" not in words_of(await desk.luna.slash(desk.desk, "alerts panel"))
