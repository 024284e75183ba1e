"""Where a creator's days end: guessed, asked once of those who may say, the same for everybody who reads."""

from typing import Any

import pytest

from bot.domain.access import Actor, Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of

ANSWERS = {"Yes", "Change"}
AGENCY = "northstar_agency"
COMMANDS = ("subscribers", "top-fans", "transactions", "posts")


def luna_of(rig: Rig) -> CreatorId:
    return CreatorId(rig.fanvue.world.account(CREATOR).uuid)


def is_asked(shown: Any) -> bool:
    labels = {label for label in labels_of(shown.response) if label in ANSWERS}
    assert labels in (set(), ANSWERS)
    return bool(labels)


async def give(rig: Rig, person: str, *capabilities: Capability) -> None:
    for capability in capabilities:
        right = Right(luna_of(rig), DiscordUserId(rig.people[person].id), capability, rig.luna.id, rig.app.clock.now())
        await rig.app.stores.rights.give(right)


async def earnings(rig: Rig, person: str = "luna", **options: Any) -> Any:
    return await rig.members[person].slash(rig.desk, "insights earnings", **options)


async def test_the_guess_is_asked_until_it_is_answered_and_never_again(connected: Rig) -> None:
    shown = await earnings(connected)
    assert is_asked(shown)
    assert "end at midnight in **America/New_York**. Right?" in words_of(shown)
    kept = [part for part in components_of(shown.response) if part.get("label") not in ANSWERS]
    answered = await connected.luna.click(shown.response, label="Yes")
    assert "America/New_York" in words_of(answered)
    assert "Right?" not in words_of(answered)
    assert [part["custom_id"] for part in components_of(answered.response)] == [part["custom_id"] for part in kept]
    assert await connected.app.stores.creators.timezone(luna_of(connected)) == "America/New_York"
    assert not is_asked(await earnings(connected))
    for command in COMMANDS:
        assert not is_asked(await connected.luna.slash(connected.desk, f"insights {command}")), command


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_answer_with_days_asks_and_names_the_zone(connected: Rig, command: str) -> None:
    shown = await connected.luna.slash(connected.desk, f"insights {command}")
    assert is_asked(shown)
    assert "America/New_York" in shown.response.embeds[0].footer.text
    form = await connected.luna.click(shown.response, label="Change")
    wrong = await connected.luna.submit_modal(form, {"zone": "Mars/Phobos"})
    assert "not a time zone" in words_of(wrong)
    form = await connected.luna.click(shown.response, label="Change")
    changed = await connected.luna.submit_modal(form, {"zone": "Asia/Kathmandu"})
    assert "end at midnight in **Asia/Kathmandu**" in words_of(changed)
    again = await connected.luna.slash(connected.desk, f"insights {command}")
    assert not is_asked(again)
    assert "Asia/Kathmandu" in again.response.embeds[0].footer.text


async def test_a_creators_days_are_the_same_to_everybody_who_reads(connected: Rig) -> None:
    await give(connected, "cleo", Capability.INSIGHTS)
    await connected.app.stores.preferences.set_timezone(DiscordUserId(connected.people["cleo"].id), "Asia/Tokyo")
    assert "days in Asia/Tokyo" in words_of(await earnings(connected, "cleo"))
    await connected.app.stores.creators.set_timezone(luna_of(connected), "America/St_Johns")
    theirs, hers = await earnings(connected, "cleo"), await earnings(connected)
    assert "days in America/St_Johns" in words_of(theirs)
    assert theirs.response.embeds[0].description == hers.response.embeds[0].description


async def test_who_may_not_say_is_not_asked_and_a_forged_answer_changes_nothing(connected: Rig) -> None:
    await give(connected, "cleo", Capability.INSIGHTS)
    theirs = await earnings(connected, "cleo")
    assert not is_asked(theirs)
    form = await connected.members["cleo"].click(theirs.response, label="Time zone")
    assert len(form.modal["components"]) == 1, "for whom it counts is asked of those who may say"
    await give(connected, "cleo", Capability.MANAGE)
    assert is_asked(await earnings(connected, "cleo"))
    form = await connected.members["cleo"].click(theirs.response, label="Time zone")
    await connected.luna.slash(connected.desk, "team revoke", person=connected.members["cleo"], right="manage")
    refused = await connected.members["cleo"].submit_modal(form, {"zone": "Asia/Tokyo", "whose": ["creator"]})
    assert "not yours to do" in words_of(refused)
    assert await connected.app.stores.creators.timezone(luna_of(connected)) is None


async def test_of_two_answers_the_first_stands_until_it_is_changed_on_purpose(connected: Rig) -> None:
    first, second = await earnings(connected), await earnings(connected, timezone="Europe/Berlin")
    await connected.luna.click(first.response, label="Yes")
    late = await connected.luna.click(second.response, label="Yes")
    assert "America/New_York" in words_of(late)
    form = await connected.luna.click(first.response, label="Time zone")
    changed = await connected.luna.submit_modal(form, {"zone": "Australia/Lord_Howe", "whose": ["creator"]})
    assert "days in Australia/Lord_Howe" in words_of(changed)
    assert "days in Australia/Lord_Howe" in words_of(await earnings(connected))


async def test_for_me_leaves_the_creators_days_alone(connected: Rig) -> None:
    shown = await earnings(connected)
    await connected.luna.click(shown.response, label="Yes")
    form = await connected.luna.click(shown.response, label="Time zone")
    once = await connected.luna.submit_modal(form, {"zone": "Asia/Tokyo", "whose": ["me"]})
    assert "days in Asia/Tokyo" in words_of(once)
    assert "days in America/New_York" in words_of(await earnings(connected))
    stores = connected.app.stores
    assert await stores.preferences.timezone(DiscordUserId(connected.luna.id)) == "Asia/Tokyo"


async def test_an_agency_reads_each_creator_in_their_own_zone(rig: Rig) -> None:
    await rig.connect("luna", AGENCY)
    world = rig.fanvue.world
    handles = sorted(one.handle for one in world.managed_creators(world.account(AGENCY)))[:3]
    zones = ("Asia/Kolkata", "America/Los_Angeles", "Europe/London")
    await earnings(rig, creator=handles[0])
    actor = Actor(DiscordUserId(rig.luna.id), "luna")
    for handle, zone in zip(handles, zones, strict=False):
        grant = await rig.app.services.access.choose(actor, handle, Capability.INSIGHTS)
        await rig.app.stores.creators.set_timezone(grant.creator, zone)
    for handle, zone in zip(handles, zones, strict=False):
        assert f"days in {zone}" in words_of(await earnings(rig, creator=handle, period="last_month"))
