"""An owner is told of a dead account once a day at most, and not at all of one that lives or is gone."""

import asyncio
from datetime import timedelta

import pytest
from stored_examples import ANNA, BORIS, LATER, LUNA, MIRA, NOW, a_connection

from bot.domain.accounts import Connection, ConnectionStatus
from bot.domain.catching_up import Cursor, Outcome, Source
from bot.storage import Stores

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
async def dead(stores: Stores) -> Connection:
    connection = a_connection(ANNA, LUNA, status=ConnectionStatus.DEAD)
    await stores.connections.replace(connection, "sealed")
    return connection


async def test_a_notice_raced_by_twenty_is_given_by_one(stores: Stores, dead: Connection) -> None:
    answers = await asyncio.gather(*(stores.notices.claim(LUNA, NOW) for _ in range(20)))
    assert sorted(answers) == [False] * 19 + [True]


async def test_a_day_later_there_may_be_another_and_not_before(stores: Stores, dead: Connection) -> None:
    assert await stores.notices.claim(LUNA, NOW)
    assert not await stores.notices.claim(LUNA, NOW + DAY - INSTANT)
    assert await stores.notices.claim(LUNA, NOW + DAY)


async def test_one_written_under_a_clock_days_ahead_counts_for_nothing(stores: Stores, dead: Connection) -> None:
    assert await stores.notices.claim(LUNA, NOW + 3 * DAY)
    assert await stores.notices.claim(LUNA, NOW)


async def test_an_account_that_lives_or_is_unknown_has_none(stores: Stores) -> None:
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")
    assert not await stores.notices.claim(MIRA, NOW)
    assert not await stores.notices.claim(LUNA, NOW)
    assert await stores.notices.untold(NOW) == []


async def test_what_was_let_go_of_can_be_given_at_once(stores: Stores, dead: Connection) -> None:
    assert await stores.notices.claim(LUNA, NOW)
    await stores.notices.release(LUNA)
    assert await stores.notices.claim(LUNA, NOW)


async def test_a_death_nobody_was_told_of_is_found_until_it_is_told(stores: Stores, dead: Connection) -> None:
    assert await stores.notices.untold(NOW) == [dead.id]
    await stores.notices.claim(LUNA, NOW)
    assert await stores.notices.untold(NOW + INSTANT) == []
    assert await stores.notices.untold(NOW + 30 * DAY) == [], "one death, one notice"


async def test_a_second_death_is_found_once_the_day_is_over(stores: Stores, dead: Connection) -> None:
    await stores.notices.claim(LUNA, NOW)
    again = a_connection(ANNA, LUNA, status=ConnectionStatus.DEAD, refreshed_at=LATER)
    await stores.connections.replace(again, "sealed anew")
    assert await stores.notices.untold(NOW + DAY - INSTANT) == []
    assert await stores.notices.untold(NOW + DAY) == [again.id]


async def test_a_notice_goes_with_its_connection(stores: Stores, dead: Connection) -> None:
    await stores.notices.claim(LUNA, NOW)
    await stores.connections.delete(dead.id)
    await stores.connections.replace(dead, "sealed")
    assert await stores.notices.claim(LUNA, NOW)


async def test_a_refused_sign_in_stands_until_it_is_over_and_is_claimed_by_one(stores: Stores) -> None:
    connection = a_connection(ANNA, LUNA)
    await stores.connections.replace(connection, "sealed")
    await stores.cursors.fail(LUNA, Source.NOTIFICATIONS, Cursor(NOW, None, Outcome.SIGN_IN, NOW))
    assert await stores.sign_ins.standing(NOW - INSTANT) == []
    (found,) = await stores.sign_ins.standing(NOW)
    assert (found.connection.id, found.is_told, found.refused_since) == (connection.id, False, NOW)
    claims = await asyncio.gather(*(stores.sign_ins.claim(LUNA, NOW) for _ in range(20)))
    assert sorted(claims) == [False] * 19 + [True]
    await stores.cursors.move(LUNA, Source.NOTIFICATIONS, Cursor(NOW, LATER))
    (found,) = await stores.sign_ins.standing(NOW)
    assert (found.is_told, found.troubles, found.refused_since) == (True, [None], None)
    await stores.connections.delete(connection.id)
    assert await stores.sign_ins.standing(NOW) == []
    assert not await stores.sign_ins.claim(LUNA, NOW)
    assert not await stores.sign_ins.release(LUNA)
