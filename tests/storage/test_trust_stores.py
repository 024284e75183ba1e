"""Uses are counted, pauses hold events back, servers that left are forgotten in time, cards are queued for deletion."""

from datetime import timedelta

from sqlalchemy import Table
from stored_examples import (
    ANNA,
    BORIS,
    LUNA,
    MIRA,
    NOW,
    TEAM_CHANNEL,
    a_card,
    a_connection,
    a_route,
    an_event,
    dm_of,
    leased,
    note_sent,
    routed,
)

from bot.domain.access import Actor, Capability, Right
from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId, MessageId
from bot.domain.events import EventKind
from bot.domain.scopes import Scope
from bot.domain.uses import Use, UseOutcome, period_of
from bot.storage import Stores
from bot.storage.departures import GOES
from bot.storage.schema import metadata
from bot.storage.uses import Tally

TEAM = GuildId(8001)
HOUR = NOW.replace(minute=0, second=0, microsecond=0)
KEEPS_ITS_GUILD = {"audit", "uses", "departures"}
"""Records of acts keep where they were done, until their own time is up."""


def a_use(
    actor: DiscordUserId | None = ANNA,
    creator: CreatorId = LUNA,
    operation: str = "sendMessage",
    scope: Scope = Scope.WRITE_CHAT,
    outcome: UseOutcome = UseOutcome.DONE,
) -> Use:
    return Use(creator, operation, frozenset({scope}), outcome, actor, TEAM, ChannelId(7001))


async def noted(stores: Stores, use: Use, times: int = 1, minutes: int = 0) -> None:
    at = NOW + timedelta(minutes=minutes)
    await stores.uses.add_many({(use, period_of(use, at)): Tally(times, at)})


