"""People at the stand-in's client, and a real bot answering them."""

from collections.abc import AsyncIterator

import pytest

from sandbox.discord import PlayError
from tests.sandbox import discord_rig
from tests.sandbox.discord_rig import Rig


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with discord_rig.open_rig() as rig:
        yield rig


async def test_a_private_answer_is_seen_by_its_reader_alone(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "hello")).wait()
    assert asked.text == "hello lead"
    assert asked.ephemeral
    assert not asked.deferred
    assert rig.discord.messages(rig.team) == []
    assert rig.discord.messages(rig.team, seen_by=rig.chatter) == []
    assert rig.discord.messages(rig.team, seen_by=rig.lead) == asked.messages


async def test_a_deferred_answer_counts_when_its_message_is_filled(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "insights earnings", period="today", days=9)).wait()
    assert asked.deferred
    assert asked.ephemeral
    [message] = asked.messages
    assert message.embeds[0]["title"] == "today 9"
    assert [(file.filename, file.size, file.description) for file in message.attachments] == [
        ("chart.png", 3, "a chart")
    ]
    assert message.embeds[0]["image"]["url"] == message.attachments[0].url


async def test_autocomplete_offers_what_the_bot_offers(rig: Rig) -> None:
    offered = await rig.discord.autocomplete(rig.lead, rig.team, "insights earnings", focused="period", value="last")
    assert [choice["value"] for choice in offered] == ["last month", "last week"]


async def test_a_first_follow_up_fills_the_deferral_and_keeps_it_private(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "who", person=rig.chatter, place=rig.team)).wait()
    [message] = asked.messages
    assert message.content == "chatter in team"
    assert message.is_ephemeral


async def test_a_click_can_change_the_message_it_was_made_on(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "panel")).wait()
    await (await rig.discord.click(rig.chatter, asked.messages[0], "Update")).wait()
    [message] = rig.discord.messages(rig.team)
    assert message.content == "updated"
    assert message.edited


async def test_a_deferred_click_is_answered_by_the_change_and_then_in_private(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "panel")).wait()
    clicked = await rig.discord.click(rig.chatter, asked.messages[0], "later")
    await rig.discord.wait_for(lambda: len(clicked.messages) == 2)
    assert clicked.deferred
    assert [message.content for message in clicked.messages] == ["updated later", "only you"]
    assert [message.is_ephemeral for message in clicked.messages] == [False, True]


async def test_a_modal_is_filled_in_by_label_and_submitted(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "panel")).wait()
    opened = await (await rig.discord.click(rig.chatter, asked.messages[0], "Write")).wait()
    assert opened.modal is not None
    assert opened.modal["title"] == "A note"
    submitted = await (await rig.discord.submit(rig.chatter, opened, {"Words": "by label"})).wait()
    assert submitted.text == "noted: by label"
    with pytest.raises(PlayError, match="20 characters"):
        await rig.discord.submit(rig.chatter, opened, {"words": "x" * 21})


async def test_labelled_fields_menus_and_files_of_a_modal_arrive(rig: Rig) -> None:
    opened = await (await rig.discord.slash(rig.lead, rig.team, "form")).wait()
    answers = {"Text": "hi", "kind": ["paid"], "Media": [("a.txt", b"inside")]}
    sent = await (await rig.discord.submit(rig.lead, opened, answers)).wait()
    assert sent.text == "hi ['paid'] [b'inside']"
    for wrong, words in (({}, "must be filled in"), ({"kind": ["free"]}, "does not offer"), ({"odd": 1}, "no such")):
        with pytest.raises(PlayError, match=words):
            await rig.discord.submit(rig.lead, opened, {"kind": ["open"]} | wrong if wrong else {})


async def test_a_form_opened_by_one_is_not_open_to_another(rig: Rig) -> None:
    opened = await (await rig.discord.slash(rig.lead, rig.team, "form")).wait()
    with pytest.raises(PlayError, match="no modal stands open for chatter"):
        await rig.discord.submit(rig.chatter, opened, {"kind": ["open"]})


async def test_a_menu_takes_values_and_labels(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "panel")).wait()
    picked = await (await rig.discord.select(rig.lead, asked.messages[0], "colour", ["Red"])).wait()
    assert picked.text == "picked ['r']"


async def test_files_of_a_command_can_be_read_by_the_bot(rig: Rig) -> None:
    asked = await (await rig.discord.slash(rig.lead, rig.team, "read", file=("a.txt", b"inside"))).wait()
    assert asked.text == "inside"


async def test_commands_work_in_direct_messages(rig: Rig) -> None:
    assert rig.discord.dm(rig.lead) is None
    asked = await (await rig.discord.slash(rig.lead, None, "hello")).wait()
    assert asked.text == "hello lead"
    assert rig.discord.dm(rig.lead) is asked.channel


async def test_silence_is_reported_with_how_far_it_came(rig: Rig) -> None:
    asked = await rig.discord.slash(rig.lead, rig.team, "mute")
    with pytest.raises(TimeoutError, match="command 'mute' by lead: unacknowledged"):
        await asked.wait(0.02)


async def test_what_no_client_would_send_is_refused(rig: Rig) -> None:
    panel = (await (await rig.discord.slash(rig.lead, rig.team, "panel")).wait()).messages[0]
    hidden = (await (await rig.discord.slash(rig.lead, rig.team, "hello")).wait()).messages[0]
    attempts = {
        "no command 'gone' was uploaded": rig.discord.slash(rig.lead, rig.team, "gone"),
        "is a group": rig.discord.slash(rig.lead, rig.team, "insights"),
        "has no 'losses' here": rig.discord.slash(rig.lead, rig.team, "insights losses"),
        "required options are missing": rig.discord.slash(rig.lead, rig.team, "insights earnings"),
        "no such options": rig.discord.slash(rig.lead, rig.team, "hello", loud=True),
        "is above 90": rig.discord.slash(rig.lead, rig.team, "insights earnings", period="x", days=91),
        "cannot be": rig.discord.slash(rig.lead, rig.team, "insights earnings", period=3),
        "not offered in direct messages": rig.discord.slash(rig.lead, None, "manage"),
        "missing permissions": rig.discord.slash(rig.chatter, rig.team, "manage"),
        "is disabled": rig.discord.click(rig.lead, panel, "Off"),
        "no button 'Nothing'": rig.discord.click(rig.lead, panel, "Nothing"),
        "does not see that message": rig.discord.click(rig.chatter, hidden, "Anything"),
        "offers": rig.discord.select(rig.lead, panel, "colour", ["green"]),
    }
    for words, attempt in attempts.items():
        with pytest.raises(PlayError, match=words):
            await attempt


async def test_permission_given_opens_a_command(rig: Rig) -> None:
    rig.discord.add_member(rig.guild, rig.chatter, permissions="manage_guild")
    assert (await (await rig.discord.slash(rig.chatter, rig.team, "manage")).wait()).text == "managed"
