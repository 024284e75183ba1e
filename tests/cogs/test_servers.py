"""Servers are greeted; one that removes the bot gets nothing more, and its rules wait a while for its return."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.domain.accounts import GuildId
from bot.domain.alerts import Place, PlaceKind
from tests.rig import CREATOR, Rig, labels_of, words_of


async def test_a_new_server_is_greeted_once_with_a_button_that_connects(rig: Rig) -> None:
    guild = rig.app.client.get_guild(rig.guild.id)
    rig.app.client.dispatch("guild_join", guild)
    await rig.until(rig.desk.history)
    (greeting,) = [message for message in rig.desk.history() if "Connect" in labels_of(message)]
    assert "/help" in words_of(greeting)
    pressed = await rig.luna.click(greeting, label="Connect")
    assert pressed.ephemeral


async def test_a_server_that_removed_the_bot_gets_nothing_and_its_rules_are_kept_until_it_is_back(
    connected: Rig,
) -> None:
    await connected.luna.slash(connected.desk, "alerts channel", channel=connected.desk)
    guild = connected.app.client.get_guild(connected.guild.id)
    connected.app.client.dispatch("guild_remove", guild)
    await left(connected)
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "While away")
    await connected.until(lambda: connected.cards(connected.dm))
    assert connected.cards(connected.desk) == []
    for _ in range(2):
        await connected.app.closing.catch_up()
    (notice,) = [message for message in connected.dm.history() if "paused" in words_of(message)]
    assert "the bot was removed from the server" in words_of(notice)
    assert "not in that server" in words_of(await connected.people["luna"].click(notice, label="Try again"))
    connected.app.client.dispatch("guild_join", guild)
    await connected.until(connected.desk.history)
    assert "Back again" in words_of(connected.desk.history()[-1])
    place = Place(PlaceKind.CHANNEL, connected.desk.id, GuildId(connected.guild.id))
    rules = await connected.app.stores.routes.of_place(place)
    assert any(rule.pause for rule in rules), "the rules are there, and rest"
    for rule in rules:
        await connected.app.stores.routes.set(replace(rule, pause=None), datetime.now(UTC))
    await connected.fanvue.fan_writes(CREATOR, connected.fan, "Back")
    await connected.until(lambda: connected.cards(connected.desk))


async def left(rig: Rig) -> None:
    async with asyncio.timeout(30):
        while not await rig.app.stores.departures.all():
            await asyncio.sleep(0.02)


async def test_servers_that_came_and_went_while_the_bot_was_down_are_noticed_at_the_start(connected: Rig) -> None:
    stores = connected.app.stores
    (account,) = await stores.connections.all_active()
    creator = account.account.id
    gone, kept = GuildId(77 << 22), GuildId(connected.guild.id)
    await stores.default_creators.set(gone, None, creator)
    await stores.default_creators.set(kept, None, creator)
    await stores.departures.note(kept, datetime.now(UTC))
    await connected.app.client.on_ready()
    assert list(await stores.departures.all()) == [gone]
    (said,) = connected.desk.history()
    assert "Back again" in words_of(said)


@pytest.mark.parametrize(
    ("days", "sees_history", "written", "greetings"),
    [(1, True, 0, 1), (1, True, 60, 1), (1, True, 100, 0), (8, True, 0, 0), (1, False, 0, 0)],
    ids=["new", "talkative", "too busy to see all", "old", "blind"],
)
async def test_a_server_that_added_the_bot_while_it_was_down_is_greeted_once(
    rig: Rig, days: int, sees_history: bool, written: int, greetings: int
) -> None:
    guild = rig.app.client.get_guild(rig.guild.id)
    assert guild
    denied = {} if sees_history else {guild.me: discord.PermissionOverwrite(read_message_history=False)}
    system = rig.guild.create_text_channel("system", overwrites=denied)
    guild._system_channel_id = system.id
    for _ in range(written):
        rig.env.backend.create_message(system.id, rig.luna.id, "Hello")
    for _ in range(2):
        guild.me.joined_at = datetime.now(UTC) - timedelta(days=days)
        await rig.app.client.on_ready()
    assert [message.author.bot for message in system.history()].count(True) == greetings
    assert ["Connect" in labels_of(message) for message in system.history()].count(True) == greetings
