"""What is owed to Fanvue is written down in the same transaction as the end that made it, and leaves only when done."""

from datetime import timedelta

import pytest
from stored_examples import ANNA, BORIS, LUNA, MIRA, NOW, SOON, a_connection, a_pending, an_attempt

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.storage import Stores


async def owed(stores: Stores) -> list[str]:
    return [row.sealed_tokens for row in await stores.revocations.due(NOW, 100)]


async def test_a_connection_that_goes_leaves_its_pair_behind(stores: Stores) -> None:
    connection = a_connection()
    await stores.connections.replace(connection, "sealed-luna")
    assert await owed(stores) == []
    assert await stores.connections.delete(connection.id) == "sealed-luna"
    assert await owed(stores) == ["sealed-luna"]
    assert await stores.connections.delete(connection.id) is None
    assert await owed(stores) == ["sealed-luna"]


@pytest.mark.parametrize(("owner", "creator"), [(ANNA, LUNA), (ANNA, MIRA), (BORIS, LUNA)])
async def test_whatever_a_connection_replaces_is_owed(stores: Stores, owner: DiscordUserId, creator: CreatorId) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed-old")
    await stores.connections.replace(a_connection(owner, creator), "sealed-new")
    assert await owed(stores) == ["sealed-old"]


async def test_confirming_owes_what_was_replaced_and_not_what_was_confirmed(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed-old")
    attempt = an_attempt()
    await stores.links.open(attempt)
    await stores.links.save_pending(a_pending(attempt))
    await stores.links.confirm("pending-p", a_connection(ANNA, LUNA), NOW, kind="widen")
    assert await owed(stores) == ["sealed-old"]


async def test_what_is_given_up_before_it_was_confirmed_is_owed(stores: Stores) -> None:
    attempt = an_attempt()
    await stores.links.open(attempt)
    await stores.links.save_pending(a_pending(attempt))
    assert await stores.links.settle("pending-p", NOW, kind="new")
    assert not await stores.links.settle("pending-p", NOW, kind="new")
    assert await owed(stores) == ["sealed-pending"]


async def test_a_person_who_is_forgotten_leaves_sealed_pairs_and_nothing_else(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed-luna")
    attempt = an_attempt()
    await stores.links.open(attempt)
    await stores.links.save_pending(a_pending(attempt))
    await stores.forget(ANNA)
    assert sorted(await owed(stores)) == ["sealed-luna", "sealed-pending"]


async def test_what_failed_waits_its_turn_behind_what_was_never_tried(stores: Stores) -> None:
    for name in ("first", "second"):
        await stores.revocations.add(name)
    first = (await stores.revocations.due(NOW, 1))[0]
    await stores.revocations.put_off(first, NOW, SOON)
    assert await owed(stores) == ["second"]
    later = await stores.revocations.due(SOON, 10)
    assert [(row.sealed_tokens, row.tries, row.first_tried_at) for row in later] == [
        ("second", 0, None),
        ("first", 1, NOW),
    ]
    await stores.revocations.put_off(later[1], SOON, SOON + timedelta(hours=1))
    (again,) = [row for row in await stores.revocations.due(SOON + timedelta(hours=1), 10) if row.tries]
    assert (again.tries, again.first_tried_at) == (2, NOW), "how long it is owed counts from the first try"


async def test_what_is_done_is_gone(stores: Stores) -> None:
    for name in ("one", "two", "three"):
        await stores.revocations.add(name)
    await stores.revocations.settle("two")
    await stores.revocations.settle("unknown")
    (one, three) = await stores.revocations.due(NOW, 10)
    await stores.revocations.remove(one.id)
    assert await owed(stores) == [three.sealed_tokens] == ["three"]


async def test_no_pair_shows_when_a_row_is_printed(stores: Stores) -> None:
    await stores.revocations.add("sealed-luna")
    assert "sealed-luna" not in repr(await stores.revocations.due(NOW, 1))
