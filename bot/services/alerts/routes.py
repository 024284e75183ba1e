"""Where a creator's alerts go, with their fine print."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from bot.alerts.bell import Bell
from bot.alerts.sealing import seal_event
from bot.domain.access import Capability, Grant
from bot.domain.accounts import ChannelId, FanId
from bot.domain.alerts import OFF_SHIFT, Place, PlaceKind, Route
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, ScopeMissingError
from bot.domain.events import Event, EventKind, Fan
from bot.domain.money import Money
from bot.domain.rules import NO_WISHES, Wishes
from bot.domain.scopes import Scope
from bot.services.access import require
from bot.storage.audit import AuditLog
from bot.storage.deliveries.outbox import Outbox
from bot.storage.events import EventStore
from bot.storage.routes import RouteStore
from bot.storage.spenders import SpenderStore
from bot.vault.keyring import Keyring

CARD_KINDS = tuple(kind for kind in EventKind if kind.has_card)
MONEY_KINDS = frozenset({EventKind.TIP, EventKind.PURCHASE, EventKind.REFUND, EventKind.DISPUTE, EventKind.RENEWAL})
SALE_SCOPES = (frozenset({Scope.READ_CREATOR}), frozenset({Scope.READ_INSIGHTS}))
AUDIENCE_SCOPES = (frozenset({Scope.READ_CREATOR}), frozenset({Scope.READ_FAN}))
KIND_SCOPES = {
    EventKind.MESSAGE: (frozenset({Scope.READ_CHAT}),),
    EventKind.SUBSCRIBER: AUDIENCE_SCOPES,
    EventKind.RENEWAL: AUDIENCE_SCOPES,
    EventKind.CANCELLATION: AUDIENCE_SCOPES,
    EventKind.ENDED: AUDIENCE_SCOPES,
    EventKind.TIP: SALE_SCOPES,
    EventKind.PURCHASE: SALE_SCOPES,
    EventKind.REFUND: SALE_SCOPES,
    EventKind.DISPUTE: SALE_SCOPES,
}
"""What Fanvue must allow for us to hear of a kind: one of these sets is enough; other kinds need nothing."""
SPENDER_SCOPES = frozenset({Scope.READ_INSIGHTS, Scope.READ_FAN})
SAMPLE_FAN = Fan(FanId("sample"), "sample_fan", "Sample Fan")
SAMPLE_TEXT = "This is what a fan's words look like here."
SAMPLE_AMOUNT = Money(1234)


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """What goes to one place; all its rules rest together."""

    place: Place
    routes: Sequence[Route]

    @property
    def kinds(self) -> tuple[EventKind, ...]:
        """In the order people see them."""
        held = {route.kind for route in self.routes}
        return tuple(kind for kind in CARD_KINDS if kind in held)

    @property
    def shows_amounts(self) -> bool:
        """Whether everybody there may see amounts."""
        return any(route.shows_amounts for route in self.routes)

    @property
    def paused(self) -> str | None:
        """Why it rests; ``None`` while it works."""
        return next((route.pause.reason for route in self.routes if route.pause), None)

    def of(self, kind: EventKind | None) -> Sequence[Route]:
        """The rules of a kind; all of them for ``None``."""
        return [route for route in self.routes if kind is None or route.kind is kind]


class AlertsService:
    """Sets and shows rules; what a person may set is checked by the grant, the channel by the front door."""

    def __init__(
        self,
        *,
        routes: RouteStore,
        spenders: SpenderStore,
        events: EventStore,
        outbox: Outbox,
        audit: AuditLog,
        keyring: Keyring,
        stored: Bell,
        clock: Clock,
    ) -> None:
        self._routes = routes
        self._spenders = spenders
        self._events = events
        self._outbox = outbox
        self._audit = audit
        self._keyring = keyring
        self._stored = stored
        self._clock = clock

    async def routes(self, grant: Grant) -> Sequence[Route]:
        """Every route of the creator."""
        require(grant, Capability.ALERTS)
        return await self._routes.of_creator(grant.creator)

    async def places(self, grant: Grant) -> Sequence[PlaceRules]:
        """The creator's rules by place, the oldest place first."""
        by_place: dict[str, list[Route]] = {}
        for route in await self.routes(grant):
            by_place.setdefault(route.place.key, []).append(route)
        return [PlaceRules(entries[0].place, entries) for entries in by_place.values()]

    async def off_shift(self, grant: Grant) -> Mapping[str, int]:
        """How many of the creator's cards wait for somebody's next shift, by key of the place."""
        require(grant, Capability.ALERTS)
        unsent = await self._outbox.unsent(grant.creator, self._clock.now())
        return {one.place.key: one.count for one in unsent if one.reason == OFF_SHIFT and not one.is_dead}

    async def at(self, grant: Grant, place: Place) -> PlaceRules:
        """The creator's rules for a place; none of them when nothing goes there."""
        found = [entry for entry in await self.places(grant) if entry.place.key == place.key]
        return found[0] if found else PlaceRules(place, ())

    async def send_to(self, grant: Grant, place: Place, kinds: Iterable[EventKind], *, shows_amounts: bool) -> None:
        """Send these kinds of the creator's events to a place from now on; their fine print stays.

        ScopeMissingError when Fanvue does not allow us to hear of one of them.
        """
        self._check_place(grant, place)
        wanted = tuple(kinds)
        _require_scopes(grant, wanted)
        standing = await self.at(grant, place)
        for kind in wanted:
            await self._save(grant, place, kind, standing, shows_amounts=shows_amounts)
        await self._note(grant, "alerts on")

    async def choose_kinds(self, grant: Grant, place: Place, kinds: Collection[EventKind]) -> None:
        """Exactly these kinds go there from now on; ScopeMissingError as above, and nothing is changed then."""
        self._check_place(grant, place)
        standing = await self.at(grant, place)
        added = [kind for kind in kinds if kind not in standing.kinds]
        _require_scopes(grant, added)
        shows_amounts = place.kind is PlaceKind.DM or standing.shows_amounts
        for kind in added:
            await self._save(grant, place, kind, standing, shows_amounts=shows_amounts)
        await self.stop(grant, place, [kind for kind in standing.kinds if kind not in kinds])

    async def stop(self, grant: Grant, place: Place, kinds: Iterable[EventKind] = CARD_KINDS) -> None:
        """No longer send these kinds there."""
        self._check_place(grant, place)
        for kind in kinds:
            await self._routes.remove(grant.creator, kind, place)
        await self._note(grant, "alerts changed")

    async def change(self, grant: Grant, place: Place, kind: EventKind | None, **wishes: Any) -> None:
        """Change the fine print of one kind there, or of all; ``wishes`` are fields of Wishes."""
        self._check_place(grant, place)
        if wishes.get("spent") is not None or wishes.get("top_only"):
            _require(grant, SPENDER_SCOPES)
        for route in (await self.at(grant, place)).of(kind):
            changed = replace(route, set_by=grant.actor.user, wishes=replace(route.wishes, **wishes))
            await self._routes.set(changed, self._clock.now())
        await self._note(grant, "alerts changed")

    async def show_amounts(self, grant: Grant, place: Place, *, shows_amounts: bool) -> None:
        """Whether everybody at that place may see amounts."""
        self._check_place(grant, place)
        for route in (await self.at(grant, place)).routes:
            changed = replace(route, set_by=grant.actor.user, shows_amounts=shows_amounts)
            await self._routes.set(changed, self._clock.now())
        await self._note(grant, "alerts amounts")

    async def resume(self, grant: Grant, place: Place) -> None:
        """Send there again what rested; whoever does so answers for it from now on."""
        self._check_place(grant, place)
        for route in (await self.at(grant, place)).routes:
            await self._routes.set(replace(route, set_by=grant.actor.user, pause=None), self._clock.now())
        await self._note(grant, "alerts resumed")

    async def copy(self, grant: Grant, place: Place, rules: Sequence[Route]) -> bool:
        """The creator's rules for that place become like these of another; false when some kinds had to be left out.

        Those are the kinds that Fanvue does not allow us to hear of, or fine print about spending it does not tell.
        """
        self._check_place(grant, place)
        held = grant.connection.scopes
        kept = [route for route in rules if not _missing(held, route.kind)]
        if not held >= SPENDER_SCOPES:
            kept = [route for route in kept if not route.wishes.ask_for_spending]
        own = [replace(route, creator=grant.creator, set_by=grant.actor.user, pause=None) for route in kept]
        await self._routes.replace(grant.creator, place, own, self._clock.now())
        await self._note(grant, "alerts copied")
        return len(own) == len(rules)

    async def send_sample(self, grant: Grant, place: Place, kind: EventKind | None = None) -> EventKind:
        """A marked sample goes the way of a true event, to this place alone; its kind. BadInputError without a rule."""
        self._check_place(grant, place)
        standing = await self.at(grant, place)
        if not standing.routes:
            raise BadInputError("Nothing comes to this place yet: first pick what should, then send a sample.")
        if standing.paused:
            raise BadInputError("This place rests: resume it first, then send a sample.")
        chosen = kind if kind in standing.kinds else standing.kinds[0]
        now = self._clock.now()
        event = Event(
            key=f"sample:{grant.creator}:{uuid4()}",
            kind=chosen,
            creator=grant.creator,
            happened_at=now,
            fan=SAMPLE_FAN,
            text=SAMPLE_TEXT if chosen is EventKind.MESSAGE else None,
            amount=SAMPLE_AMOUNT if chosen in MONEY_KINDS else None,
            sample_for=place.key,
        )
        await self._events.add_many([seal_event(self._keyring, event, now)])
        self._stored.ring()
        await self._note(grant, "alerts sample")
        return chosen

    def own_dm(self, grant: Grant) -> Place:
        """The actor's own DM."""
        return Place(PlaceKind.DM, grant.actor.user)

    async def channel_gone(self, channel: ChannelId) -> int:
        """Discord says that a channel was deleted: what went there rests."""
        return await self._routes.pause_channel(channel, "the channel was deleted", self._clock.now())

    async def _save(
        self, grant: Grant, place: Place, kind: EventKind, standing: PlaceRules, *, shows_amounts: bool
    ) -> None:
        """A rule that is new at a place takes over what all its others there agree on."""
        own = standing.of(kind)
        wishes = own[0].wishes if own else shared_wishes(standing.routes)
        route = Route(grant.creator, kind, place, grant.actor.user, shows_amounts, wishes)
        await self._routes.set(route, self._clock.now())

    def _check_place(self, grant: Grant, place: Place) -> None:
        """Somebody's direct messages are theirs to change, and the creator's."""
        require(grant, Capability.ALERTS)
        if place.kind is PlaceKind.DM and place.target != grant.actor.user and not grant.is_owner:
            raise BadInputError("Only that person, or the creator, changes what comes to those direct messages.")

    async def _note(self, grant: Grant, action: str) -> None:
        await self._audit.write(grant.actor, grant.creator, action, "done", self._clock.now())


def shared_wishes(routes: Sequence[Route]) -> Wishes:
    """The fine print that all of these share; what differs is left out."""
    if not routes:
        return NO_WISHES
    first = routes[0].wishes
    agreed = {
        name: getattr(first, name)
        for name in Wishes.__slots__
        if all(getattr(route.wishes, name) == getattr(first, name) for route in routes)
    }
    return Wishes(**agreed)


def _require_scopes(grant: Grant, kinds: Iterable[EventKind]) -> None:
    held = grant.connection.scopes
    _raise_for(grant, frozenset[Scope]().union(*(_missing(held, kind) for kind in kinds)))


def _missing(held: frozenset[Scope], kind: EventKind) -> frozenset[Scope]:
    ways = KIND_SCOPES.get(kind, ())
    return frozenset() if not ways or any(way <= held for way in ways) else ways[0] - held


def _require(grant: Grant, scopes: frozenset[Scope]) -> None:
    _raise_for(grant, scopes - grant.connection.scopes)


def _raise_for(grant: Grant, missing: frozenset[Scope]) -> None:
    if missing:
        raise ScopeMissingError(missing, handle=grant.handle, is_owner=grant.is_owner)
