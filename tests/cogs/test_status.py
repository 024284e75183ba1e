"""Each line of the status is fine or says what mends it."""

import asyncio
from typing import Any

import discord

from bot.domain.access import Actor, Capability
from bot.domain.accounts import DiscordUserId, GuildId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.events import EventKind
from bot.storage.deliveries.outbox import DeliveryStatus
from tests.rig import CREATOR, Rig, labels_of, words_of


def closed_channel(rig: Rig) -> Any:
    closed = {rig.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    return rig.guild.create_text_channel("closed", overwrites=closed)


def luna_of(rig: Rig) -> Actor:
    return Actor(DiscordUserId(rig.luna.id), "luna")


async def test_without_an_account_the_fix_is_to_connect(rig: Rig) -> None:
    shown = await rig.luna.slash(rig.desk, "status")
    assert shown.ephemeral
    assert labels_of(shown.response) == ["Connect"]


async def test_a_healthy_account_has_no_complaint(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "A canary sentence")
    await connected.until(lambda: connected.cards(connected.dm) and connected.cards(connected.desk))
    shown = words_of(await connected.luna.slash(connected.desk, "status"))
    assert "last reported something" in shown
    assert f"Alerts go to: Your direct messages, <#{connected.desk.id}>" in shown
    assert "Everything works" in shown
    assert "❌" not in shown
    assert "canary" not in shown


async def test_a_dead_connection_offers_to_reconnect(connected: Rig) -> None:
    stores = connected.app.stores
    held = await stores.connections.of_owner(DiscordUserId(connected.luna.id))
    assert held
    await stores.connections.mark_dead(held.id)
    shown = await connected.luna.slash(connected.desk, "status")
    assert "no longer accepts" in words_of(shown)
    assert labels_of(shown.response) == ["Reconnect"]


async def test_of_many_creators_who_has_a_fault_is_shown_first_and_counted(rig: Rig) -> None:
    for number in range(8):
        rig.fanvue.world.add_creator(handle=f"creator{number}", display_name="Somebody", is_managed=True)
    await rig.connect("luna", "northstar_agency")
    fine = words_of(await rig.luna.slash(rig.desk, "status"))
    assert "Everything works" in fine
    assert "more creators are not shown; nothing to mend there" in fine
    assert fine.count("✅ Allowed") == 1, "what one account allowed is told once"
    place = Place(PlaceKind.CHANNEL, closed_channel(rig).id, GuildId(rig.guild.id))
    grant = await rig.app.services.access.choose(luna_of(rig), "creator7", Capability.ALERTS)
    await rig.app.services.alerts.send_to(grant, place, [EventKind.MESSAGE], shows_amounts=False)
    shown = await rig.luna.slash(rig.desk, "status")
    assert "1 to mend" in words_of(shown)
    assert shown.response.embeds[0].fields[1].name == "@creator7"
    assert "Give me Send Messages" in shown.response.embeds[0].fields[1].value


async def test_a_chatter_learns_of_the_connection_but_not_where_alerts_go(connected: Rig) -> None:
    await connected.luna.slash(connected.desk, "team grant", person=connected.members["cleo"], right="reply")
    shown = words_of(await connected.members["cleo"].slash(connected.desk, "status"))
    assert f"@{CREATOR}" in shown
    assert "reported" not in shown
    assert CREATOR not in words_of(await connected.members["olli"].slash(connected.desk, "status"))


async def test_a_closed_channel_and_the_card_lost_there_are_named_with_the_fix(connected: Rig) -> None:
    grant = await connected.app.services.access.choose(luna_of(connected), None, Capability.ALERTS)
    place = Place(PlaceKind.CHANNEL, closed_channel(connected).id, GuildId(connected.guild.id))
    await connected.app.services.alerts.send_to(grant, place, [EventKind.MESSAGE], shows_amounts=False)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Hello")
    await connected.until(lambda: connected.cards(connected.dm))
    async with asyncio.timeout(30):
        while not (await connected.app.stores.outbox.counts())[DeliveryStatus.DEAD]:
            await asyncio.sleep(0.02)
    shown = words_of(await connected.luna.slash(connected.desk, "status"))
    assert "Give me Send Messages" in shown
    assert "1 not delivered: the bot may not write in the channel" in shown
