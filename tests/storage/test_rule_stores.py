"""What rules ask for, what is muted, what is held: kept as it was said, through restarts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from stored_examples import (
    ANNA,
    BORIS,
    CHATTER,
    FAN,
    LATER,
    LUNA,
    MIRA,
    NOW,
    OTHER_CHANNEL,
    TEAM_CHANNEL,
    a_connection,
    a_mute,
    a_route,
    an_event,
    dm_of,
    leased,
)

from bot.domain.accounts import ChannelId, FanId, GuildId
from bot.domain.alerts import Dispatch
from bot.domain.events import EventKind
from bot.domain.rules import Bundle, Digest, MuteScope, MuteSubject, Pause, QuietHours, Spender, Wishes
from bot.storage import Stores

TOM = FanId("tom")
ALL_WISHES = Wishes(
    minimum=500,
    spent=10_000,
    role=99,
    is_silent=True,
    quiet=QuietHours(22 * 60, 7 * 60 + 30, lets_urgent=False),
    digest=Digest.DAILY,
    zone="Asia/Kathmandu",
)


@pytest.fixture
async def connected(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")


async def hold(stores: Stores, key: str, until: object, bundle: Bundle = Bundle.QUIET) -> None:
    await stores.events.add_many([an_event(key)])
    (stored,) = await stores.events.unrouted(1)
    dispatch = Dispatch(a_route(), until, bundle)  # type: ignore[arg-type]
    await stores.events.route_many([(stored.id, [dispatch])], NOW)


async def test_every_wish_of_a_rule_is_kept(stores: Stores, connected: None) -> None:
    await stores.routes.set(replace(a_route(), wishes=ALL_WISHES), NOW)
    (found,) = await stores.routes.of_creator(LUNA)
    assert found.wishes == ALL_WISHES
    assert found.set_at == NOW
    await stores.routes.set(a_route(), LATER)
    assert await stores.routes.of_creator(LUNA) == [a_route()]


async def test_a_rule_is_found_by_what_a_card_knows_of_it(stores: Stores, connected: None) -> None:
    await stores.routes.set(a_route(), NOW)
    assert await stores.routes.one(LUNA, EventKind.MESSAGE, TEAM_CHANNEL.key) == a_route()
    assert await stores.routes.one(LUNA, EventKind.TIP, TEAM_CHANNEL.key) is None


async def test_rules_of_a_deleted_channel_rest_with_the_first_reason_until_resumed(
    stores: Stores, connected: None
) -> None:
    await stores.routes.set(a_route(), NOW)
    await stores.routes.set(a_route(OTHER_CHANNEL), NOW)
    await stores.routes.set(a_route(dm_of(ANNA)), NOW)
    assert await stores.routes.pause_channel(ChannelId(TEAM_CHANNEL.target), "deleted", NOW) == 1
    assert await stores.routes.pause(TEAM_CHANNEL, "another reason", LATER) == 0
    rule = await stores.routes.one(LUNA, EventKind.MESSAGE, TEAM_CHANNEL.key)
    assert rule is not None
    assert rule.pause == Pause("deleted", NOW)
    assert [route.pause for route in await stores.routes.of_place(OTHER_CHANNEL)] == [None]
    await stores.routes.set(replace(rule, pause=None), LATER)
    assert await stores.routes.of_place(TEAM_CHANNEL) == [a_route()]


async def test_rules_of_a_server_the_bot_was_removed_from_rest_and_those_to_people_go_on(
    stores: Stores, connected: None
) -> None:
    for place in (TEAM_CHANNEL, OTHER_CHANNEL, dm_of(ANNA)):
        await stores.routes.set(a_route(place), NOW)
    await stores.departures.note(GuildId(8001), NOW)
    resting = {route.place.key: route.pause is not None for route in await stores.routes.of_creator(LUNA)}
    assert resting == {TEAM_CHANNEL.key: True, OTHER_CHANNEL.key: True, dm_of(ANNA).key: False}


async def test_what_is_held_blocks_nothing_and_comes_when_its_time_has_come(stores: Stores, connected: None) -> None:
    await hold(stores, "night", LATER)
    await stores.events.add_many([an_event("now")])
    (stored,) = await stores.events.unrouted(1)
    await stores.events.route_many([(stored.id, [a_route()])], NOW)
    assert [delivery.event_id for delivery in await leased(stores)] == [stored.id]
    assert await stores.outbox.wake(LATER - timedelta(microseconds=1)) == 0
    assert await stores.outbox.wake(LATER) == 1
    assert await stores.outbox.wake(LATER) == 0
    assert (await stores.outbox.counts())["due"] == 1


async def test_a_restart_leaves_held_what_is_held(stores: Stores, connected: None) -> None:
    await hold(stores, "night", LATER, Bundle.DAILY)
    await stores.take_over()
    assert (await stores.outbox.counts())["held"] == 1
    assert await leased(stores, LATER) == []
    await stores.outbox.wake(LATER)
    (delivery,) = await leased(stores, LATER)
    assert delivery.bundle is Bundle.DAILY


async def test_a_mute_holds_until_its_end_for_its_creator_alone(stores: Stores, connected: None) -> None:
    await stores.mutes.add(a_mute(), "sealed")
    await stores.mutes.add(a_mute(creator=MIRA, until=None), "sealed")
    assert await stores.mutes.holding([LUNA], NOW) == [a_mute()]
    assert await stores.mutes.holding([LUNA], LATER) == []
    assert await stores.mutes.holding([LUNA, MIRA], LATER) == [a_mute(creator=MIRA, until=None)]
    assert await stores.mutes.sweep(LATER) == 1


async def test_the_same_thing_muted_again_has_the_new_end(stores: Stores, connected: None) -> None:
    await stores.mutes.add(a_mute(), "sealed")
    await stores.mutes.add(a_mute(BORIS, id="again", until=None), "sealed")
    assert await stores.mutes.holding([LUNA], NOW) == [a_mute(BORIS, id="again", until=None)]


async def test_what_two_people_mute_for_themselves_are_two_mutes(stores: Stores, connected: None) -> None:
    for person in (ANNA, CHATTER):
        await stores.mutes.add(a_mute(person, scope=MuteScope.ME), f"sealed-{person}")
    assert len(await stores.mutes.holding([LUNA], NOW)) == 2
    assert await stores.mutes.remove(LUNA, a_mute(ANNA, scope=MuteScope.ME).id)
    assert not await stores.mutes.remove(MIRA, a_mute(CHATTER, scope=MuteScope.ME).id)
    assert [(mute.person, label) for mute, label in await stores.mutes.of_creator(LUNA, NOW)] == [
        (CHATTER, f"sealed-{CHATTER}")
    ]


async def test_a_mute_of_somebodys_messages_goes_when_they_are_forgotten(stores: Stores, connected: None) -> None:
    await stores.mutes.add(a_mute(BORIS, subject=MuteSubject.PLACE, value=f"dm:{CHATTER}"), "sealed")
    await stores.mutes.forget(CHATTER)
    assert await stores.mutes.holding([LUNA], NOW) == []


async def test_spending_is_known_from_a_list_and_unknown_without_or_with_an_old_one(
    stores: Stores, connected: None
) -> None:
    assert await stores.spenders.spent(LUNA, [FAN], NOW) == {}
    assert await stores.spenders.save(LUNA, {FAN: Spender(900, is_top=True)}, 0, NOW)
    assert await stores.spenders.spent(LUNA, [FAN, TOM], NOW) == {FAN: Spender(900, is_top=True), TOM: Spender(0)}
    assert await stores.spenders.spent(MIRA, [FAN], NOW) == {}
    assert await stores.spenders.spent(LUNA, [FAN], NOW + timedelta(days=3)) == {}


async def test_a_new_list_takes_the_place_of_the_old_one(stores: Stores, connected: None) -> None:
    await stores.spenders.save(LUNA, {FAN: Spender(900, is_top=True)}, 0, NOW)
    await stores.spenders.save(LUNA, {TOM: Spender(5000)}, 400, LATER)
    assert await stores.spenders.spent(LUNA, [FAN, TOM], LATER) == {FAN: Spender(400), TOM: Spender(5000)}
    assert await stores.spenders.read_at(LUNA) == LATER


async def test_a_list_of_a_creator_nobody_has_connected_is_not_kept(stores: Stores) -> None:
    assert not await stores.spenders.save(LUNA, {FAN: Spender(900, is_top=True)}, 0, NOW)
    assert await stores.spenders.read_at(LUNA) is None
