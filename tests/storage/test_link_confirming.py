"""Confirming hands the tokens over in one transaction: never in both places, never in none."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from stored_examples import (
    ANNA,
    BORIS,
    LUNA,
    MIRA,
    NOW,
    SOON,
    TEAM_CHANNEL,
    a_connection,
    a_pending,
    a_route,
    an_attempt,
    dm_of,
)

from bot.domain.accounts import ConnectionId
from bot.storage import Stores
from bot.storage.links import PendingConnection


async def waiting(stores: Stores, name: str = "a") -> PendingConnection:
    attempt = an_attempt(name)
    await stores.links.open(attempt)
    pending = a_pending(attempt, id=f"pending-{name}", sealed_tokens=f"sealed-{name}")
    await stores.links.save_pending(pending)
    return pending


async def sealed_of(stores: Stores, pending: PendingConnection) -> str:
    found = await stores.links.pending(pending.id)
    assert found is not None
    return found.sealed_tokens


async def test_the_tokens_move_from_the_pending_to_the_connection(stores: Stores) -> None:
    pending, new = await waiting(stores), a_connection()
    assert await stores.links.confirm(pending.id, new, NOW, kind="new") == []
    assert await stores.connections.sealed_tokens(new.id) == "sealed-a"
    assert await sealed_of(stores, pending) == ""


async def test_what_is_replaced_is_handed_back_with_its_tokens(stores: Stores) -> None:
    mine, theirs = a_connection(ANNA, MIRA), a_connection(BORIS, LUNA)
    await stores.connections.replace(mine, "mine")
    await stores.connections.replace(theirs, "theirs")
    replaced = await stores.links.confirm((await waiting(stores)).id, a_connection(), NOW, kind="move")
    assert replaced is not None
    assert sorted(replaced, key=lambda row: row[1]) == [(mine, "mine"), (theirs, "theirs")]


async def test_confirmations_that_race_have_one_winner(stores: Stores) -> None:
    pending = await waiting(stores)
    news = [a_connection(id=ConnectionId(f"c-{number}")) for number in range(8)]
    answers = await asyncio.gather(*(stores.links.confirm(pending.id, new, NOW, kind="new") for new in news))
    assert [answer for answer in answers if answer is not None] == [[]]
    held = await stores.connections.of_owner(ANNA)
    assert held is not None
    assert await stores.connections.sealed_tokens(held.id) == "sealed-a"


async def test_an_expired_settled_or_unknown_one_changes_nothing(stores: Stores) -> None:
    pending = await waiting(stores)
    assert await stores.links.confirm(pending.id, a_connection(), SOON, kind="new") is None
    assert await stores.links.confirm("another", a_connection(), NOW, kind="new") is None
    await stores.links.settle(pending.id, NOW, kind="new")
    assert await stores.links.confirm(pending.id, a_connection(), NOW, kind="new") is None
    assert await stores.connections.of_owner(ANNA) is None


async def test_a_failure_half_way_leaves_the_pending_as_it_was(stores: Stores) -> None:
    pending = await waiting(stores)
    taken = a_connection(BORIS, MIRA)
    await stores.connections.replace(taken, "theirs")
    with pytest.raises(IntegrityError):
        await stores.links.confirm(pending.id, a_connection(id=taken.id), NOW, kind="new")
    assert await sealed_of(stores, pending) == "sealed-a"
    assert await stores.links.confirm(pending.id, a_connection(), NOW, kind="new") == []


async def test_a_saved_pending_and_an_ended_attempt_keep_no_verifier(stores: Stores) -> None:
    for name, state in (("a", "s1"), ("b", "s2")):
        attempt = an_attempt(name, created_at=NOW + timedelta(seconds=ord(name)))
        await stores.links.open(attempt)
        await stores.links.go_on(attempt.id, browser_hash="b", state_hash=state, sealed_verifier="v", now=NOW)
    first, second = await stores.links.by_state("s1"), await stores.links.by_state("s2")
    assert first is not None
    assert second is not None
    await stores.links.save_pending(a_pending(second))
    await stores.links.end(first.id, NOW)
    for state in ("s1", "s2"):
        found = await stores.links.by_state(state)
        assert found is not None
        assert found.sealed_verifier is None
    ended = await stores.links.by_id(first.id)
    assert ended is not None
    assert ended.expires_at == NOW


async def test_first_places_are_set_with_it_unless_there_are_some(stores: Stores) -> None:
    by_dm, to_team = a_route(place=dm_of(ANNA)), a_route(place=TEAM_CHANNEL)
    await stores.links.confirm((await waiting(stores)).id, a_connection(), NOW, kind="new", first_routes=[by_dm])
    assert await stores.routes.of_creator(LUNA) == [by_dm]
    await stores.routes.remove(LUNA, by_dm.kind, by_dm.place)
    await stores.routes.set(to_team, NOW)
    again = await waiting(stores, "b")
    await stores.links.confirm(again.id, a_connection(), NOW, kind="widen", first_routes=[by_dm])
    assert await stores.routes.of_creator(LUNA) == [to_team]
