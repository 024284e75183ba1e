"""While Discord cannot be reached no card is lost, wherever on the way to it that shows."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from alert_desk import LUNA, NOW, Desk

from bot.discordkit.inbox.telling import HandOverTeller
from bot.discordkit.notices import Notices
from bot.domain.access import Capability, Right
from bot.domain.accounts import ChannelId, DiscordUserId, FanId, GuildId, MessageId
from bot.domain.alerts import Sent
from bot.domain.errors import DiscordDownError
from bot.domain.events import EventKind, Fan
from bot.vault.obituaries import Obituaries

Gone = Callable[[Desk], Awaitable[Callable[[], Awaitable[object]]]]


async def cut_off(desk: Desk) -> Callable[[], Awaitable[object]]:
    """Every request is cut; what it returns ends that."""
    outage = await desk.discord.begin_outage()

    async def end() -> None:
        desk.discord.end_outage(outage)

    return end


async def closed(desk: Desk) -> Callable[[], Awaitable[object]]:
    """The client has given up its connection, as between two tries to reach Discord."""
    await desk.client.close()

    async def again() -> None:
        desk.client.clear()
        await desk.client.login("token")

    return again


async def blocked(desk: Desk) -> Callable[[], Awaitable[object]]:
    """Cloudflare lets nobody through, and says so in Discord's form."""
    return answered_with(desk, status=403, code=40333)


async def shut_out(desk: Desk) -> Callable[[], Awaitable[object]]:
    """Cloudflare lets nobody through, and says so on a page."""
    return answered_with(desk, status=403, from_cloudflare=True)


def answered_with(desk: Desk, **answer: Any) -> Callable[[], Awaitable[object]]:
    fault = desk.discord.fail("*", "*", times=None, **answer)

    async def end() -> None:
        fault.remove()

    return end


WAYS = [cut_off, closed, blocked, shut_out]


@pytest.mark.parametrize("gone", WAYS)
async def test_a_card_of_a_managers_rule_waits_for_discord(desk: Desk, gone: Gone) -> None:
    await a_manager_sets_the_rule(desk)
    await arrives_once_discord_is_back(desk, gone)


@pytest.mark.parametrize("gone", WAYS)
async def test_a_card_of_the_creators_own_rule_waits_for_discord(desk: Desk, gone: Gone) -> None:
    await desk.route(desk.place())
    await arrives_once_discord_is_back(desk, gone)


async def test_a_card_that_waits_for_discord_outlives_the_end_of_its_connection(desk: Desk) -> None:
    """discord.py asks again after a second, by the connection that is closed then."""
    await a_manager_sets_the_rule(desk)
    fault = desk.discord.fail("GET", "/guilds/*/members/*", status=502)
    await desk.happen("Anna")
    delivering = asyncio.create_task(desk.deliver())
    await desk.discord.wait_for(lambda: fault.hits)
    again = await closed(desk)
    with suppress(DiscordDownError):
        await delivering
    await again()
    desk.clock.step(minutes=10)
    await desk.deliver()
    assert desk.names() == ["Anna"]


async def test_a_server_that_does_not_say_who_is_in_it_keeps_no_other_card_from_a_place(desk: Desk) -> None:
    await a_manager_sets_the_rule(desk)
    await desk.route(desk.place(), EventKind.TIP)
    desk.discord.fail("GET", "/guilds/*/members/*", status=503, times=None)
    worker = desk.worker()
    await desk.happen("Anna")
    await desk.store(desk.event("Bea", kind=EventKind.TIP))
    await desk.router().route_waiting()
    for _ in range(24):
        await desk.deliver(worker)
        desk.clock.step(seconds=10)
    assert desk.names() == ["Bea"]


async def a_manager_sets_the_rule(desk: Desk) -> None:
    """Whether they are still in the server is asked of Discord before each card."""
    manager, guild = desk.discord.add_user("mira"), desk.channel.guild
    assert guild is not None
    desk.discord.add_member(guild, manager)
    person = DiscordUserId(manager.id)
    await desk.stores.rights.give(Right(LUNA, person, Capability.ALERTS, desk.owner, NOW, guild=GuildId(guild.id)))
    await desk.route(desk.place(), set_by=manager)


