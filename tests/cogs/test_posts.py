"""Posting: once, for whom and when it was said, with mistakes in plain words."""

import pytest

from tests.rig import CREATOR, Rig, link_of, words_of


def posted(rig: Rig, text: str) -> list[object]:
    desk = rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))
    return [post for post in desk.posts if post.text == text]


async def test_a_post_goes_out_once_and_the_answer_leads_to_it(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "post create", text="New set tonight")
    assert shown.ephemeral
    assert "Posted" in words_of(shown)
    assert link_of(shown).endswith("/lunavale")
    assert len(posted(connected, "New set tonight")) == 1


async def test_a_post_without_text_is_written_in_a_larger_box(connected: Rig) -> None:
    opened = await connected.luna.slash(connected.desk, "post create", audience="followers-and-subscribers")
    shown = await connected.luna.submit_modal(opened, {"text": "From the box"})
    assert "Followers and subscribers".lower() in words_of(shown).lower()
    assert len(posted(connected, "From the box")) == 1


async def test_a_scheduled_post_is_fanvues_to_publish(connected: Rig) -> None:
    shown = await connected.luna.slash(connected.desk, "post create", text="Later", when="tomorrow 18:00")
    assert "Scheduled" in words_of(shown)
    (post,) = posted(connected, "Later")
    assert post.publish_at is not None
    assert post.published_at is None


@pytest.mark.parametrize(
    ("when", "said"),
    [("yesterday", "cannot read that time"), ("2020-01-01 10:00", "has passed"), ("2099-01-01 10:00", "year ahead")],
)
async def test_a_time_that_cannot_be_is_refused_in_plain_words(connected: Rig, when: str, said: str) -> None:
    shown = await connected.luna.slash(connected.desk, "post create", text="Never", when=when)
    assert said in words_of(shown)
    assert posted(connected, "Never") == []


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(connected: Rig) -> None:
    connected.fanvue.faults.add(operation="createPost", kind="applied_answer_cut", times=1)
    shown = await connected.luna.slash(connected.desk, "post create", text="Just once")
    assert "Posted" in words_of(shown)
    assert len(posted(connected, "Just once")) == 1


async def test_without_the_scope_nothing_is_asked_of_fanvue(rig: Rig) -> None:
    await rig.connect(untick=("write:post",))
    calls = len(rig.fanvue.ledger)
    shown = await rig.luna.slash(rig.desk, "post create", text="Nope")
    assert "has not allowed" in words_of(shown)
    assert len(rig.fanvue.ledger) == calls
