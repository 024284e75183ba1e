"""A summary is in one process's hands at a time, and due again only when it was settled or let go."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from stored_examples import ANNA, BORIS, LUNA, MIRA, NOW, SOON, a_connection, a_subscription

from bot.domain.accounts import DiscordUserId
from bot.domain.briefs import Rhythm
from bot.storage import Stores

HOLD = timedelta(minutes=5)


@pytest.fixture
async def luna(stores: Stores) -> Stores:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    return stores


async def test_what_was_set_last_is_what_comes(luna: Stores) -> None:
    await luna.briefs.set(a_subscription())
    await luna.briefs.set(replace(a_subscription(), minute=600, due_at=SOON))
    assert await luna.briefs.of(ANNA, LUNA, Rhythm.MORNING) == replace(a_subscription(), minute=600, due_at=SOON)
    assert await luna.briefs.of(ANNA, LUNA, Rhythm.WEEKLY) is None
    assert await luna.briefs.due(NOW, 9) == []
    assert len(await luna.briefs.due(SOON, 9)) == 1


async def test_of_many_who_take_one_at_once_one_has_it_until_its_time_is_over(luna: Stores) -> None:
    one = a_subscription()
    await luna.briefs.set(one)
    taken = await asyncio.gather(*(luna.briefs.take(one, NOW, HOLD) for _ in range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    assert await luna.briefs.due(NOW, 9) == []
    assert await luna.briefs.due(NOW + HOLD, 9) == [one]
    assert await luna.briefs.take(one, NOW + HOLD, HOLD)


async def test_a_settled_one_is_due_the_next_time(luna: Stores) -> None:
    one = a_subscription()
    await luna.briefs.set(one)
    await luna.briefs.take(one, NOW, HOLD)
    await luna.briefs.settle(one, SOON)
    assert await luna.briefs.due(NOW, 9) == []
    assert [found.due_at for found in await luna.briefs.due(SOON, 9)] == [SOON]
    assert not await luna.briefs.take(one, SOON, HOLD)


async def test_what_was_changed_while_it_was_sent_stays_as_it_was_changed(luna: Stores) -> None:
    one = a_subscription()
    await luna.briefs.set(one)
    await luna.briefs.take(one, NOW, HOLD)
    changed = replace(one, minute=720, due_at=SOON)
    await luna.briefs.set(changed)
    await luna.briefs.settle(one, NOW + timedelta(days=9))
    assert await luna.briefs.of(ANNA, LUNA, Rhythm.MORNING) == changed


async def test_it_ends_with_the_creator_and_with_the_person(luna: Stores) -> None:
    await luna.connections.replace(a_connection(BORIS, MIRA), "sealed")
    for person, creator in ((ANNA, LUNA), (BORIS, LUNA), (BORIS, MIRA)):
        await luna.briefs.set(a_subscription(person, creator))
    await luna.briefs.forget(BORIS)
    assert [one.person for one in await luna.briefs.due(NOW, 9)] == [ANNA]
    assert (await luna.counts(ANNA))["briefs"] == 1
    await luna.forget(ANNA)
    assert await luna.briefs.due(NOW, 9) == []


async def test_stopping_says_whether_there_was_anything_to_stop(luna: Stores) -> None:
    await luna.briefs.set(a_subscription())
    assert await luna.briefs.remove(ANNA, LUNA, Rhythm.MORNING)
    assert not await luna.briefs.remove(ANNA, LUNA, Rhythm.MORNING)
    assert not await luna.briefs.remove(DiscordUserId(1), LUNA, Rhythm.WEEKLY)