async def arrives_once_discord_is_back(desk: Desk, gone: Gone) -> None:
    end = await gone(desk)
    await desk.happen("Anna")
    for _ in range(3):
        with suppress(DiscordDownError):
            await desk.deliver()
        desk.clock.step(minutes=10)
    assert {status for _, status in await desk.ledger()} <= {"due", "leased", "held"}
    await end()
    desk.clock.step(hours=2)
    await desk.deliver()
    assert desk.names() == ["Anna"]


async def test_a_change_of_a_card_is_drawn_once_discord_is_back(desk: Desk) -> None:
    sarah = Fan(FanId("fan-Sarah"), "sarah", "Sarah")
    await desk.route(desk.place())
    await desk.write("Sarah", "Hello")
    await desk.deliver()
    end = await cut_off(desk)
    await desk.store(desk.event(kind=EventKind.MESSAGE_SENT, fan=sarah, text=None))
    await desk.router().route_waiting()
    await desk.board.draw_changed()
    await end()
    assert await desk.board.draw_changed() == 1
    assert "Answered ✓" in desk.cards()[0].text
    assert await desk.board.draw_changed() == 0


async def test_that_a_connection_ended_is_told_once_discord_is_back(desk: Desk) -> None:
    connection = await desk.stores.connections.of_owner(desk.owner)
    assert connection is not None
    await desk.stores.events._database.execute_alone("UPDATE connections SET status = 'dead'", ())
    notices = Notices(desk.client, desk.direct, desk.client.owed)
    obituaries = Obituaries(desk.stores.notices, desk.stores.connections, notices.grant_died, desk.clock)
    end = await cut_off(desk)
    for _ in range(5):
        await obituaries.tell(connection)
    await end()
    await obituaries.tell(connection)
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert ["Please reconnect" in message.text for message in desk.discord.messages(dm)] == [True]


async def test_that_an_account_moved_or_a_fan_was_handed_over_is_told_once_discord_is_back(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    await desk.deliver()
    card = Sent(ChannelId(desk.channel.id), MessageId(desk.cards()[0].id))
    owed = desk.client.owed
    end = await cut_off(desk)
    await Notices(desk.client, desk.direct, owed).moved_away(desk.owner, "lunavale")
    assert await HandOverTeller(desk.client, desk.pacer, owed).tell(card, desk.owner, "Mira")
    await owed.tell()
    await end()
    for _ in range(2):
        await owed.tell()
    dm = desk.discord.dm(desk.luna)
    assert dm is not None
    assert ["no longer connected" in message.text for message in desk.cards(dm)] == [True]
    assert ["handed this fan over" in message.text for message in desk.cards()] == [False, True]


async def test_of_many_changes_one_is_tried_at_a_beat_while_discord_is_away_and_all_are_drawn_after(desk: Desk) -> None:
    await desk.route(desk.place())
    for name in ("Anna", "Sarah"):
        await desk.write(name, "Hello")
        await desk.deliver()
    fault = desk.discord.fail("PATCH", "/channels/*/messages/*", status=503, times=None)
    for name in ("Anna", "Sarah"):
        fan = Fan(FanId(f"fan-{name}"), name.lower(), name)
        await desk.store(desk.event(kind=EventKind.MESSAGE_SENT, fan=fan, text=None))
    await desk.router().route_waiting()
    assert await desk.board.draw_changed() == 0
    assert len({call.path for call in desk.discord.calls if call.method == "PATCH"}) == 1
    fault.remove()
    assert await desk.board.draw_changed() == 2
    assert all("Answered ✓" in card.text for card in desk.cards())


async def test_a_change_of_a_card_that_an_end_of_the_process_left_is_drawn_after_the_next_start(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.write("Sarah", "Hello")
    await desk.write("Anna", "Hello")
    await desk.deliver()
    await desk.stores.cards.answer_all(LUNA, FanId("fan-Sarah"), desk.owner, "Luna", desk.clock.now())
    desk.clock.step(minutes=30)
    board = desk.new_board()
    await board.catch_up()
    assert await board.draw_changed() == 1
    assert ["Answered ✓" in card.text for card in desk.cards()] == [True, False]
    desk.clock.step(hours=1)
    await board.catch_up()
    assert await board.draw_changed() == 0
