"""How far Fanvue was read is kept, moves forward only, and goes with the creator."""

from datetime import timedelta

from stored_examples import ANNA, BORIS, LATER, LUNA, MIRA, NOW, SOON, a_connection, an_event

from bot.domain.accounts import ConnectionStatus, FanvueAccount
from bot.domain.catching_up import POLLED, Cursor, Outcome, Source
from bot.storage import Stores
from bot.storage.cursors import Note


async def connect(stores: Stores) -> None:
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed-luna")
    await stores.connections.replace(a_connection(BORIS, MIRA), "sealed-mira")


async def place_of(stores: Stores, source: Source = Source.CHATS) -> Cursor:
    return (await stores.cursors.of_creator(LUNA)).cursors[source]


async def test_a_cursor_moves_forward_only(stores: Stores) -> None:
    await connect(stores)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW))
    assert await place_of(stores) == Cursor(NOW)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW, LATER))
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(SOON, SOON))
    assert await place_of(stores) == Cursor(NOW, LATER)


async def test_trouble_keeps_the_place_and_since_when(stores: Stores) -> None:
    await connect(stores)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW, SOON))
    await stores.cursors.fail(LUNA, Source.CHATS, Cursor(NOW, None, Outcome.UNANSWERED, SOON))
    await stores.cursors.fail(LUNA, Source.CHATS, Cursor(NOW, None, Outcome.REFUSED, LATER))
    assert await place_of(stores) == Cursor(NOW, SOON, Outcome.REFUSED, SOON)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW, None))
    assert await place_of(stores) == Cursor(NOW, SOON)


async def test_each_list_of_each_creator_has_its_own_place(stores: Stores) -> None:
    await connect(stores)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW, SOON))
    await stores.cursors.fail(LUNA, Source.EARNINGS, Cursor(NOW, None, Outcome.MISSING, SOON))
    assert await place_of(stores, Source.EARNINGS) == Cursor(NOW, None, Outcome.MISSING, SOON)
    assert (await stores.cursors.of_creator(MIRA)).cursors == {}


async def test_looks_are_noted_for_many_at_once(stores: Stores) -> None:
    await connect(stores)
    await stores.cursors.note_polled([Note(LUNA, NOW, 60), Note(MIRA, NOW, 60)])
    await stores.cursors.note_polled([Note(LUNA, LATER, 900)])
    await stores.cursors.note_heard({LUNA: SOON})
    await stores.cursors.note_missed(LUNA, NOW)
    luna, mira = await stores.cursors.of_creator(LUNA), await stores.cursors.of_creator(MIRA)
    assert (luna.polled_at, luna.beat_seconds, luna.heard_at, luna.missed_at) == (LATER, 900, SOON, NOW)
    assert (mira.polled_at, mira.beat_seconds, mira.heard_at) == (NOW, 60, None)


async def test_what_is_noted_of_somebody_who_left_is_not_kept(stores: Stores) -> None:
    await connect(stores)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW, SOON))
    await stores.cursors.note_polled([Note(LUNA, NOW, 60)])
    await stores.connections.delete(a_connection(ANNA, LUNA).id)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW, LATER))
    await stores.cursors.note_polled([Note(LUNA, LATER, 60)])
    await stores.connections.replace(a_connection(ANNA, LUNA), "sealed-again")
    polling = await stores.cursors.of_creator(LUNA)
    assert (polling.polled_at, dict(polling.cursors)) == (None, {})


async def test_who_can_be_looked_at_comes_with_all_that_a_look_needs(stores: Stores) -> None:
    await connect(stores)
    await stores.cursors.move(LUNA, Source.CHATS, Cursor(NOW, SOON))
    agency = a_connection(ANNA, LUNA)
    managed = FanvueAccount(MIRA, "mira", "Mira", is_creator=True)
    await stores.connections.delete(a_connection(BORIS, MIRA).id)
    await stores.creators.replace_managed(agency, [managed], NOW)
    assert await stores.cursors.usable() == sorted([LUNA, MIRA])
    found = await stores.cursors.followed([LUNA, MIRA], NOW)
    assert {one.creator.managed for one in found.values()} == {None, MIRA}
    assert {one.sealed for one in found.values()} == {"sealed-luna"}
    assert found[LUNA].polling.cursors[Source.CHATS].read_to == SOON
    assert found[MIRA].polling.cursors == {}


async def test_who_is_new_is_found_and_who_is_dead_is_not(stores: Stores) -> None:
    await connect(stores)
    assert sorted(await stores.cursors.usable_since(NOW - timedelta(minutes=1))) == sorted([LUNA, MIRA])
    assert await stores.cursors.usable_since(NOW + timedelta(minutes=1)) == []
    await stores.connections.replace(a_connection(ANNA, LUNA, status=ConnectionStatus.DEAD), "sealed-luna")
    assert await stores.cursors.usable() == [MIRA]


async def test_only_webhooks_are_heard(stores: Stores) -> None:
    await connect(stores)
    await stores.arrivals.keep([an_event("a"), an_event("b", received_at=SOON), an_event("c", MIRA, topic=POLLED)])
    assert await stores.cursors.heard_since(NOW - timedelta(seconds=1)) == {LUNA: (2, SOON)}
    assert await stores.cursors.heard_since(NOW) == {LUNA: (1, SOON)}


async def test_many_leases_are_held_at_once_by_one_each(stores: Stores) -> None:
    assert await stores.leases.hold_many(["a", "b"], "h1", NOW, 30) == {"a", "b"}
    assert await stores.leases.hold_many(["b", "c"], "h2", NOW, 30) == {"c"}
    assert await stores.leases.hold_many(["a", "b", "c"], "h1", SOON, 30) == {"a", "b", "c"}
    assert await stores.leases.live("", SOON, 30) == {"a": "h1", "b": "h1", "c": "h1"}
    assert await stores.leases.live("", LATER, 30) == {}
