"""Connections: one an owner, one a creator; whatever replaces them leaves nothing behind."""

import asyncio
from datetime import timedelta

from stored_examples import (
    ANNA,
    BORIS,
    CHATTER,
    LATER,
    LUNA,
    MIRA,
    NOW,
    TEAM_CHANNEL,
    a_card,
    a_connection,
    a_reply,
    a_route,
    an_event,
    leased,
    note_sent,
    routed,
)

from bot.domain.access import Capability, Right
from bot.domain.accounts import Connection, ConnectionStatus, CreatorId, DiscordUserId
from bot.domain.scopes import Scope
from bot.storage import Stores


async def connected(stores: Stores, owner: DiscordUserId = ANNA, creator: CreatorId = LUNA) -> Connection:
    connection = a_connection(owner, creator)
    assert await stores.connections.replace(connection, f"sealed-{owner}") == []
    return connection


async def furnished(stores: Stores, connection: Connection) -> int:
    """Everything that can hang on a connection; returns the delivery."""
    creator = connection.account.id
    await stores.routes.set(a_route(creator=creator), NOW)
    await stores.rights.give(Right(creator, CHATTER, Capability.REPLY, connection.owner, NOW))
    await routed(stores, f"waiting-{creator}", TEAM_CHANNEL, creator=creator)
    (delivery,) = await leased(stores)
    await note_sent(stores, a_card(delivery, 500, creator))
    await stores.replies.begin(a_reply(f"r-{creator}", creator=creator))
    return delivery.id


async def hangs_on(stores: Stores, creator: CreatorId, delivery: int) -> list[bool]:
    return [
        bool(await stores.routes.of_creator(creator)),
        bool(await stores.rights.on(creator)),
        await stores.outbox.by_id(delivery) is not None,
        bool(await stores.cards.siblings(delivery)),
        await stores.replies.by_source(f"message:r-{creator}") is not None,
    ]


async def test_a_connection_comes_back_as_it_went_in(stores: Stores) -> None:
    connection = await connected(stores)
    assert await stores.connections.of_owner(ANNA) == connection
    assert await stores.connections.of_creator(LUNA) == connection
    assert await stores.connections.by_id(connection.id) == connection
    assert await stores.connections.sealed_tokens(connection.id) == f"sealed-{ANNA}"
    assert await stores.connections.of_owner(BORIS) is None


async def test_connecting_the_same_account_again_keeps_what_hangs_on_it(stores: Stores) -> None:
    connection = await connected(stores)
    delivery = await furnished(stores, connection)
    wider = a_connection(scopes=connection.scopes | {Scope.WRITE_POST}, refreshed_at=LATER)
    assert await stores.connections.replace(wider, "sealed-new") == [(connection, f"sealed-{ANNA}")]
    assert await stores.connections.of_owner(ANNA) == wider
    assert await stores.connections.sealed_tokens(wider.id) == "sealed-new"
    assert all(await hangs_on(stores, LUNA, delivery))


async def test_connecting_again_revives_a_dead_connection(stores: Stores) -> None:
    connection = await connected(stores)
    await stores.connections.mark_dead(connection.id)
    await stores.connections.replace(a_connection(), "sealed-new")
    assert await stores.connections.all_active() == [connection]


async def test_an_account_that_moves_leaves_nothing_of_the_old_owners(stores: Stores) -> None:
    connection = await connected(stores)
    delivery = await furnished(stores, connection)
    moved = a_connection(BORIS, LUNA)
    assert await stores.connections.replace(moved, "sealed-moved") == [(connection, f"sealed-{ANNA}")]
    assert await stores.connections.of_owner(ANNA) is None
    assert await stores.connections.of_creator(LUNA) == moved
    assert not any(await hangs_on(stores, LUNA, delivery))


async def test_another_account_takes_the_place_of_the_first(stores: Stores) -> None:
    connection = await connected(stores)
    delivery = await furnished(stores, connection)
    await stores.connections.replace(a_connection(ANNA, MIRA), "sealed-mira")
    assert await stores.connections.of_creator(LUNA) is None
    assert not any(await hangs_on(stores, LUNA, delivery))


async def test_taking_over_another_persons_account_ends_both_old_connections(stores: Stores) -> None:
    anna, boris = await connected(stores, ANNA, LUNA), await connected(stores, BORIS, MIRA)
    removed = await stores.connections.replace(a_connection(ANNA, MIRA), "sealed")
    assert {old.id for old, _ in removed} == {anna.id, boris.id}
    assert len(await stores.connections.all_active()) == 1


async def test_connecting_the_same_account_from_ten_places_at_once_leaves_one(stores: Stores) -> None:
    people = [DiscordUserId(100 + number) for number in range(10)]
    results = await asyncio.gather(
        *(stores.connections.replace(a_connection(person, LUNA), f"sealed-{person}") for person in people)
    )
    removed = [old.owner for result in results for old, _ in result]
    (left,) = await stores.connections.all_active()
    assert sorted([*removed, left.owner]) == people


