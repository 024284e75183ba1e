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


async def test_whoever_lets_go_of_many_lets_go_of_their_own_alone(stores: Stores) -> None:
    await stores.leases.hold_many(["a", "b"], "h1", NOW, 60)
    await stores.leases.acquire("c", "h2", NOW, 60)
    await stores.leases.release_many(["a", "b", "c"], "h1")
    assert await stores.leases.live("", NOW, 60) == {"c": "h2"}
    await stores.leases.acquire("d", "a wrong clock", NOW + timedelta(days=1), 60)
    assert await stores.leases.live("", NOW, 60) == {"c": "h2"}
    assert await stores.leases.acquire("d", "h1", NOW, 60)


async def test_a_lease_that_ran_out_cannot_be_renewed(stores: Stores) -> None:
    await stores.leases.acquire("refresh", "h1", NOW, 60)
    assert not await stores.leases.renew("refresh", "h1", NOW + timedelta(seconds=60), 60)


async def test_leases_of_different_names_are_apart(stores: Stores) -> None:
    assert await stores.leases.acquire("one", "h1", NOW, 60)
    assert await stores.leases.acquire("two", "h2", NOW, 60)


async def test_a_lease_nobody_let_go_of_is_found_by_its_prefix_until_it_is_forgotten(stores: Stores) -> None:
    for name in ("refresh:a", "refresh:b", "refresh_c", "poll:a"):
        await stores.leases.acquire(name, "h1", NOW, 60)
    await stores.leases.release("refresh:b", "h1")
    later = NOW + timedelta(seconds=60)
    assert await stores.leases.run_out("refresh:", later - timedelta(seconds=1)) == []
    assert await stores.leases.run_out("refresh:", later) == ["refresh:a"]
    await stores.leases.forget("refresh:a", later)
    assert await stores.leases.run_out("refresh:", later) == []


async def test_a_lease_somebody_took_meanwhile_is_not_forgotten(stores: Stores) -> None:
    later = NOW + timedelta(seconds=60)
    await stores.leases.acquire("refresh:a", "h1", NOW, 60)
    await stores.leases.acquire("refresh:a", "h2", later, 60)
    await stores.leases.forget("refresh:a", later)
    assert not await stores.leases.acquire("refresh:a", "h3", later, 60)


async def test_where_nobody_else_can_run_all_leases_end_and_are_found(stores: Stores) -> None:
    await stores.leases.acquire("refresh:a", "h1", NOW, 60)
    await stores.leases.release_all()
    assert await stores.leases.run_out("refresh:", NOW) == ["refresh:a"]
    assert await stores.leases.acquire("refresh:a", "h2", NOW, 60)
