"""Cards and answers: once, private, and only by those who may."""

import asyncio

import discord
import pytest

from bot.domain.accounts import DiscordUserId
from tests.rig import CREATOR, Rig, labels_of, words_of

TEXT = "Is **this** <@1> for https://evil.example me?"


async def card_in(rig: Rig, channel: object, text: str = TEXT, family: str = "creator") -> discord.Message:
    before = len(rig.cards(channel))
    await rig.fanvue.fan_writes(CREATOR, rig.fan, text, family=family)
    await rig.until(lambda: len(rig.cards(channel)) > before)
    return rig.cards(channel)[-1]


def sent_by_creator(rig: Rig) -> list[str]:
    return [message.text for message in rig.fanvue.messages(CREATOR, rig.fan) if not message.is_from_fan]


@pytest.mark.parametrize("family", ["flat", "creator", "both"])
async def test_a_message_is_one_card_whichever_way_it_is_told(connected: Rig, family: str) -> None:
    await card_in(connected, connected.dm, family=family)
    await asyncio.sleep(0.05)
    await connected.env.settle()
    assert len(connected.cards(connected.dm)) == 1


async def test_text_stays_behind_show_and_is_inert_there(connected: Rig) -> None:
    card = await card_in(connected, connected.dm)
    assert "evil" not in words_of(card)
    shown = await connected.people["luna"].click(card, label="Show")
    assert shown.ephemeral
    assert "\\*\\*this\\*\\*" in words_of(shown)
    assert "https" not in words_of(shown)


async def test_an_age_restricted_channel_shows_the_text(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.adult)
    card = await card_in(connected, connected.adult)
    assert "evil" in words_of(card)
    assert "Show" not in labels_of(card)


