"""Which places an event goes to, and when; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.accounts import DiscordUserId, FanId
from bot.domain.alerts import Dispatch, PlaceKind, Route
from bot.domain.events import Event
from bot.domain.rules import Bundle, Mute, MuteScope, MuteSubject, Spender


class Why(StrEnum):
    """What decided about one rule."""

    WANTED = "wanted"
    SAMPLE = "sample"
    QUIET = "quiet"
    DIGEST = "digest"
    PAUSED = "paused"
    MUTED = "muted"
    TOO_SMALL = "too small"
    NO_TOP_SPENDER = "no top spender"
    NOT_TESTED = "not tested"


HELD = frozenset({Why.QUIET, Why.DIGEST})
SENT = frozenset({Why.WANTED, Why.SAMPLE})


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an event at one rule's place: sent now, held until later, or nothing."""

    route: Route
    why: Why
    held_until: datetime | None = None
    bundle: Bundle | None = None

    @property
    def dispatch(self) -> Dispatch | None:
        """What to deliver; ``None`` when nothing goes there."""
        if self.why in SENT or self.why in HELD:
            return Dispatch(self.route, self.held_until, self.bundle)
        return None


def decide(
    event: Event,
    routes: Iterable[Route],
    now: datetime,
    *,
    mutes: Iterable[Mute] = (),
    spent: Mapping[FanId, Spender] | None = None,
) -> tuple[Decision, ...]:
    """One decision a place, by its first rule for this creator and kind; none for kinds without a card.

    ``spent`` holds what fans are known to have spent: who is not in it is filtered nowhere.
    """
    kind = event.kind.routed_as
    if not kind.has_card:
        return ()
    chosen: dict[str, Route] = {}
    for route in routes:
        if route.creator == event.creator and route.kind is kind:
            chosen.setdefault(route.place.key, route)
    holding = [mute for mute in mutes if mute.creator == event.creator and mute.holds_at(now)]
    return tuple(_decision(event, route, now, holding, spent or {}) for route in chosen.values())


def _decision(event: Event, route: Route, now: datetime, mutes: list[Mute], spent: Mapping[FanId, Spender]) -> Decision:
    refusal = _refusal(event, route, mutes, spent)
    if refusal is not None:
        return Decision(route, refusal)
    if event.is_sample:
        return Decision(route, Why.SAMPLE)
    wishes = route.wishes
    digest_at = wishes.next_digest(now)
    if digest_at is not None and wishes.digest is not None:
        due_at = wishes.quiet_until(digest_at, event.kind) or digest_at
        return Decision(route, Why.DIGEST, due_at, Bundle(wishes.digest.value))
    quiet_until = wishes.quiet_until(now, event.kind)
    if quiet_until is not None:
        return Decision(route, Why.QUIET, quiet_until, Bundle.QUIET)
    return Decision(route, Why.WANTED)


def _refusal(event: Event, route: Route, mutes: list[Mute], spent: Mapping[FanId, Spender]) -> Why | None:
    """What keeps the event from this place; a sample knows no filters and no mutes."""
    if event.is_sample:
        return None if route.place.key == event.sample_for else Why.NOT_TESTED
    if route.pause is not None:
        return Why.PAUSED
    if any(_is_muted(event, route, mute) for mute in mutes):
        return Why.MUTED
    wishes = route.wishes
    if wishes.is_too_small(event.amount):
        return Why.TOO_SMALL
    known = spent.get(event.fan.id) if event.fan is not None else None
    if known is not None and wishes.misses(known):
        return Why.NO_TOP_SPENDER
    return None


def _is_muted(event: Event, route: Route, mute: Mute) -> bool:
    if mute.scope is MuteScope.ME and not _is_dm_of(route, mute.person):
        return False
    if mute.subject is MuteSubject.FAN:
        return event.fan is not None and event.fan.id == mute.value
    return mute.value == (event.kind.value if mute.subject is MuteSubject.KIND else route.place.key)


def _is_dm_of(route: Route, person: DiscordUserId) -> bool:
    return route.place.kind is PlaceKind.DM and route.place.target == person