async def test_deleting_returns_the_tokens_once_and_leaves_nothing(stores: Stores) -> None:
    connection = await connected(stores)
    delivery = await furnished(stores, connection)
    answers = await asyncio.gather(*(stores.connections.delete(connection.id) for _ in range(5)))
    assert [answer for answer in answers if answer] == [f"sealed-{ANNA}"]
    assert await stores.connections.by_id(connection.id) is None
    assert await stores.connections.sealed_tokens(connection.id) is None
    assert not any(await hangs_on(stores, LUNA, delivery))


async def test_deleting_one_connection_leaves_the_others(stores: Stores) -> None:
    anna, boris = await connected(stores, ANNA, LUNA), await connected(stores, BORIS, MIRA)
    delivery = await furnished(stores, boris)
    await stores.connections.delete(anna.id)
    assert all(await hangs_on(stores, MIRA, delivery))


async def refresh(stores: Stores, connection: Connection, expected: str, sealed: str) -> bool:
    return await stores.connections.store_refreshed(
        connection.id,
        expected_sealed=expected,
        sealed=sealed,
        access_expires_at=LATER + timedelta(hours=1),
        refreshed_at=LATER,
        scopes=frozenset({Scope.READ_SELF}),
    )


async def test_a_refreshed_pair_takes_the_place_of_the_one_it_came_from(stores: Stores) -> None:
    connection = await connected(stores)
    assert await refresh(stores, connection, f"sealed-{ANNA}", "sealed-2")
    stored = await stores.connections.by_id(connection.id)
    assert stored is not None
    assert (stored.refreshed_at, stored.access_expires_at) == (LATER, LATER + timedelta(hours=1))
    assert stored.scopes == {Scope.READ_SELF}
    assert await stores.connections.sealed_tokens(connection.id) == "sealed-2"


async def test_a_refresh_that_does_not_say_scopes_keeps_them(stores: Stores) -> None:
    connection = await connected(stores)
    await stores.connections.store_refreshed(
        connection.id,
        expected_sealed=f"sealed-{ANNA}",
        sealed="sealed-2",
        access_expires_at=LATER,
        refreshed_at=LATER,
        scopes=None,
    )
    stored = await stores.connections.by_id(connection.id)
    assert stored is not None
    assert stored.scopes == connection.scopes


async def test_a_refresh_that_comes_too_late_stores_nothing(stores: Stores) -> None:
    connection = await connected(stores)
    await stores.connections.replace(a_connection(), "sealed-connected-again")
    assert not await refresh(stores, connection, f"sealed-{ANNA}", "sealed-late")
    assert await stores.connections.sealed_tokens(connection.id) == "sealed-connected-again"
    await stores.connections.delete(connection.id)
    assert not await refresh(stores, connection, "sealed-connected-again", "sealed-late")


async def test_a_grant_dies_once(stores: Stores) -> None:
    connection = await connected(stores)
    answers = await asyncio.gather(*(stores.connections.mark_dead(connection.id) for _ in range(10)))
    assert sorted(answers) == [False] * 9 + [True]
    stored = await stores.connections.by_id(connection.id)
    assert stored is not None
    assert stored.status is ConnectionStatus.DEAD
    assert await stores.connections.all_active() == []
    assert (await stores.figures())["fanvue_connections"] == {"active": 0, "dead": 1}


async def test_connecting_refreshing_alerting_and_disconnecting_at_once_never_block_each_other(stores: Stores) -> None:
    people = [DiscordUserId(100 + number) for number in range(8)]

    async def live(person: DiscordUserId) -> None:
        connection = a_connection(person, LUNA if person % 2 else MIRA)
        await stores.connections.replace(connection, f"sealed-{person}")
        await refresh(stores, connection, f"sealed-{person}", "sealed-2")
        await stores.events.add_many([an_event(f"k{person}", connection.account.id)])
        for event in await stores.events.unrouted(10):
            await stores.events.route_many([(event.id, [a_route()])], NOW)
        for delivery in await leased(stores, holder=str(person)):
            await note_sent(stores, a_card(delivery, person), holder=str(person))
        await stores.connections.delete(connection.id)

    await asyncio.gather(*(live(person) for person in people))
    assert await stores.connections.all_active() == []


async def test_disconnecting_while_the_account_moves_ends_with_the_new_owner_alone(stores: Stores) -> None:
    for _ in range(5):
        old, new = a_connection(ANNA, LUNA), a_connection(BORIS, LUNA)
        await stores.connections.replace(old, "sealed-old")
        deletions = (stores.connections.delete(old.id) for _ in range(4))
        replaced, *deleted = await asyncio.gather(stores.connections.replace(new, "sealed-new"), *deletions)
        assert [sealed for _, sealed in replaced] + [sealed for sealed in deleted if sealed] == ["sealed-old"]
        assert await stores.connections.all_active() == [new]
        await stores.connections.delete(new.id)
