"""What the components of a card do: marking read, picking one of several, mending a place."""

import asyncio
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.sending import Notice
from bot.domain.access import Actor, Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId, FanId, GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.errors import DomainError
from bot.domain.events import Event, EventKind, Fan
from bot.domain.shifts import Shift
from tests.rig import CREATOR, Rig, components_of, labels_of, words_of


def chats(rig: Rig) -> list[Any]:
    """The creator's chats with fans who can be written to."""
    desk = rig.fanvue.world.desk(rig.fanvue.world.account(CREATOR))
    return [chat for chat in desk.chats.values() if chat.fan.is_contactable]


async def merged(rig: Rig) -> Any:
    """A message of several cards, as a backlog leaves it in the team's channel."""
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    creator, now = CreatorId(rig.fanvue.world.account(CREATOR).uuid), rig.app.clock.now()
    fans = [chat.fan.user for chat in chats(rig)][:6]
    events = [
        Event(
            key=f"message:{creator}:burst-{number}",
            kind=EventKind.MESSAGE,
            creator=creator,
            happened_at=now,
            fan=Fan(FanId(fan.uuid), fan.handle, fan.handle),
            text=f"words of {fan.handle}",
        )
        for number, fan in enumerate(fans)
    ]
    await asyncio.gather(*(rig.app.intake.take(event, now) for event in events))
    await rig.until(lambda: any(len(message.embeds) > 1 for message in rig.desk.history()))
    return next(message for message in rig.desk.history() if len(message.embeds) > 1)


def options_of(message: Any) -> list[Any]:
    return [option for part in components_of(message) for option in part.get("options", ())]


async def test_one_card_of_several_is_picked_and_answered(connected: Rig) -> None:
    message = await merged(connected)
    chosen = options_of(message)[1]
    menu = next(part["custom_id"] for part in components_of(message) if part.get("options"))
    opened = await connected.luna.select(message, [chosen["value"]], custom_id=menu)
    assert opened.ephemeral
    assert chosen["label"] in words_of(opened).replace("\\", "")
    shown = await connected.luna.click(opened.followups[-1] if opened.followups else opened.response, label="Show")
    assert f"words of {chosen['label']}" in words_of(shown).replace("\\", "")
    form = await connected.luna.click(opened.followups[-1] if opened.followups else opened.response, label="Reply")
    assert "Sent" in words_of(await connected.luna.submit_modal(form, {"text": "Just for you"}))
    sent = connected.fanvue.messages(CREATOR, chosen["label"])
    assert sent[-1].text == "Just for you"
    card = next(message for message in connected.desk.history() if len(message.embeds) > 1)
    answered = [bool(embed.fields) for embed in card.embeds]
    assert answered == [number == 1 for number in range(len(card.embeds))]


async def test_a_reply_to_several_cards_asks_which_and_sends_nothing(connected: Rig) -> None:
    message = await merged(connected)
    before = [len(connected.fanvue.messages(CREATOR, option["label"])) for option in options_of(message)]
    await connected.luna.send(connected.desk, "Whom?", reply_to=message)
    assert any("Pick whom you mean" in words_of(said) for said in connected.desk.history())
    assert before == [len(connected.fanvue.messages(CREATOR, option["label"])) for option in options_of(message)]


async def test_who_may_not_answer_cannot_pick_a_card(connected: Rig) -> None:
    message = await merged(connected)
    menu = next(part["custom_id"] for part in components_of(message) if part.get("options"))
    refused = await connected.members["olli"].select(message, [options_of(message)[0]["value"]], custom_id=menu)
    assert "Show" not in labels_of(refused.response or refused.followups[-1])


async def test_mark_read_marks_the_chat_and_says_so_on_the_card(connected: Rig) -> None:
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello")
    await connected.until(lambda: connected.cards(connected.dm))
    await connected.noted()
    marked = await connected.people["luna"].click(connected.cards(connected.dm)[-1], label="Mark read")
    assert "Read ✓" in words_of(marked)
    card = connected.cards(connected.dm)[-1]
    assert "Read on Fanvue" in words_of(card)
    assert "Mark read" not in labels_of(card)


async def test_an_outsider_marks_nothing_read(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello")
    await connected.until(lambda: connected.cards(connected.desk))
    refused = await connected.members["olli"].click(connected.cards(connected.desk)[-1], label="Mark read")
    assert "Read ✓" not in words_of(refused)


async def test_a_place_that_was_mended_gets_what_waited(connected: Rig) -> None:
    place = Place(PlaceKind.DM, connected.luna.id)
    stores, clock = connected.app.stores, connected.app.clock
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    channel = Place(PlaceKind.CHANNEL, connected.desk.id, GuildId(connected.guild.id))
    await stores.routes.pause(channel, "the bot may not write in the channel", clock.now())
    told = await connected.app.worker._closing._herald.tell(notice_of(channel), DiscordUserId(connected.luna.id), ())
    assert told
    notice = next(message for message in connected.dm.history() if "Try again" in labels_of(message))
    await connected.people["luna"].click(notice, label="Try again")
    assert all(route.pause is None for route in await stores.routes.of_place(channel))
    again = await connected.people["luna"].click(notice, label="Send to my DM instead")
    assert "Nothing rests there" in words_of(again)
    await stores.routes.pause(channel, "the bot may not write in the channel", clock.now())
    moved = await connected.people["luna"].click(notice, label="Send to my DM instead")
    assert "Moved" in words_of(moved)
    assert await stores.routes.of_place(channel) == []
    assert await stores.routes.of_place(place)


async def test_a_place_is_mended_for_the_creators_whose_shift_it_is_though_another_is_off(rig: Rig) -> None:
    await rig.connect("luna", "northstar_agency")
    stores, now, cleo = rig.app.stores, rig.app.clock.now(), DiscordUserId(rig.people["cleo"].id)
    (agency,) = await stores.connections.all_active()
    resting, *others = [one.id for one in await stores.creators.of_owner(agency.owner) if one.id != agency.account.id]
    channel = Place(PlaceKind.CHANNEL, rig.desk.id, GuildId(rig.guild.id))
    for creator in (resting, *others):
        await stores.rights.give(Right(creator, cleo, Capability.ALERTS, agency.owner, now))
        await stores.routes.set(Route(creator, EventKind.TIP, channel, cleo), now)
    begins = now + timedelta(hours=2)
    later = Shift(frozenset(range(7)), begins.time(), (begins + timedelta(hours=1)).time(), ZoneInfo("UTC"))
    await stores.shifts.set(resting, cleo, [later], now)
    await stores.routes.pause(channel, "resting", now)
    await rig.app.services.reopening.retry(Actor(cleo, "cleo"), channel.key)
    assert {route.creator for route in await stores.routes.of_place(channel) if route.pause} == {resting}


async def test_an_outsider_mends_nothing(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    channel = Place(PlaceKind.CHANNEL, connected.desk.id, GuildId(connected.guild.id))
    await connected.app.stores.routes.pause(channel, "resting", connected.app.clock.now())
    with pytest.raises(DomainError):
        await connected.app.services.reopening.retry(Actor(DiscordUserId(5), "stranger", None, None), channel.key)
    assert all(route.pause for route in await connected.app.stores.routes.of_place(channel))


def notice_of(place: Place) -> Notice:
    return Notice(place, ((CreatorId("luna"), CREATOR),), "the bot may not write in the channel")
