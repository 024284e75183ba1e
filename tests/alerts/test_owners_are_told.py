"""Whose cards do not come hears of it once, whatever keeps that from being told at first."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from alert_desk import LUNA, NOW, POSTS, Desk

from bot.alerts.closing import Closing
from bot.discordkit.alerts.heralds import PlaceHerald
from bot.discordkit.notices import Notices
from bot.domain.access import Capability, Right
from bot.domain.accounts import (
    ChannelId,
    ConnectionId,
    ConnectionStatus,
    CreatorId,
    DiscordUserId,
    FanvueAccount,
    GuildId,
)
from bot.domain.alerts import Route
from bot.domain.catching_up import Cursor, Outcome, Source
from bot.domain.errors import DiscordDownError
from bot.domain.events import EventKind
from bot.vault.obituaries import Obituaries
from bot.vault.sign_ins import LONG, MOST_AT_ONCE, SignInNotices

DENIED = 1 << 11
Connected = tuple[dict[CreatorId, str], Callable[[], list[int]]]
"""Creators by id, and how many messages each of their owners has got."""


def closing(desk: Desk) -> Closing:
    """As a process of its own has it."""
    stores = desk.stores
    herald = PlaceHerald(desk.client, desk.direct, desk.pacer)
    return Closing(stores.routes, stores.refusals, stores.creators, herald, desk.clock)


def told(desk: Desk) -> list[str]:
    """What the owner was told by DM."""
    dm = desk.discord.dm(desk.luna)
    return [message.text for message in desk.discord.messages(dm)] if dm else []


async def refused(desk: Desk, name: str = "Anna") -> None:
    """A card that the channel does not take for good."""
    await desk.happen(name)
    desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", status=403, code=50013)
    await desk.deliver()


async def test_what_discord_does_not_let_be_told_is_told_once_it_does(desk: Desk) -> None:
    await desk.route(desk.place())
    fault = desk.discord.fail("POST", "/users/@me/channels", status=503, times=None)
    await refused(desk)
    await closing(desk).catch_up()
    assert told(desk) == []
    fault.remove()
    for _ in range(3):
        desk.clock.step(minutes=1)
        await closing(desk).catch_up()
    assert len(told(desk)) == 1


async def test_a_notice_whose_answer_was_lost_is_not_said_twice(desk: Desk) -> None:
    await desk.route(desk.place())
    dm = await desk.direct.channel_of(desk.owner)
    desk.discord.fail("POST", f"/channels/{dm}/messages", status=503, after_applying=True)
    await refused(desk)
    assert len(told(desk)) == 1
    await closing(desk).catch_up()
    assert len(told(desk)) == 1


async def test_an_owner_hears_of_a_channel_that_was_deleted_before_any_card_came(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.stores.routes.pause_channel(ChannelId(desk.channel.id), "the channel was deleted", desk.clock.now())
    process = closing(desk)
    for one in (process, closing(desk)):
        await asyncio.gather(process.catch_up(), one.catch_up())
    (notice,) = told(desk)
    assert "the channel was deleted" in notice
    assert len(desk.posts()) == 1, "Discord forgets within minutes what it was told"


async def test_a_place_that_was_resumed_and_refuses_again_is_news(desk: Desk) -> None:
    await desk.route(desk.place())
    await refused(desk)
    await desk.route(desk.place())
    desk.clock.step(days=3)
    await refused(desk, "Bea")
    assert len(told(desk)) == 2


async def test_what_a_resting_place_refuses_of_another_creator_is_news_to_the_same_owner(desk: Desk) -> None:
    stores, mira = desk.stores, CreatorId("mira")
    await desk.route(desk.place())
    await refused(desk)
    luna = await stores.connections.of_creator(LUNA)
    assert luna is not None
    await stores.creators.replace_managed(luna, [FanvueAccount(mira, "mira", "Mira", is_creator=True)], NOW)
    await stores.routes.set(Route(mira, EventKind.MESSAGE, desk.place(), desk.owner), NOW)
    desk.clock.step(hours=1)
    await stores.routes.pause(desk.place(), "the channel was deleted", desk.clock.now())
    await closing(desk).catch_up()
    assert ["@mira" in notice for notice in told(desk)] == [False, True]


async def test_nobody_hears_days_later_of_a_place_that_rests(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.stores.routes.pause_channel(ChannelId(desk.channel.id), "the channel was deleted", desk.clock.now())
    desk.clock.step(days=2)
    await closing(desk).catch_up()
    assert told(desk) == []


async def test_cards_that_are_refused_one_by_one_are_told_once_a_week(desk: Desk) -> None:
    await desk.route(desk.place())
    for name in ("Anna", "Bea", "Cleo"):
        desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", status=400, code=50035)
        await desk.happen(name)
        await desk.deliver()
        desk.clock.step(minutes=1)
        if name == "Bea":
            assert len(told(desk)) == 1
            desk.clock.step(days=8)
    assert len(told(desk)) == 2
    assert "Discord refused the card's content" in told(desk)[0]
    assert "@lunavale" in told(desk)[0]
    assert "Try again" not in told(desk)[0]


async def test_a_card_that_is_given_up_after_a_day_is_told(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.happen("Anna")
    desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", status=503, times=None)
    ends = desk.clock.now() + timedelta(days=1, hours=1)
    while desk.clock.now() < ends:
        await desk.deliver()
        desk.clock.step(minutes=30)
    assert (await desk.reason())[0] == "dead"
    (notice,) = told(desk)
    assert "did not take it for a day" in notice


async def test_a_card_that_is_given_up_because_nobody_says_who_is_in_the_server_is_told(desk: Desk) -> None:
    guild = desk.channel.guild
    assert guild is not None
    mira = desk.discord.add_user("mira")
    right = Right(LUNA, DiscordUserId(mira.id), Capability.ALERTS, desk.owner, NOW, guild=GuildId(guild.id))
    await desk.stores.rights.give(right)
    await desk.route(desk.place(), set_by=mira)
    await desk.happen("Anna")
    desk.discord.fail("GET", "/guilds/*/members/*", status=503, times=None)
    ends = desk.clock.now() + timedelta(days=1, hours=1)
    while desk.clock.now() < ends:
        await desk.deliver()
        desk.clock.step(hours=2)
    assert await desk.reason() == ("dead", "Discord did not say who is in the server for a day")
    (notice,) = told(desk)
    assert "did not say who is in the server" in notice
    assert "@lunavale" in notice


async def test_a_card_that_is_given_up_while_its_owner_cannot_be_told_is_told_later(desk: Desk) -> None:
    await desk.route(desk.place())
    worker = desk.worker()
    dm = desk.discord.fail("POST", "/users/@me/channels", status=503, times=None)
    desk.discord.fail("POST", POSTS, status=400, code=50035)
    await desk.happen("Anna")
    await desk.deliver(worker)
    assert told(desk) == []
    dm.remove()
    for _ in range(2):
        await worker._closing.catch_up()
    assert len(told(desk)) == 1


async def mira_has_one(desk: Desk) -> Connected:
    """Another owner in the same server."""
    luna, owner = await desk.stores.connections.of_creator(LUNA), desk.discord.add_user("mira")
    assert luna is not None
    assert desk.channel.guild is not None
    desk.discord.add_member(desk.channel.guild, owner)
    mira = FanvueAccount(CreatorId("mira"), "mira", "Mira", is_creator=True)
    hers = replace(luna, id=ConnectionId("mira"), owner=DiscordUserId(owner.id), account=mira)
    await desk.stores.connections.replace(hers, "sealed-mira")
    return {LUNA: "lunavale", mira.id: "mira"}, lambda: [
        len(desk.discord.messages(one)) if (one := desk.discord.dm(person)) else 0 for person in (desk.luna, owner)
    ]


async def test_whose_cards_one_place_does_not_take_while_nobody_can_be_told_are_all_told_later(desk: Desk) -> None:
    handles, heard = await mira_has_one(desk)
    process, dm = closing(desk), desk.discord.fail("POST", "/users/@me/channels", status=503, times=None)
    for creator, handle in handles.items():
        await process.give_up(desk.place(), {creator: handle}, "Discord did not take it for a day")
    dm.remove()
    await process.catch_up()
    await process.catch_up()
    assert heard() == [1, 1]


async def test_whose_cards_do_not_come_is_told_once_though_storage_refuses_at_first(desk: Desk) -> None:
    handles, heard = await mira_has_one(desk)
    process, database = closing(desk), desk.stores.events._database
    await database.execute_alone("PRAGMA query_only=ON", ())
    await process.give_up(desk.place(), handles, "Discord did not take it for a day")
    await database.execute_alone("PRAGMA query_only=OFF", ())
    for _ in range(2):
        await process.catch_up()
    assert heard() == [1, 1]


async def test_two_reasons_why_cards_do_not_come_to_one_place_are_both_told(desk: Desk) -> None:
    process, handles = closing(desk), {LUNA: "lunavale"}
    await asyncio.gather(*(process.give_up(desk.place(), handles, reason) for reason in ("too long", "too rude")))
    await process.catch_up()
    assert [reason in notice for reason, notice in zip(("too long", "too rude"), told(desk), strict=True)] == [
        True,
        True,
    ]


async def test_a_sample_that_is_refused_is_told_to_nobody(desk: Desk) -> None:
    await desk.route(desk.place())
    desk.discord.fail("POST", f"/channels/{desk.channel.id}/messages", status=400, code=50035)
    await desk.store(desk.event(sample_for=desk.place().key))
    await desk.router().route_waiting()
    await desk.deliver()
    assert told(desk) == []


@pytest.fixture
async def everybody_refused(desk: Desk) -> SignInNotices:
    """More owners than are told at once, and Fanvue has refused the tokens of all for long."""
    stores, luna = desk.stores, await desk.stores.connections.of_creator(LUNA)
    assert luna is not None
    for number in range(MOST_AT_ONCE + 5):
        creator, owner = CreatorId(f"creator-{number}"), DiscordUserId(desk.discord.add_user(f"owner{number}").id)
        account = FanvueAccount(creator, f"owner{number}", "", is_creator=True)
        await stores.connections.replace(
            replace(luna, id=ConnectionId(creator), owner=owner, account=account), f"sealed-{number}"
        )
        await stores.cursors.fail(creator, Source.CHATS, Cursor(NOW, None, Outcome.SIGN_IN, NOW))
    desk.clock.step(seconds=LONG.total_seconds())
    notices = Notices(desk.client, desk.direct, desk.client.owed)
    return SignInNotices(stores.sign_ins, notices.sign_in_refused, notices.sign_in_accepted, desk.clock)


async def test_where_fanvue_refuses_everybody_owners_are_told_some_at_a_time_and_once(
    desk: Desk, everybody_refused: SignInNotices
) -> None:
    told = []
    for _ in range(3):
        await everybody_refused.sweep()
        told.append(len(desk.posts()))
    assert told == [MOST_AT_ONCE, MOST_AT_ONCE + 5, MOST_AT_ONCE + 5]
    assert len({call.path for call in desk.posts()}) == MOST_AT_ONCE + 5, "each in their own direct messages"


async def test_a_discord_that_opens_no_direct_messages_is_not_asked_for_everybodys(
    desk: Desk, everybody_refused: SignInNotices
) -> None:
    shut = desk.discord.fail("POST", "/users/@me/channels", status=503, from_cloudflare=True, times=None)
    await everybody_refused.sweep()
    assert shut.hits == 1
    shut.remove()
    for _ in range(2):
        await everybody_refused.sweep()
    assert len(desk.posts()) == MOST_AT_ONCE + 5


@pytest.mark.parametrize("what", ["sign-in accepted", "grant died", "connecting was cut off"])
async def test_what_became_of_a_connection_is_not_said_twice_where_discords_answer_was_lost(
    desk: Desk, what: str
) -> None:
    stores, dm = desk.stores, await desk.direct.channel_of(desk.owner)
    notices, luna = Notices(desk.client, desk.direct, desk.client.owed), await stores.connections.of_creator(LUNA)
    assert luna is not None
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW))
    sweep: Callable[[], Awaitable[object]]
    if what == "connecting was cut off":
        sweep = partial(notices.cut_off, desk.owner, luna.features)
    elif what == "grant died":
        await stores.connections.replace(replace(luna, status=ConnectionStatus.DEAD), "sealed")
        sweep = Obituaries(stores.notices, stores.connections, notices.grant_died, desk.clock).catch_up
    else:
        assert await stores.sign_ins.claim(LUNA, NOW)
        told_by = (notices.sign_in_refused, notices.sign_in_accepted)
        sweep = SignInNotices(stores.sign_ins, *told_by, desk.clock).sweep
    desk.discord.fail("POST", f"/channels/{dm}/messages", status=503, after_applying=True)
    for _ in range(2):
        with suppress(DiscordDownError):
            await sweep()
    assert len(told(desk)) == 1
    assert len(desk.posts()) == 2
