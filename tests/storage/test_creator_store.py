"""Who can be worked for: connected accounts, and the creators they manage, each reached by one connection."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from stored_examples import (
    ANNA,
    BORIS,
    CHATTER,
    LUNA,
    MIRA,
    NOW,
    TEAM_CHANNEL,
    a_connection,
    a_reply,
    a_route,
    an_event,
    routed,
)

from bot.domain.access import Capability, Right
from bot.domain.accounts import Connection, CreatorId, FanvueAccount, GuildId
from bot.domain.shifts import Shift
from bot.storage import Stores
from bot.storage.database import Database
from bot.storage.database.upgrade import run, to_head

AGENCY = CreatorId("33333333-agency")
ROSE = CreatorId("44444444-rose")
WEEK = (Shift(frozenset({0, 4}), time(22), time(6), ZoneInfo("Europe/Berlin")),)


def managed(creator: CreatorId, handle: str = "managed") -> FanvueAccount:
    return FanvueAccount(creator, handle, handle.title(), is_creator=True)


@pytest.fixture
async def agency(stores: Stores) -> Connection:
    connection = a_connection(BORIS, AGENCY)
    await stores.connections.replace(connection, "sealed-agency")
    await stores.creators.replace_managed(connection, [managed(MIRA, "mira"), managed(ROSE, "rose")], NOW)
    return connection


async def ids(stores: Stores) -> list[CreatorId]:
    return [one.id for one in await stores.creators.of_owner(BORIS)]


async def test_a_connected_account_is_a_creator_of_its_own(stores: Stores) -> None:
    connection = a_connection(ANNA, LUNA)
    await stores.connections.replace(connection, "sealed")
    (one,) = await stores.creators.of_owner(ANNA)
    assert (one.id, one.account, one.managed, one.connection) == (LUNA, connection.account, None, connection)


async def test_managed_creators_come_after_the_account_and_are_reached_by_it(
    stores: Stores, agency: Connection
) -> None:
    assert await ids(stores) == [AGENCY, MIRA, ROSE]
    one = await stores.creators.find(MIRA)
    assert one is not None
    assert (one.account.handle, one.managed, one.connection, one.owner) == ("mira", MIRA, agency, BORIS)
    assert await stores.connections.of_creator(MIRA) == agency
    assert await stores.connections.of_account(MIRA) is None


async def test_a_creator_no_longer_managed_goes_with_everything_that_hangs_on_them(
    stores: Stores, agency: Connection
) -> None:
    await stores.rights.give(Right(MIRA, CHATTER, Capability.REPLY, BORIS, NOW))
    await stores.shifts.set(MIRA, CHATTER, WEEK, NOW)
    await stores.routes.set(a_route(creator=MIRA, set_by=BORIS), NOW)
    await stores.default_creators.set(GuildId(1), None, MIRA)
    await routed(stores, "mira-1", TEAM_CHANNEL, creator=MIRA)
    await stores.replies.begin(a_reply("mira", creator=MIRA))
    await stores.creators.replace_managed(agency, [managed(ROSE, "rose")], NOW)
    assert await stores.creators.find(MIRA) is None
    assert await stores.rights.of(CHATTER) == []
    assert await stores.shifts.of_person(CHATTER) == {}
    assert await stores.routes.of_creator(MIRA) == []
    assert await stores.default_creators.of(GuildId(1), None) == []
    assert await stores.outbox.by_id(1) is None
    assert await stores.replies.by_source("message:mira") is None
    assert await ids(stores) == [AGENCY, ROSE]


async def test_whoever_stays_managed_keeps_what_hangs_on_them_and_gets_new_names(
    stores: Stores, agency: Connection
) -> None:
    await stores.rights.give(Right(MIRA, CHATTER, Capability.REPLY, BORIS, NOW))
    await stores.creators.replace_managed(agency, [managed(MIRA, "mira_new")], NOW)
    one = await stores.creators.find(MIRA)
    assert one is not None
    assert one.account.handle == "mira_new"
    assert await stores.rights.held(CHATTER, MIRA, Capability.REPLY)


async def test_a_creators_own_connection_wins_and_what_the_agency_had_given_ends(
    stores: Stores, agency: Connection
) -> None:
    await stores.rights.give(Right(MIRA, CHATTER, Capability.REPLY, BORIS, NOW))
    await stores.events.add_many([an_event("mira-1", MIRA)])
    own = a_connection(ANNA, MIRA)
    assert await stores.connections.replace(own, "sealed-own") == []
    assert await stores.rights.on(MIRA) == []
    assert await stores.events.unrouted(10) == []
    await stores.creators.replace_managed(agency, [managed(MIRA, "mira"), managed(ROSE)], NOW)
    one = await stores.creators.find(MIRA)
    assert one is not None
    assert (one.connection, one.managed) == (own, None)
    await stores.connections.delete(own.id)
    assert await stores.creators.find(MIRA) is None
    await stores.creators.replace_managed(agency, [managed(MIRA, "mira"), managed(ROSE)], NOW)
    again = await stores.creators.find(MIRA)
    assert again is not None
    assert again.connection == agency


async def test_of_two_agencies_the_first_keeps_a_creator(stores: Stores, agency: Connection) -> None:
    second = a_connection(ANNA, CreatorId("55555555-other"))
    await stores.connections.replace(second, "sealed-second")
    await stores.creators.replace_managed(second, [managed(MIRA, "theirs")], NOW)
    one = await stores.creators.find(MIRA)
    assert one is not None
    assert (one.connection, one.account.handle) == (agency, "mira")


async def test_all_of_an_agency_goes_with_its_connection(stores: Stores, agency: Connection) -> None:
    await stores.events.add_many([an_event("mira-1", MIRA)])
    await stores.connections.delete(agency.id)
    assert await ids(stores) == []
    assert await stores.events.unrouted(10) == []
    await stores.creators.replace_managed(agency, [managed(MIRA)], NOW)
    assert await stores.creators.find(MIRA) is None, "a list that comes after the end brings nobody back"


async def test_lists_are_asked_for_when_they_are_old_and_after_connecting_again(
    stores: Stores, agency: Connection
) -> None:
    assert await stores.creators.unseen_since(NOW) == []
    assert await stores.creators.is_seen_since(AGENCY, NOW)
    later = NOW + timedelta(minutes=30)
    assert await stores.creators.unseen_since(later) == [agency]
    assert not await stores.creators.is_seen_since(AGENCY, later)
    await stores.connections.replace(agency, "sealed-again")
    assert await stores.creators.unseen_since(NOW) == [agency]
    assert await ids(stores) == [AGENCY, MIRA, ROSE]


async def test_a_right_taken_back_takes_along_what_was_passed_on_and_the_shifts(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    for capability in (Capability.MANAGE, Capability.REPLY):
        await stores.rights.give(Right(MIRA, ANNA, capability, BORIS, NOW, may_pass_on=True))
    await stores.rights.give(Right(MIRA, CHATTER, Capability.REPLY, ANNA, NOW))
    await stores.shifts.set(MIRA, CHATTER, WEEK, NOW)
    assert await stores.rights.take(MIRA, ANNA, Capability.REPLY, NOW)
    assert await stores.rights.of(CHATTER) == []
    assert await stores.shifts.of(MIRA, CHATTER) == ()
    assert [right.capability for right in await stores.rights.of(ANNA)] == [Capability.MANAGE]


async def test_whoever_is_forgotten_takes_along_what_they_had_passed_on_and_its_shifts(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    for capability in (Capability.MANAGE, Capability.REPLY):
        await stores.rights.give(Right(MIRA, ANNA, capability, BORIS, NOW, may_pass_on=True))
    await stores.rights.give(Right(MIRA, CHATTER, Capability.REPLY, ANNA, NOW))
    await stores.shifts.set(MIRA, CHATTER, WEEK, NOW)
    await stores.rights.forget(ANNA)
    assert await stores.rights.on(MIRA) == []
    assert await stores.shifts.on(MIRA) == {}


async def test_rights_that_ran_out_are_let_go_with_the_shifts_they_had(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    for person, until in ((ANNA, None), (CHATTER, NOW)):
        await stores.rights.give(Right(MIRA, person, Capability.REPLY, BORIS, NOW, until))
        await stores.shifts.set(MIRA, person, WEEK, NOW)
    assert await stores.rights.purge(NOW - timedelta(microseconds=1)) == 0
    assert await stores.rights.purge(NOW) == 1
    assert [right.person for right in await stores.rights.on(MIRA)] == [ANNA]
    assert await stores.shifts.on(MIRA) == {ANNA: WEEK}


async def test_a_newcomer_takes_over_the_shifts_and_others_keep_theirs(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    await stores.rights.give(Right(MIRA, CHATTER, Capability.REPLY, BORIS, NOW))
    await stores.shifts.set(MIRA, CHATTER, WEEK, NOW)
    await stores.rights.hand_over(MIRA, CHATTER, ANNA, NOW)
    assert await stores.shifts.on(MIRA) == {ANNA: WEEK}
    await stores.rights.give(Right(MIRA, CHATTER, Capability.POST, BORIS, NOW))
    await stores.rights.hand_over(MIRA, ANNA, CHATTER, NOW)
    assert await stores.shifts.on(MIRA) == {}
    assert {right.capability for right in await stores.rights.of(CHATTER)} == {Capability.REPLY, Capability.POST}


async def test_what_stood_before_creators_were_apart_is_still_there_afterwards(bare_url: str) -> None:
    def to_second(config: object) -> None:
        from alembic import command  # noqa: PLC0415 - this test alone stops half way

        command.upgrade(config, "0002")

    await run(bare_url, to_second)
    async with Database.open(bare_url) as database, database.write() as connection:
        for statement in BEFORE:
            await connection.execute(text(statement))
    await run(bare_url, to_head)
    async with Database.open(bare_url) as database:
        stores = Stores(database)
        one = await stores.creators.find(LUNA)
        assert one is not None
        assert (one.account.handle, one.owner, one.managed) == ("luna", ANNA, None)
        (right,) = await stores.rights.on(LUNA)
        assert (right.person, right.capability, right.may_pass_on, right.guild) == (CHATTER, "reply", False, None)
        assert len(await stores.routes.of_creator(LUNA)) == 1


STAMP = "2026-07-01 12:00:00.000000"
BEFORE = (
    (
        "INSERT INTO connections (id, owner, creator_id, handle, display_name, is_creator, features, scopes, "
        "sealed_tokens, status, access_expires_at, refreshed_at, connected_at) VALUES "
        f"('c', {ANNA}, '{LUNA}', 'luna', 'Luna', true, '', '', 'sealed', 'active', '{STAMP}', '{STAMP}', '{STAMP}')"
    ),
    (
        "INSERT INTO rights (creator_id, person, capability, granted_by, granted_at) VALUES "
        f"('{LUNA}', {CHATTER}, 'reply', {ANNA}, '{STAMP}')"
    ),
    (
        "INSERT INTO routes (creator_id, kind, place_key, place_kind, target, set_by, shows_amounts, "
        "created_at) VALUES "
        f"('{LUNA}', 'message', 'dm:1', 'dm', 1, {ANNA}, true, '{STAMP}')"
    ),
)
