"""Odd replies: each has an outcome its author sees, and what was written is never lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.accounts import CreatorId, DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

REPLY = 19
PICTURE = ("beach.png", b"\x89PNG not a real one")


async def desk_card(rig: Rig, words: str = "Are you there?") -> Any:
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, words)
    await rig.until(lambda: rig.cards(rig.desk))
    return rig.cards(rig.desk)[-1]


def sent(rig: Rig) -> list[str]:
    return [message.text for message in rig.fanvue.messages(CREATOR, rig.fan) if not message.is_from_fan]


def notice(rig: Rig) -> Any:
    return [one for one in rig.desk.history() if one.author.bot and "Reply" not in labels_of(one)][-1]


def fields_of(shown: Any) -> dict[str, Any]:
    """What a box opens with, by field."""
    rows = shown.modal["components"] if isinstance(shown.modal, dict) else shown.modal.to_dict()["components"]
    inner = [row.get("component") or row["components"][0] for row in rows]
    return {one["custom_id"]: one.get("value") for one in inner}


def error_in(answer: Any) -> Any:
    return answer.followups[-1] if answer.followups else answer.response


async def test_outside_age_restricted_places_the_box_sends_until_the_creator_allows_reply(rig: Rig) -> None:
    await rig.connect()
    card = await desk_card(rig)
    before = sent(rig)
    await rig.luna.send(rig.desk, "Something private", reply_to=card, attachments=[PICTURE])
    assert sent(rig) == before
    told = notice(rig)
    assert "not age-restricted" in words_of(told)
    assert "Something private" not in words_of(told)
    box = await rig.luna.click(told, label="Open the box")
    assert fields_of(box)["text"] == "Something private"
    await rig.luna.submit_modal(box, {"text": "Something private, and more", "price": "4.99"})
    last = rig.fanvue.messages(CREATOR, rig.fan)[-1]
    assert (last.text, last.price, len(last.media_uuids)) == ("Something private, and more", 499, 1)
    assert told.id not in [one.id for one in rig.desk.history()], "what is done with is gone"
    await rig.luna.send(rig.desk, "Once more", reply_to=card)
    for person, words in (("cleo", "not yours"), ("luna", "Allowed")):
        answer = await rig.members[person].click(notice(rig), label="Allow replies here")
        assert words in words_of(answer)
    await rig.luna.send(rig.desk, "Now from here", reply_to=card)
    assert sent(rig)[-1] == "Now from here"
    await rig.luna.slash(rig.desk, "team grant", person=rig.members["cleo"], right="reply")
    refused = words_of(await rig.members["cleo"].slash(rig.desk, "inbox places"))
    assert "Only whoever connected the account decides that" in refused
    shown = await rig.luna.slash(rig.desk, "inbox places")
    assert f"✅ <#{rig.desk.id}>" in words_of(shown)
    await rig.luna.select(shown.response, values=[str(rig.desk.id)], custom_id=picker(shown.response))
    await rig.luna.send(rig.desk, "Off again", reply_to=card)
    assert sent(rig)[-1] == "Now from here"


def picker(message: Any) -> str:
    return next(part["custom_id"] for part in components_of(message) if "ib_where" in part.get("custom_id", ""))


async def test_a_wrong_price_keeps_words_and_files_and_leads_back_into_the_box(connected: Rig) -> None:
    card = await desk_card(connected)
    before = sent(connected)
    opened = await connected.luna.click(card, label="Reply")
    assert list(fields_of(opened))[:4] == ["text", "files", "price", "preview"]
    values = {"text": "For you", "files": [PICTURE], "preview": PICTURE}
    answer = await connected.luna.submit_modal(opened, {**values, "price": "2.99"})
    assert "$3.00" in words_of(answer)
    assert sent(connected) == before
    once = answer
    box = await connected.luna.click(error_in(once), label="Open the box")
    assert (fields_of(box)["text"], fields_of(box)["price"]) == ("For you", "2.99")
    answer = await connected.luna.submit_modal(box, {"text": "For you", "price": "3.00"})
    assert "Sent" in words_of(answer)
    last = connected.fanvue.messages(CREATOR, connected.fan)[-1]
    assert (last.text, last.price, len(last.media_uuids)) == ("For you", 300, 1)
    again = await connected.luna.click(error_in(once), label="Open the box")
    assert "settled already" in words_of(again), "one box sends once"
    assert sent(connected).count("For you") == 1


async def test_what_is_too_long_comes_back_whole_in_two_boxes_and_nobody_elses(connected: Rig) -> None:
    await desk_card(connected)
    words = "a" * 4000 + "b" * 1001
    answer = await connected.luna.slash(connected.desk, "inbox reply", fan=connected.fan, text=words)
    assert "5,001" in words_of(answer)
    box = await connected.luna.click(error_in(answer), label="Open the box")
    boxes = fields_of(box)["text"], fields_of(box)["rest"]
    assert "".join(boxes) == words
    assert max(map(len, boxes)) < 4000, "there is room to write in both"
    await connected.luna.submit_modal(box, {"text": "a" * 4000, "rest": "b" * 1000})
    assert sent(connected)[-1] == words[:-1]


@pytest.mark.parametrize(
    ("words", "arrives"),
    [
        ("Hi <@{cleo}> \\*soon\\* **now** https://example.org/a_b", "Hi @cleo *soon* **now** https://example.org/a_b"),
        ("<a:wave:123456789012345678> <t:1700000000:R>", ":wave: 14 November 2023, 22:13 UTC"),
        ("At <t:1700000000:t>, with </inbox reply:123456789012345678>", "At 22:13 UTC, with /inbox reply"),
    ],
)
async def test_what_discord_marks_up_arrives_as_plain_words(connected: Rig, words: str, arrives: str) -> None:
    card = await desk_card(connected)
    await connected.luna.send(connected.desk, words.format(cleo=connected.people["cleo"].id), reply_to=card)
    assert sent(connected)[-1] == arrives


async def test_the_box_and_the_command_make_plain_words_too_and_keep_backslashes(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    card = await desk_card(connected)
    words = f"<@1> <#{desk.id}> <a:wave:123456789012345678> <t:1700000000:d> ¯\\_(ツ)_/¯"
    arrives = "@somebody #desk :wave: 14 November 2023 ¯\\_(ツ)_/¯"
    await luna.submit_modal(await luna.click(card, label="Reply"), {"text": words})
    await luna.slash(desk, "inbox reply", fan=connected.fan, text=words)
    assert sent(connected)[-2:] == [arrives, arrives]


async def test_a_reply_that_is_deleted_stays_with_the_fan_and_that_is_said(connected: Rig) -> None:
    card = await desk_card(connected)
    await connected.catch_up()
    written = await connected.luna.send(connected.desk, "Oops", reply_to=card)
    await connected.luna.delete(written)
    assert "the fan still has it" in words_of(notice(connected))
    assert sent(connected)[-1] == "Oops"


async def test_one_that_is_deleted_before_it_was_sent_is_never_sent(connected: Rig) -> None:
    card = await desk_card(connected)
    connected.fanvue.faults.add(operation="sendMessage", kind="400", times=1)
    written = await connected.luna.send(connected.desk, "On second thoughts", reply_to=card)
    told = notice(connected)
    await connected.luna.delete(written)
    answer = await connected.luna.click(told, label="Try again")
    assert "no longer kept" in words_of(answer)
    assert "On second thoughts" not in sent(connected)


async def test_a_reply_to_a_note_of_ours_says_where_the_card_is(connected: Rig) -> None:
    card = await desk_card(connected)
    connected.fanvue.faults.add(operation="sendMessage", kind="400", times=1)
    await connected.luna.send(connected.desk, "First", reply_to=card)
    before = sent(connected)
    await connected.luna.send(connected.desk, "Second", reply_to=notice(connected))
    assert "not a card" in words_of(notice(connected))
    assert sent(connected) == before


async def test_a_reply_to_a_fans_header_says_where_the_cards_are(connected: Rig) -> None:
    rig, creator = connected, CreatorId(connected.fanvue.world.account(CREATOR).uuid)
    forum = rig.guild.create_forum_channel("fans")
    place = Place(PlaceKind.FORUM, forum.id, GuildId(rig.guild.id))
    route = Route(creator, EventKind.MESSAGE, place, DiscordUserId(rig.luna.id))
    await rig.app.stores.routes.set(route, rig.app.clock.now())
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "Hello?")
    await rig.until(lambda: forum.threads and rig.cards(forum.threads[0]))
    post, before = forum.threads[0], sent(rig)
    await rig.app.services.desk.sweep()
    await rig.env.settle()
    header = next(message for message in post.history() if "Conversation" in labels_of(message))
    await rig.luna.send(post, "Who takes this one?", reply_to=header)
    assert "header, not a card" in words_of(post.history()[-1])
    assert sent(rig) == before


async def test_what_one_person_writes_to_a_fan_goes_out_in_that_order(connected: Rig) -> None:
    card, backend = await desk_card(connected), connected.env.backend
    before = sent(connected)
    slow = connected.fanvue.faults.add(operation="sendMessage", kind="hang", times=1)
    first = asyncio.create_task(connected.luna.send(connected.desk, "Look", reply_to=card))
    await asyncio.wait_for(slow.struck.wait(), 10)
    second = f"<@{connected.app.client.user.id}> Nice, is it not?"
    about = {"channel_id": str(connected.desk.id), "message_id": str(card.id)}
    backend.create_message(connected.desk.id, connected.luna.id, second, reference=about, message_type=REPLY)
    for _ in range(50):
        await asyncio.sleep(0.005)
    assert sent(connected) == before, "the second waits for what becomes of the first"
    slow.released.set()
    await first
    assert "Nobody knows yet" in words_of(notice(connected))
    assert sent(connected) == [*before, "Nice, is it not?"]


async def test_an_old_card_is_answered_while_its_event_is_kept_and_else_says_what_works(connected: Rig) -> None:
    card, stores = await desk_card(connected), connected.app.stores
    await desk_card(connected, "And something newer")
    await connected.luna.send(connected.desk, "About the first", reply_to=card)
    assert sent(connected)[-1] == "About the first"
    assert await stores.events.purge_bodies(connected.app.clock.now() + timedelta(minutes=1))
    await connected.luna.send(connected.desk, "Long after", reply_to=card)
    assert "no longer known" in words_of(notice(connected))
    assert "/inbox reply" in words_of(notice(connected))
    assert sent(connected)[-1] == "About the first"


async def test_an_outsider_is_told_privately_once_and_written_down_each_time(connected: Rig) -> None:
    card = await desk_card(connected)
    before, shown = sent(connected), len(connected.desk.history())
    for words in ("It is me, luna", "Really"):
        await connected.members["olli"].send(connected.desk, words, reply_to=card)
    assert sent(connected) == before
    assert len(connected.desk.history()) == shown + 2, "nothing is said in the channel"
    told = connected.people["olli"].dm_channel.history()
    assert ["not yours" in words_of(one) for one in told] == [True]
    refused = [
        one
        for one in (await connected.app.services.privacy.decisions(DiscordUserId(connected.luna.id))).entries
        if one.outcome == "refused"
    ]
    assert [one.actor for one in refused] == [connected.people["olli"].id] * 2
