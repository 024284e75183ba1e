"""A right that ends stops what is already on its way: an open view, an open box, a reply that waits, cards to come."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.access import Capability
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import EventKind
from tests.rig import CREATOR, Rig, components_of, words_of

REFUSED = "not yours"


def creator(rig: Rig) -> CreatorId:
    return CreatorId(rig.fanvue.world.account(CREATOR).uuid)


async def give(rig: Rig, capability: str) -> None:
    await rig.luna.slash(rig.desk, "team grant", person=rig.members["cleo"], right=capability)


async def revoke(rig: Rig) -> None:
    await rig.luna.slash(rig.desk, "team revoke", person=rig.members["cleo"])


async def run_out(rig: Rig) -> None:
    """Their rights ended a moment ago, by themselves."""
    stores, now = rig.app.stores, rig.app.clock.now()
    for right in await stores.rights.of(rig.members["cleo"].id):
        await stores.rights.give(replace(right, until=now - timedelta(seconds=1)))


UNSEEN = {revoke: "No such creator", run_out: "Only the creator, or somebody they gave the right to"}
ENDS = pytest.mark.parametrize("end", [revoke, run_out])


async def card_at_desk(rig: Rig) -> Any:
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, "Hello there")
    await rig.until(lambda: rig.cards(rig.desk))
    return rig.cards(rig.desk)[-1]


def sent(rig: Rig) -> list[str]:
    return [message.text for message in rig.fanvue.messages(CREATOR, rig.fan) if not message.is_from_fan]


@ENDS
async def test_an_open_view_shows_nothing_more(connected: Rig, end: Any) -> None:
    await give(connected, "insights")
    cleo = connected.members["cleo"]
    shown = await cleo.slash(connected.desk, "insights earnings")
    menu = next(part for part in components_of(shown.response) if part.get("options"))
    await end(connected)
    answered = await cleo.select(shown.response, [menu["options"][0]["value"]], custom_id=menu["custom_id"])
    assert UNSEEN[end] in words_of(answered)


@ENDS
async def test_a_draft_in_an_open_box_is_not_posted(connected: Rig, end: Any) -> None:
    await give(connected, "post")
    cleo = connected.members["cleo"]
    opened = await cleo.slash(connected.desk, "post create")
    assert opened.modal is not None
    desk = connected.fanvue.world.desk(connected.fanvue.world.account(CREATOR))
    before = len(desk.posts)
    await end(connected)
    answered = words_of(await cleo.submit_modal(opened, {"text": "my draft"}))
    assert REFUSED in answered
    assert len(desk.posts) == before


@ENDS
async def test_a_reply_that_waited_for_the_bot_is_not_sent(connected: Rig, end: Any) -> None:
    await give(connected, "reply")
    card = await card_at_desk(connected)
    async with connected.deaf():
        await connected.members["cleo"].send(connected.desk, "from before", reply_to=card)
    await end(connected)
    await connected.catch_up()
    await connected.env.settle()
    assert "from before" not in sent(connected)


async def test_a_reply_that_waited_is_not_sent_for_somebody_who_left_the_server_meanwhile(connected: Rig) -> None:
    await give(connected, "reply")
    card = await card_at_desk(connected)
    async with connected.deaf():
        await connected.members["cleo"].send(connected.desk, "from before", reply_to=card)
    connected.guild.remove_member(connected.members["cleo"])
    await connected.catch_up()
    await connected.env.settle()
    assert "from before" not in sent(connected)


async def test_a_reply_whose_file_is_still_on_its_way_is_not_sent(connected: Rig) -> None:
    await give(connected, "reply")
    card = await card_at_desk(connected)
    before = sent(connected)
    slow = connected.fanvue.faults.add(operation="getUploadPartUrl", kind="hang", times=1)
    picture = ("beach.png", b"\x89PNG not a real one")
    sending = asyncio.create_task(
        connected.members["cleo"].send(connected.desk, "with a picture", reply_to=card, attachments=[picture])
    )
    await asyncio.wait_for(slow.struck.wait(), 10)
    await run_out(connected)
    slow.released.set()
    await sending
    await connected.env.settle()
    assert sent(connected) == before


@ENDS
async def test_a_card_is_answered_no_more_by_button_form_or_reply(connected: Rig, end: Any) -> None:
    await give(connected, "reply")
    card = await card_at_desk(connected)
    cleo = connected.members["cleo"]
    opened = await cleo.click(card, label="Reply")
    await end(connected)
    assert REFUSED in words_of(await cleo.submit_modal(opened, {"text": "too late"}))
    assert REFUSED in words_of(await cleo.click(card, label="Reply"))
    await cleo.send(connected.desk, "too late as well", reply_to=card)
    assert not {"too late", "too late as well"} & set(sent(connected))


@ENDS
async def test_cards_to_their_direct_messages_stop(connected: Rig, end: Any) -> None:
    stores, cleo = connected.app.stores, DiscordUserId(connected.members["cleo"].id)
    await give(connected, "alerts")
    dm = Place(PlaceKind.DM, cleo)
    await stores.routes.set(Route(creator(connected), EventKind.MESSAGE, dm, cleo), connected.app.clock.now())
    await end(connected)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello there")
    await connected.until(lambda: connected.cards(connected.dm))
    channel = connected.people["cleo"].dm_channel
    assert channel is None or not connected.cards(channel)


async def test_whoever_left_the_server_is_refused_in_their_direct_messages(connected: Rig) -> None:
    await give(connected, "insights")
    cleo = connected.people["cleo"]
    assert "Last 7 days" in words_of(await cleo.slash("insights earnings", creator=CREATOR))
    right = await connected.app.stores.rights.held(cleo.id, creator(connected), Capability.INSIGHTS)
    assert right is not None
    assert right.guild == connected.guild.id
    stranger = connected.env.create_user("stranger")
    theirs = replace(right, person=DiscordUserId(stranger.id))
    await connected.app.stores.rights.give(theirs)
    refused = words_of(await stranger.slash("insights earnings", creator=CREATOR))
    assert REFUSED in refused
