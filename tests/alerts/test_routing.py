"""Where an event goes: the whole truth table."""

from alert_desk import LUNA, NOW, Desk
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.routing import routes_for
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.events import Event, EventKind

CREATORS = st.sampled_from([LUNA, CreatorId("another")])
KINDS = st.sampled_from(EventKind)
PLACES = st.builds(Place, st.sampled_from(PlaceKind), st.integers(1, 3))
ROUTES = st.builds(Route, CREATORS, KINDS, PLACES, st.builds(DiscordUserId, st.integers(1, 3)), st.booleans())
EVENTS = st.builds(Event, st.just("key"), KINDS, CREATORS, st.just(NOW))


@given(EVENTS, st.lists(ROUTES, max_size=30))
def test_an_event_goes_exactly_to_the_places_of_its_creator_and_kind_once_each(
    event: Event, routes: list[Route]
) -> None:
    wanted = {
        route.place.key
        for route in routes
        if event.kind.has_card and (route.creator, route.kind) == (event.creator, event.kind)
    }
    chosen = [route.place.key for route in routes_for(event, routes)]
    assert sorted(chosen) == sorted(wanted)


@given(EVENTS, st.lists(ROUTES, max_size=30))
def test_of_several_routes_to_a_place_the_first_one_counts(event: Event, routes: list[Route]) -> None:
    for chosen in routes_for(event, routes):
        first = next(
            route
            for route in routes
            if (route.creator, route.kind, route.place.key) == (event.creator, event.kind, chosen.place.key)
        )
        assert chosen is first


async def test_each_event_becomes_a_delivery_for_each_of_its_places(desk: Desk) -> None:
    await desk.route(desk.place(), EventKind.MESSAGE, EventKind.TIP)
    await desk.route(desk.dm(), EventKind.MESSAGE)
    for kind in (EventKind.MESSAGE, EventKind.TIP, EventKind.FOLLOWER, EventKind.MESSAGE_READ):
        await desk.store(desk.event(kind=kind))
    assert await desk.router().route_waiting() == 4
    assert await desk.router().route_waiting() == 0
    assert sum((await desk.stores.outbox.counts()).values()) == 3


async def test_an_event_that_cannot_be_opened_holds_up_none_behind_it(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.store(desk.event("Poison"))
    (stored,) = await desk.stores.events.unrouted(1)
    assert await desk.stores.sealed.set("events", str(stored.id), expected=stored.sealed_body, sealed="damaged")
    await desk.happen("Sarah")
    await desk.deliver()
    assert desk.names() == ["Sarah"]


async def test_what_was_stored_before_a_restart_is_routed_after_it(desk: Desk) -> None:
    await desk.route(desk.place())
    await desk.store(desk.event("Sarah"))
    await desk.stores.take_over()
    await desk.router().route_waiting()
    await desk.deliver()
    assert desk.names() == ["Sarah"]
