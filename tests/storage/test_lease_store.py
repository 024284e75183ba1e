"""A named lease has one holder at a time."""

import asyncio
from datetime import timedelta

from stored_examples import NOW

from bot.storage import Stores


async def test_a_lease_raced_by_twenty_has_one_holder(stores: Stores) -> None:
    answers = await asyncio.gather(*(stores.leases.acquire("refresh", f"h{number}", NOW, 60) for number in range(20)))
    assert sorted(answers) == [False] * 19 + [True]


async def test_a_lease_is_free_again_when_released_or_run_out(stores: Stores) -> None:
    assert await stores.leases.acquire("refresh", "h1", NOW, 60)
    assert not await stores.leases.acquire("refresh", "h2", NOW + timedelta(seconds=59), 60)
    assert await stores.leases.acquire("refresh", "h2", NOW + timedelta(seconds=60), 60)
    await stores.leases.release("refresh", "h2")
    assert await stores.leases.acquire("refresh", "h3", NOW + timedelta(seconds=61), 60)


async def test_only_the_holder_can_renew_or_release(stores: Stores) -> None:
    await stores.leases.acquire("refresh", "h1", NOW, 60)
    assert not await stores.leases.renew("refresh", "h2", NOW, 60)
    await stores.leases.release("refresh", "h2")
    assert await stores.leases.renew("refresh", "h1", NOW + timedelta(seconds=30), 60)
    assert not await stores.leases.acquire("refresh", "h2", NOW + timedelta(seconds=89), 60)


async def test_a_lease_that_ran_out_cannot_be_renewed(stores: Stores) -> None:
    await stores.leases.acquire("refresh", "h1", NOW, 60)
    assert not await stores.leases.renew("refresh", "h1", NOW + timedelta(seconds=60), 60)


async def test_leases_of_different_names_are_apart(stores: Stores) -> None:
    assert await stores.leases.acquire("one", "h1", NOW, 60)
    assert await stores.leases.acquire("two", "h2", NOW, 60)
