"""What is at Fanvue is listed, changed and talked about in private, each act once more allowed."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from tests.rig import CREATOR, Rig, components_of, labels_of, prefilled, words_of


def desk_of(rig: Rig) -> Any:
    return rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))


def component(message: Any, verb: str) -> str:
    ids = (part.get("custom_id", "") for part in components_of(message))
    return next(one for one in ids if one.startswith(f"fv1:{verb}:"))


def shown_by(answer: Any) -> Any:
    return answer.followups[-1] if answer.followups else answer.response


async def opened(rig: Rig, which: str, text: str) -> Any:
    """The card of a post, out of the list."""
    post = next(one for one in desk_of(rig).posts if one.text == text)
    listed = await rig.luna.slash(rig.desk, "post list", which=which)
    return shown_by(await rig.luna.select(listed.response, [post.uuid], custom_id=component(listed.response, "po_one")))


async def write(rig: Rig, text: str, **options: Any) -> None:
    card = (await rig.luna.slash(rig.desk, "post create", text=text, **options)).response
    await rig.luna.click(card, label="Schedule" if options else "Post now")


async def test_scheduled_posts_are_listed_with_a_calendar_and_move_when_edited(connected: Rig) -> None:
    await write(connected, "Sunday set", when="in 3 days")
    listed = await connected.luna.slash(connected.desk, "post list")
    assert listed.ephemeral
    assert "Sunday set" in words_of(listed)
    (picture,) = listed.response.attachments
    assert "Calendar of the coming 5 weeks: 3 scheduled posts." in picture.description
    card = await opened(connected, "scheduled", "Sunday set")
    form = await connected.luna.click(card, label="Edit")
    await connected.luna.submit_modal(form, {"text": "Monday set", "when": "in 4 days"})
    assert "Monday set" in words_of(card)
    post = next(one for one in desk_of(connected).posts if one.text == "Monday set")
    assert (post.publish_at - connected.app.clock.now()).days == 3


LONG = "\n".join(f"{number:04d} {'w' * 40}" for number in range(108))


async def test_a_post_of_five_thousand_characters_is_edited_without_losing_its_end(connected: Rig) -> None:
    assert 4900 < len(LONG) <= 5000
    await write(connected, LONG, when="in 3 days")
    card = await opened(connected, "scheduled", LONG)
    form = await connected.luna.click(card, label="Edit")
    texts = prefilled(form.modal)
    assert texts["text"] + texts["rest"] == LONG
    changed = texts["text"].replace("0000 ", "New start ")
    await connected.luna.submit_modal(form, {"text": changed, "rest": texts["rest"]})
    assert [one.text for one in desk_of(connected).posts if one.text.startswith("New start")] == [
        LONG.replace("0000 ", "New start ")
    ]


def skipped(now: datetime) -> str:
    """The next half past two that Berlin's clocks leave out."""
    ends = (date(year, 3, 31) for year in (now.year, now.year + 1))
    sundays = (end - timedelta(days=(end.weekday() + 1) % 7) for end in ends)
    return f"{next(day for day in sundays if day > now.date())} 02:30"


async def test_a_time_that_cannot_be_is_refused_with_the_nearest_one_and_the_words_come_back(connected: Rig) -> None:
    await connected.app.stores.preferences.set_timezone(connected.luna.id, "Europe/Berlin")
    await write(connected, "Stays put", when="in 3 days")
    post = next(one for one in desk_of(connected).posts if one.text == "Stays put")
    before = post.publish_at
    card = await opened(connected, "scheduled", "Stays put")
    tries = {
        "2020-01-01 18:00": r"has passed\. The next one like it is `\d{4}-\d\d-\d\d 18:00`",
        skipped(connected.app.clock.now()): r"clocks change\. Try 03:30",
        "2099-01-01 10:00": "a year ahead",
    }
    for when, said in tries.items():
        form = await connected.luna.click(card, label="Edit")
        refused = await connected.luna.submit_modal(form, {"text": "Moved words", "when": when})
        words = " ".join(words_of(one) for one in refused.followups)
        assert re.search(said, words)
        assert "Moved words" in words
    assert (post.text, post.publish_at) == ("Stays put", before)


async def test_a_published_post_is_pinned_reposted_and_deleted_after_a_second_look(connected: Rig) -> None:
    await write(connected, "Out now")
    post = next(one for one in desk_of(connected).posts if one.text == "Out now")
    card = await opened(connected, "published", "Out now")
    assert "likes" in words_of(card)
    await connected.luna.click(card, label="Pin")
    assert post.pinned_at is not None
    assert "Unpin" in labels_of(card)
    before = post.published_at
    await connected.luna.click(card, label="Repost")
    assert post.published_at > before
    await connected.luna.click(card, label="Delete")
    await connected.luna.click(card, label="Keep it")
    assert post in desk_of(connected).posts
    await connected.luna.click(card, label="Delete")
    await connected.luna.click(card, label="Delete for good")
    assert post not in desk_of(connected).posts
    assert "gone from Fanvue" in words_of(card)


async def test_comments_are_read_answered_and_deleted(connected: Rig) -> None:
    await write(connected, "Talk to me")
    card = await opened(connected, "published", "Talk to me")
    talk = shown_by(await connected.luna.click(card, label="Comments"))
    assert "No comments yet" in words_of(talk)
    form = await connected.luna.click(talk, label="Write a comment")
    await connected.luna.submit_modal(form, {"text": "First *word*"})
    assert "First \\*word\\*" in words_of(talk)
    menu = next(part for part in components_of(talk) if part.get("options"))
    await connected.luna.select(talk, [menu["options"][0]["value"]], custom_id=menu["custom_id"])
    assert "No comments yet" in words_of(talk)


async def test_a_comment_that_is_there_is_told_as_there_though_the_comments_cannot_be_read(connected: Rig) -> None:
    await write(connected, "Talk to me")
    card = await opened(connected, "published", "Talk to me")
    talk = shown_by(await connected.luna.click(card, label="Comments"))
    form = await connected.luna.click(talk, label="Write a comment")
    connected.fanvue.faults.add("getPostComments", 403, times=None)
    answer = await connected.luna.submit_modal(form, {"text": "First word"})
    connected.fanvue.faults.clear()
    assert "Commented ✓" in words_of(talk)
    assert "Nothing was changed" not in words_of(talk) + words_of(answer)
    talk = shown_by(await connected.luna.click(card, label="Comments"))
    assert words_of(talk).count("First word") == 1


async def test_the_lists_of_published_and_expired_posts_are_a_pick_away(connected: Rig) -> None:
    listed = await connected.luna.slash(connected.desk, "post list", which="published")
    assert "❤️" in words_of(listed)
    await connected.luna.select(listed.response, ["expired"], custom_id=component(listed.response, "po_view"))
    assert "Expired posts" in words_of(listed)