async def test_the_reply_button_answers_and_every_card_of_the_message_shows_it(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    await card_in(connected, connected.dm)
    card = await connected.until(lambda: next(iter(connected.cards(connected.desk)), None))
    opened = await connected.luna.click(card, label="Reply")
    answered = await connected.luna.submit_modal(opened, {"text": "Of course"})
    assert "Sent" in words_of(answered)
    assert sent_by_creator(connected)[-1] == "Of course"
    for place in (connected.dm, connected.desk):
        assert "Answered" in words_of(connected.cards(place)[-1])


async def test_discords_own_reply_answers_in_plain_text(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    card = await card_in(connected, connected.desk)
    await connected.luna.send(connected.desk, "Yes <a:wave:123456789012345678> see you", reply_to=card)
    assert sent_by_creator(connected)[-1] == "Yes :wave: see you"


async def test_every_answer_is_written_down_with_who_where_and_which_way(connected: Rig) -> None:
    luna, desk = connected.luna, connected.desk
    await luna.slash(desk, "alerts channel", channel=desk)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello")
    await connected.until(lambda: connected.cards(desk))
    card = connected.cards(desk)[-1]
    await luna.send(desk, "By Reply", reply_to=card)
    await luna.submit_modal(await luna.click(card, label="Reply"), {"text": "By the box"})
    await luna.slash(desk, "inbox reply", fan=connected.fan, text="By command")
    acts = [
        one
        for one in (await connected.app.services.privacy.decisions(DiscordUserId(connected.luna.id))).entries
        if one.action == "reply"
    ]
    assert [one.way for one in reversed(acts)] == ["reply", "box", "command"]
    assert {one.outcome for one in acts} == {"sent"}
    assert {(one.actor, one.guild, one.channel) for one in acts} == {(luna.id, connected.guild.id, desk.id)}


async def test_every_kind_of_card_with_a_fan_can_be_answered(connected: Rig) -> None:
    await connected.fanvue.fan_tips(CREATOR, connected.fan, 700)
    await connected.until(lambda: connected.cards(connected.dm))
    card = connected.cards(connected.dm)[-1]
    assert "$7.00" in words_of(card)
    reference = {"channel_id": str(card.channel.id), "message_id": str(card.id)}
    await connected.people["luna"].send_dm("You are the best", reference=reference)
    assert sent_by_creator(connected)[-1] == "You are the best"


async def test_an_ordinary_message_or_a_reply_to_something_else_is_never_sent(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    card = await card_in(connected, connected.desk)
    before = len(sent_by_creator(connected))
    talk = await connected.luna.send(connected.desk, "between us")
    await connected.luna.send(connected.desk, "also between us", reply_to=talk)
    await connected.luna.forward(card, connected.desk)
    assert len(sent_by_creator(connected)) == before


@pytest.mark.parametrize("who", ["cleo", "olli"])
async def test_who_has_no_right_is_refused_by_button_show_and_reply(connected: Rig, who: str) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    card = await card_in(connected, connected.desk)
    before = len(sent_by_creator(connected))
    person = connected.members[who]
    for label in ("Reply", "Show"):
        refused = await person.click(card, label=label)
        assert refused.ephemeral
        assert refused.modal is None
        assert "not yours" in words_of(refused)
        assert "evil" not in words_of(refused)
    await person.send(connected.desk, "it is me", reply_to=card)
    assert len(sent_by_creator(connected)) == before


async def test_a_right_lost_while_the_form_is_open_sends_nothing(connected: Rig) -> None:
    card = await card_in(connected, connected.dm)
    opened = await connected.people["luna"].click(card, label="Reply")
    before = len(sent_by_creator(connected))
    await connected.app.stores.forget(connected.people["luna"].id)
    answered = await connected.people["luna"].submit_modal(opened, {"text": "too late"})
    assert len(sent_by_creator(connected)) == before
    assert "too late" in words_of(answered), "what was written is given back"


@pytest.mark.parametrize("is_cut", [True, False], ids=["cut", "odd"])
async def test_an_answer_whose_outcome_was_lost_is_found_and_not_sent_twice(connected: Rig, is_cut: bool) -> None:
    card, faults = await card_in(connected, connected.dm), connected.fanvue.faults
    if is_cut:
        faults.add(operation="sendMessage", kind="applied_answer_cut", times=1)
    else:
        faults.rewrite("sendMessage", dict.clear)
    opened = await connected.people["luna"].click(card, label="Reply")
    answered = await connected.people["luna"].submit_modal(opened, {"text": "only once"})
    assert "Sent" in words_of(answered)
    assert sent_by_creator(connected).count("only once") == 1


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/channels/*/messages/*"), ("PUT", "/channels/*/reactions/*")])
async def test_a_sent_answer_is_not_called_broken_because_it_cannot_be_marked(
    connected: Rig, method: str, path: str
) -> None:
    await connected.luna.slash(connected.desk, "alerts channel")
    card = await card_in(connected, connected.desk)
    connected.env.inject_error(method, path, status=500)
    await connected.luna.send(connected.desk, "It went out", reply_to=card)
    assert sent_by_creator(connected).count("It went out") == 1
    assert not any("broke" in words_of(message) for message in connected.desk.history())


async def test_an_equal_answer_sent_before_is_not_taken_for_one_that_got_lost(connected: Rig) -> None:
    card = await card_in(connected, connected.dm)
    luna = connected.people["luna"]
    await luna.submit_modal(await luna.click(card, label="Reply"), {"text": "Thanks"})
    connected.fanvue.faults.add(operation="sendMessage", kind="500", times=1)
    answered = await luna.submit_modal(await luna.click(card, label="Reply"), {"text": "Thanks"})
    assert "Nobody knows yet" in words_of(answered)
    assert sent_by_creator(connected).count("Thanks") == 1


async def test_a_fan_who_takes_no_messages_is_named_as_such(connected: Rig) -> None:
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    card = await card_in(connected, connected.dm)
    desk.fan_by_handle(connected.fan).is_contactable = False
    opened = await connected.people["luna"].click(card, label="Reply")
    answered = await connected.people["luna"].submit_modal(opened, {"text": "hello?"})
    assert "cannot be written to" in words_of(answered)
