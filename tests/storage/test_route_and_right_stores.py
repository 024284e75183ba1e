"""Routes and rights belong to a connection."""

from datetime import datetime, timedelta

import pytest
from stored_examples import ANNA, BORIS, CHATTER, LATER, LUNA, MIRA, NOW, TEAM_CHANNEL, a_connection, a_route, dm_of

from bot.domain.access import Capability, Right
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.errors import UnknownCreatorError
from bot.domain.events import EventKind
from bot.storage import Stores


@pytest.fixture
async def connected(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed")


def a_right(capability: Capability = Capability.REPLY, **changes: object) -> Right:
    values: dict[str, object] = {
        "creator": LUNA,
        "person": CHATTER,
        "capability": capability,
        "granted_by": ANNA,
        "granted_at": NOW,
    }
    return Right(**(values | changes))  # type: ignore[arg-type]


async def test_a_route_set_again_is_changed_not_doubled(stores: Stores, connected: None) -> None:
    await stores.routes.set(a_route(), NOW)
    await stores.routes.set(a_route(set_by=CHATTER, shows_amounts=True), LATER)
    assert await stores.routes.of_creator(LUNA) == [a_route(set_by=CHATTER, shows_amounts=True)]


async def test_routes_are_found_by_creator_kind_and_place(stores: Stores, connected: None) -> None:
    tip, message = a_route(kind=EventKind.TIP), a_route()
    private, other = a_route(dm_of(ANNA)), a_route(creator=MIRA, set_by=BORIS)
    for number, route in enumerate((tip, message, private, other)):
        await stores.routes.set(route, NOW + timedelta(seconds=number))
    assert await stores.routes.of_creator(LUNA) == [tip, message, private]
    assert await stores.routes.for_event(LUNA, EventKind.MESSAGE) == [message, private]
    assert await stores.routes.of_place(TEAM_CHANNEL) == [tip, message, other]


async def test_removing_a_route_removes_that_one(stores: Stores, connected: None) -> None:
    await stores.routes.set(a_route(kind=EventKind.TIP), NOW)
    await stores.routes.set(a_route(), NOW)
    assert await stores.routes.remove(LUNA, EventKind.MESSAGE, TEAM_CHANNEL)
    assert not await stores.routes.remove(LUNA, EventKind.MESSAGE, TEAM_CHANNEL)
    assert await stores.routes.of_creator(LUNA) == [a_route(kind=EventKind.TIP)]


async def test_nothing_can_be_set_or_given_for_an_account_nobody_has_connected(stores: Stores) -> None:
    with pytest.raises(UnknownCreatorError):
        await stores.routes.set(a_route(), NOW)
    with pytest.raises(UnknownCreatorError):
        await stores.rights.give(a_right())


async def holds(stores: Stores, person: DiscordUserId, creator: CreatorId, what: Capability, at: datetime) -> bool:
    right = await stores.rights.held(person, creator, what)
    return right is not None and right.holds_at(at)


async def test_a_right_holds_for_that_person_creator_and_capability_alone(stores: Stores, connected: None) -> None:
    await stores.rights.give(a_right())
    assert await holds(stores, CHATTER, LUNA, Capability.REPLY, NOW)
    assert not await holds(stores, BORIS, LUNA, Capability.REPLY, NOW)
    assert not await holds(stores, CHATTER, MIRA, Capability.REPLY, NOW)
    assert not await holds(stores, CHATTER, LUNA, Capability.POST, NOW)


async def test_a_right_with_an_end_holds_until_just_before_it(stores: Stores, connected: None) -> None:
    await stores.rights.give(a_right(until=LATER))
    assert await holds(stores, CHATTER, LUNA, Capability.REPLY, LATER - timedelta(microseconds=1))
    assert not await holds(stores, CHATTER, LUNA, Capability.REPLY, LATER)


async def test_a_right_given_again_has_the_new_end(stores: Stores, connected: None) -> None:
    await stores.rights.give(a_right(until=NOW))
    await stores.rights.give(a_right(until=None))
    assert await stores.rights.of(CHATTER) == [a_right(until=None)]


async def test_a_right_taken_back_is_gone(stores: Stores, connected: None) -> None:
    await stores.rights.give(a_right())
    await stores.rights.give(a_right(Capability.POST))
    assert await stores.rights.take(LUNA, CHATTER, Capability.REPLY, NOW)
    assert not await stores.rights.take(LUNA, CHATTER, Capability.REPLY, NOW)
    assert await stores.rights.on(LUNA) == [a_right(Capability.POST)]
