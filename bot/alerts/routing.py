"""Which places an event goes to; pure."""

from collections.abc import Iterable

from bot.domain.alerts import Route
from bot.domain.events import Event


def routes_for(event: Event, routes: Iterable[Route]) -> tuple[Route, ...]:
    """One route a place, of the event's creator and kind; none for kinds without a card."""
    if not event.kind.has_card:
        return ()
    chosen: dict[str, Route] = {}
    for route in routes:
        if route.creator == event.creator and route.kind is event.kind:
            chosen.setdefault(route.place.key, route)
    return tuple(chosen.values())
