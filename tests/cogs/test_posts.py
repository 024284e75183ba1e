"""Posting: once, for whom and when it was said, nothing before it is confirmed, mistakes in plain words."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.access import Actor, Capability
from bot.domain.accounts import DiscordUserId
from bot.domain.posting import Content, DraftKind, DraftStatus
from tests.rig import CREATOR, Rig, components_of, labels_of, link_of, prefilled, words_of

PICTURE = ("beach.jpg", b"\xff\xd8 not really a picture")


def posted(rig: Rig, text: str | None) -> list[Any]:
    desk = rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))
    return [post for post in desk.posts if post.text == text]


async def draft(rig: Rig, **options: Any) -> Any:
    return (await rig.luna.slash(rig.desk, "post create", **options)).response


def component(message: Any, verb: str) -> str:
    ids = (part.get("custom_id", "") for part in components_of(message))
    return next(one for one in ids if one.startswith(f"fv1:{verb}:"))


async def test_a_draft_says_exactly_what_will_happen_and_goes_out_once_when_confirmed(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "post create", text="New set tonight")
    assert shown.ephemeral
    for part in ("Draft", "New set tonight", "Subscribers", "Now, when you confirm", "Nothing is sent"):
        assert part in words_of(shown)
    assert posted(connected, "New set tonight") == []
    await connected.luna.click(shown.response, label="Post now")
    assert "Posted" in words_of(shown)
    assert link_of(shown).endswith("/lunavale")
    assert len(posted(connected, "New set tonight")) == 1


async def test_a_post_without_text_is_written_in_a_larger_box(connected: Rig) -> None:
    opened = await connected.luna.slash(
        connected.desk, "post create", audience="followers-and-subscribers", expires="in 3 days"
    )
    shown = await connected.luna.submit_modal(opened, {"text": "From the box"})
    assert "Followers and subscribers" in words_of(shown)
    assert "Ends" in words_of(shown)
    await connected.luna.click(shown.response, label="Post now")
    (post,) = posted(connected, "From the box")
    assert (post.audience, post.expires_at is not None) == ("followers-and-subscribers", True)


async def test_a_scheduled_post_is_fanvues_to_publish_and_its_time_is_echoed_in_the_creators_zone(
    connected: Rig,
) -> None:
    await connected.app.stores.preferences.set_timezone(connected.luna.id, "Asia/Tokyo")
    shown = await draft(connected, text="Later", when="tomorrow 18:00")
    assert "18:00 in Asia/Tokyo" in words_of(shown)
    await connected.luna.click(shown, label="Schedule")
    assert "Scheduled" in words_of(shown)
    (post,) = posted(connected, "Later")
    assert (post.publish_at.hour, post.published_at) == (9, None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"when": "yesterday"}, "cannot read that time"),
        ({"when": "2020-01-01 10:00"}, "has passed"),
        ({"when": "2099-01-01 10:00"}, "year ahead"),
        ({"when": "in 3 days", "expires": "in 2 days"}, "end before it begins"),
        ({"price": "5"}, "A price needs a file"),
        ({"price": "2.50"}, "from $3.00"),
    ],
)
async def test_what_cannot_be_is_refused_in_plain_words(connected: Rig, options: dict[str, str], said: str) -> None:
    shown = await connected.luna.slash(connected.desk, "post create", text="Never", **options)
    assert said in words_of(shown)
    assert posted(connected, "Never") == []


async def test_files_go_to_fanvue_and_what_cannot_be_posted_is_named_while_the_rest_is_kept(connected: Rig) -> None:
    shown = await draft(
        connected,
        text="Two and a half",
        file=PICTURE,
        file2=("virus.exe", b"MZ"),
        file3=("empty.png", b""),
        price="4.99",
    )
    for part in ("1 image", "beach.jpg", "$4.99", "virus.exe` is no picture", "empty.png` is empty"):
        assert part in words_of(shown)
    (uuid,) = [item.uuid for item in media(connected) if item.name.startswith("discord-")]
    await connected.luna.select(shown, [uuid], custom_id=component(shown, "dr_prev"))
    assert "free preview: beach" in words_of(shown)
    await connected.luna.click(shown, label="Post now")
    (post,) = posted(connected, "Two and a half")
    assert (post.media_uuids, post.price, post.preview_uuid) == ((uuid,), 499, uuid)


def media(rig: Rig) -> list[Any]:
    return list(rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR)).media)


async def test_everything_is_changed_on_the_card_and_files_are_added_to_it(connected: Rig) -> None:
    shown = await draft(connected, text="First words")
    await connected.luna.select(shown, ["followers-and-subscribers"], custom_id=component(shown, "dr_aud"))
    form = await connected.luna.click(shown, label="Add files")
    await connected.luna.submit_modal(form, {"files": [PICTURE, ("clip.mp4", b"film")]})
    assert "1 image, 1 video" in words_of(shown)
    form = await connected.luna.click(shown, label="Edit")
    await connected.luna.submit_modal(form, {"text": "Better words", "price": "6", "when": "tomorrow 9:00"})
    for part in ("Better words", "$6.00", "Followers and subscribers", "09:00 in America/New_York"):
        assert part in words_of(shown)
    form = await connected.luna.click(shown, label="Edit")
    await connected.luna.submit_modal(form, {"text": "Better words", "price": "one", "when": ""})
    assert "Better words" in words_of(shown)
    await connected.luna.click(shown, label="Schedule")
    (post,) = posted(connected, "Better words")
    assert (len(post.media_uuids), post.price) == (2, 600)


async def test_a_draft_of_five_thousand_characters_is_edited_whole_and_a_mistake_gives_the_words_back(
    connected: Rig,
) -> None:
    long = "word " * 960 + "the end"
    shown = await draft(connected, text=long)
    form = await connected.luna.click(shown, label="Edit")
    texts = prefilled(form.modal)
    assert texts["text"] + texts["rest"] == long
    boxes = {"text": f"New {texts['text']}", "rest": texts["rest"], "price": "one", "when": ""}
    refused = await connected.luna.submit_modal(form, boxes)
    (file,) = refused.followups[0].attachments
    assert (file.filename, file.size) == ("your-text.txt", len(f"New {long}"))
    await connected.luna.submit_modal(await connected.luna.click(shown, label="Edit"), boxes | {"price": ""})
    await connected.luna.click(shown, label="Post now")
    assert len(posted(connected, f"New {long}")) == 1


async def test_a_draft_outlives_its_message_and_its_words_rest_sealed(connected: Rig) -> None:
    await draft(connected, text="Kept for later")
    with (connected.folder / "fanvue.db").open("rb") as file:
        assert b"Kept for later" not in file.read()
    listed = await connected.luna.slash(connected.desk, "post drafts")
    assert "Kept for later" in words_of(listed)
    menu = next(part for part in components_of(listed.response) if part.get("options"))
    await connected.luna.select(listed.response, [menu["options"][0]["value"]])
    await connected.luna.click(listed.response, label="Discard")
    assert "Nothing was sent" in words_of(listed)
    assert "no drafts" in words_of(await connected.luna.slash(connected.desk, "post drafts"))


async def test_an_old_card_sends_nothing_that_was_changed_or_sent_since(connected: Rig) -> None:
    shown = await draft(connected, text="Only this")
    old = component(shown, "dr_go")
    await connected.luna.select(shown, ["followers-and-subscribers"], custom_id=component(shown, "dr_aud"))
    fresh = component(shown, "dr_go")
    again = await connected.luna.slash(connected.desk, "post drafts")
    menu = next(part for part in components_of(again.response) if part.get("options"))
    await connected.luna.select(again.response, [menu["options"][0]["value"]])
    await connected.luna.click(shown, custom_id=fresh)
    refused = await connected.luna.click(again.response, label="Post now")
    assert old != fresh
    assert "Somebody was faster" in words_of(refused)
    assert len(posted(connected, "Only this")) == 1


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="createPost", kind="applied_answer_cut", times=1)
    shown = await draft(connected, text="Just once")
    await connected.luna.click(shown, label="Post now")
    assert "Posted" in words_of(shown)
    assert len(posted(connected, "Just once")) == 1


async def test_an_equal_post_from_just_before_is_not_taken_for_one_that_did_not_arrive(connected: Rig) -> None:
    first = await draft(connected, text="Good night")
    await connected.luna.click(first, label="Post now")
    connected.fanvue.faults.add(operation="createPost", kind="reset", times=1)
    shown = await draft(connected, text="Good night")
    refused = await connected.luna.click(shown, label="Post now")
    assert "Nobody knows yet" in words_of(refused)
    assert {"Look again", "It is not there: back to a draft"} <= set(labels_of(shown))
    await connected.luna.click(shown, label="It is not there: back to a draft")
    await connected.luna.click(shown, label="Post now")
    assert "Posted" in words_of(shown)
    assert len(posted(connected, "Good night")) == 2


async def test_equal_posts_at_the_same_time_whose_answers_are_all_lost_are_each_there_once(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="createPost", kind="applied_answer_cut", times=None)
    actor = Actor(DiscordUserId(connected.luna.id), "luna")
    grant = await connected.app.services.access.choose(actor, None, Capability.POST)
    drafts = connected.app.services.drafts
    opened = [await drafts.begin(grant, Content(text="Six times"), DraftKind.POST) for _ in range(6)]
    done = await asyncio.gather(*(drafts.confirm(one) for one in opened))
    assert len({one.uuid for one in done if one}) == 6
    assert {one.uuid for one in posted(connected, "Six times")} == {one.uuid for one in done if one}


async def test_a_draft_that_a_kill_left_on_its_way_is_looked_for_and_never_sent_by_itself(connected: Rig) -> None:
    await draft(connected, text="Cut short")
    store, owner = connected.app.stores.drafts, connected.luna.id
    (stored,) = await store.open_of(connected.fanvue.world.account(CREATOR).uuid, owner)
    long_ago = connected.app.clock.now() - timedelta(hours=1)
    await store.begin((stored.id, 1), [DraftStatus.DRAFT], [], owner, long_ago)
    listed = await connected.luna.slash(connected.desk, "post drafts")
    await connected.luna.select(listed.response, [stored.id])
    assert "Look again" in labels_of(listed.response)
    assert "Nobody knows yet" in words_of(await connected.luna.click(listed.response, label="Look again"))
    assert posted(connected, "Cut short") == []
    await connected.luna.click(listed.response, label="It is not there: back to a draft")
    await connected.luna.click(listed.response, label="Post now")
    assert len(posted(connected, "Cut short")) == 1


async def test_what_fanvue_refuses_for_now_is_confirmed_again_on_the_same_card(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="createPost", kind=400, times=1)
    shown = await draft(connected, text="Second try")
    assert "did not accept" in words_of(await connected.luna.click(shown, label="Post now"))
    await connected.luna.click(shown, label="Post now")
    assert len(posted(connected, "Second try")) == 1


async def test_without_the_scope_nothing_is_asked_of_fanvue(rig: Rig) -> None:
    await rig.connect(untick=("write:post",))
    calls = await rig.asked()
    shown = await rig.luna.slash(rig.desk, "post create", text="Nope")
    assert "has not allowed" in words_of(shown)
    assert await rig.asked() == calls