async def test_uses_of_one_hour_are_one_row_with_a_count_and_the_last_time(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    for minute in range(50):
        await noted(stores, a_use(), times=2, minutes=minute)
    (found,) = await stores.uses.of_owner(ANNA, 0, 10)
    assert (found.count, found.last_at, found.use) == (100, NOW + timedelta(minutes=49), a_use())
    await noted(stores, a_use(), minutes=60)
    assert [one.count for one in await stores.uses.of_owner(ANNA, 0, 10)] == [1, 100]


async def test_the_bots_own_uses_of_one_day_are_one_row(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    for hours in range(11):
        await noted(stores, a_use(None), minutes=60 * hours)
    (found,) = await stores.uses.of_owner(ANNA, 0, 10)
    assert (found.count, found.use.actor, found.is_anonymous) == (11, None, False)


async def test_a_use_of_a_creator_nobody_has_connected_any_more_is_let_go_alone(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    gone = a_use(creator=MIRA)
    await stores.uses.add_many({(gone, HOUR): Tally(1, NOW), (a_use(), HOUR): Tally(1, NOW)})
    assert [one.use.creator for one in await stores.uses.by(BORIS, 0, 10)] == []
    assert [one.use.creator for one in await stores.uses.of_owner(ANNA, 0, 10)] == [LUNA]


async def test_people_see_their_own_creators_uses_and_their_own_acts_alone(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    await noted(stores, a_use(BORIS, LUNA))
    await noted(stores, a_use(BORIS, MIRA))
    assert [one.use.creator for one in await stores.uses.of_owner(ANNA, 0, 10)] == [LUNA]
    assert [one.use.creator for one in await stores.uses.by(BORIS, 0, 10)] == [LUNA]
    assert await stores.uses.by(ANNA, 0, 10) == []


async def test_each_scope_knows_what_used_it_last_and_a_refusal_is_no_use(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await noted(stores, a_use(BORIS))
    await noted(stores, a_use(ANNA, operation="createChat"), minutes=5)
    await noted(stores, a_use(ANNA, outcome=UseOutcome.REFUSED), minutes=9)
    await noted(stores, a_use(None, operation="listChats", scope=Scope.READ_CHAT), minutes=1)
    found = await stores.uses.last_by_scope(ANNA)
    assert {scope: (last.operation, last.actor) for scope, last in found.items()} == {
        Scope.WRITE_CHAT: ("createChat", ANNA),
        Scope.READ_CHAT: ("listChats", None),
    }


async def test_old_uses_and_acts_are_let_go(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await noted(stores, a_use())
    await stores.audit.write(Actor(ANNA, "anna"), LUNA, "reply", "sent", NOW)
    assert (await stores.uses.purge(HOUR), await stores.audit.purge(NOW)) == (0, 0)
    later = NOW + timedelta(seconds=1)
    assert (await stores.uses.purge(later), await stores.audit.purge(later)) == (1, 1)


async def test_what_ends_just_after_somebody_was_forgotten_does_not_name_them(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    await stores.forget(ANNA)
    await noted(stores, a_use(ANNA, MIRA))
    await stores.audit.write(Actor(ANNA, "anna", TEAM, ChannelId(1)), MIRA, "reply", "sent", NOW)
    await stores.dms.remember(ANNA, ChannelId(1))
    assert not any((await stores.export(ANNA)).values())
    (used,) = await stores.uses.of_owner(BORIS, 0, 10)
    (act,) = await stores.audit.of_owner(BORIS, NOW, 0, 10)
    assert (used.is_anonymous, used.use.guild, act.actor, act.guild) == (True, None, None, None)


async def test_whoever_connects_again_after_being_forgotten_is_known_again(stores: Stores) -> None:
    await stores.forget(ANNA)
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.audit.write(Actor(ANNA, "anna"), LUNA, "connect", "new", NOW)
    await noted(stores, a_use())
    (used,) = await stores.uses.of_owner(ANNA, 0, 10)
    assert used.use.actor == ANNA


async def test_forgetting_reaches_acts_with_an_account_that_was_disconnected_before(stores: Stores) -> None:
    held = a_connection(ANNA, LUNA)
    await stores.connections.replace(held, "sealed")
    await stores.audit.write(Actor(ANNA, "anna"), LUNA, "connect", "new", NOW)
    await stores.audit.write(Actor(BORIS, "boris"), LUNA, "reply", "sent", NOW)
    await stores.connections.delete(held.id)
    await stores.forget(ANNA)
    await stores.connections.replace(held, "sealed")
    assert await stores.audit.of_owner(ANNA, NOW, 0, 10) == []


async def test_a_paused_accounts_events_wait_and_others_go_on(stores: Stores) -> None:
    held = a_connection(ANNA, LUNA)
    await stores.connections.replace(held, "sealed")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    assert await stores.connections.pause(held.id, NOW)
    assert not await stores.connections.pause(held.id, NOW)
    await stores.events.add_many([an_event("l"), an_event("m", MIRA)])
    assert [event.key for event in await stores.events.unrouted(10)] == ["m"]
    assert (await stores.events.paused_of(ANNA), await stores.events.paused_of(BORIS)) == (1, 0)
    assert [one.account.id for one in await stores.connections.all_active()] == [MIRA]
    assert await stores.connections.pause(held.id, None)
    assert [event.key for event in await stores.events.unrouted(10)] == ["l", "m"]


async def test_what_waits_unsent_goes_back_at_a_pause_and_nothing_is_sent_twice(
    stores: Stores,
) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    event = await routed(stores, "k", TEAM_CHANNEL, dm_of(ANNA))
    sent, _ = await leased(stores)
    await note_sent(stores, a_card(sent, 500))
    untouched = await routed(stores, "k2", dm_of(BORIS))
    assert await stores.events.take_back(LUNA) == 1
    assert [one.id for one in await stores.events.unrouted(10)] == [untouched.id]
    assert await stores.events.take_back(LUNA, (await leased(stores, NOW + timedelta(minutes=2)))[0].id) == 1
    await stores.events.route_many([(event.id, [a_route(TEAM_CHANNEL), a_route(dm_of(ANNA))])], NOW)
    (again,) = await leased(stores, NOW + timedelta(minutes=3))
    assert again.place == dm_of(ANNA)


async def test_a_paused_accounts_events_end_after_a_month_too(stores: Stores) -> None:
    held = a_connection(ANNA, LUNA)
    await stores.connections.replace(held, "sealed")
    await stores.connections.pause(held.id, NOW)
    await stores.events.add_many([an_event("l")])
    assert await stores.events.purge_bodies(NOW + timedelta(seconds=1)) == 1
    await stores.connections.pause(held.id, None)
    assert await stores.events.unrouted(10) == []


async def test_cards_about_a_person_stay_queued_for_deletion_when_their_rows_are_gone(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    for number, (creator, place) in enumerate([(LUNA, TEAM_CHANNEL), (MIRA, dm_of(ANNA)), (MIRA, dm_of(BORIS))]):
        await routed(stores, f"k{number}", place, creator=creator)
        (delivery,) = await leased(stores)
        await note_sent(stores, a_card(delivery, 500 + number, creator))
    assert (await stores.removals.count(ANNA), await stores.removals.count(BORIS)) == (2, 2)
    assert await stores.removals.ask(ANNA, NOW) == 2
    await stores.forget(ANNA)
    assert [one.message for one in await stores.removals.next(10)] == [501, 500]
    await stores.removals.done(MessageId(501))
    assert [one.message for one in await stores.removals.next(10)] == [500]


async def remember_a_server(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.routes.set(a_route(TEAM_CHANNEL), NOW)
    await stores.routes.set(a_route(dm_of(ANNA)), NOW)
    await stores.rights.give(Right(LUNA, BORIS, Capability.REPLY, ANNA, NOW, guild=TEAM))
    await stores.default_creators.set(TEAM, None, LUNA)
    await routed(stores, "k", TEAM_CHANNEL)


async def test_a_server_that_left_gets_nothing_at_once_and_its_rules_are_kept(stores: Stores) -> None:
    await remember_a_server(stores)
    assert await stores.departures.known() == {TEAM}
    assert await stores.departures.note(TEAM, NOW)
    assert not await stores.departures.note(TEAM, NOW + timedelta(days=9)), "the first notice counts"
    assert [route.place for route in await stores.routes.for_event(LUNA, EventKind.MESSAGE)] == [dm_of(ANNA)]
    assert await stores.departures.all() == {TEAM: NOW}
    assert await stores.departures.undo(TEAM)
    resting = [route for route in await stores.routes.for_event(LUNA, EventKind.MESSAGE) if route.pause]
    assert [route.place for route in resting] == [TEAM_CHANNEL], "a click in the panel wakes them"


async def test_when_its_time_is_up_what_belongs_to_a_server_goes_and_nothing_else(stores: Stores) -> None:
    await remember_a_server(stores)
    await stores.departures.note(TEAM, NOW)
    assert await stores.departures.erase(NOW - timedelta(seconds=1)) == 0
    assert await stores.departures.known() == {TEAM}
    assert await stores.departures.erase(NOW) == 1
    assert await stores.departures.known() == set()
    assert await stores.departures.all() == {}
    assert [route.place for route in await stores.routes.of_creator(LUNA)] == [dm_of(ANNA)]


def test_every_table_that_names_a_server_is_either_emptied_with_it_or_says_why_not() -> None:
    naming: set[str] = {table.name for table in metadata.tables.values() if _names_a_server(table)}
    assert naming == {table.name for table in GOES} | KEEPS_ITS_GUILD


def _names_a_server(table: Table) -> bool:
    return any(column.name in {"guild", "guild_id"} for column in table.columns)
