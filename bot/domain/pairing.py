"""How many happenings a set of reports tells of, when some of them share no id; pure.

Fanvue tells a sale by up to four routes, and not all of them by the same id. Reports that share an identity are one
sighting. Sightings that may be the same happening (same fan and kind, no identity of one namespace each, equal amount,
close in time) are put together one to one, as many as can be: what is left is the least number of happenings that
explains all reports. That number does not depend on the order in which they came.

With two names for a sale that is exact. With three (one of them unverified at Fanvue) equal sales of one fan within
minutes can be told apart wrongly, and make a card too many.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import Event, EventKind
from bot.domain.identity import namespace
from bot.domain.money import Money

MINUTES = timedelta(minutes=5)
DAY = timedelta(days=1)
WINDOWS = {
    EventKind.TIP: MINUTES,
    EventKind.PURCHASE: MINUTES,
    EventKind.REFUND: MINUTES,
    EventKind.DISPUTE: MINUTES,
    EventKind.SUBSCRIBER: DAY,
    EventKind.RENEWAL: DAY,
    EventKind.FOLLOWER: DAY,
}
"""How far apart two routes may date the same happening. Nobody subscribes or follows twice a day by two routes."""

REACH = 12
"""How many windows around a report may have a say in how it is paired."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one or several reports that share an identity tell of one happening."""

    identities: frozenset[str]
    kind: EventKind
    creator: CreatorId
    fan: FanId | None
    happened_at: datetime
    amount: Money | None
    post: str | None

    @classmethod
    def of(cls, event: Event) -> "Sighting":
        """What one report tells."""
        return cls(
            identities=frozenset(event.identities),
            kind=event.kind,
            creator=event.creator,
            fan=event.fan.id if event.fan else None,
            happened_at=event.happened_at,
            amount=event.amount,
            post=event.post_uuid,
        )

    @property
    def namespaces(self) -> frozenset[str]:
        """Where it has an identity."""
        return frozenset(map(namespace, self.identities))

    @property
    def reach(self) -> tuple[datetime, datetime]:
        """Between when others have to be looked at."""
        around = WINDOWS[self.kind] * REACH
        return self.happened_at - around, self.happened_at + around

    def joined(self, others: Sequence["Sighting"]) -> "Sighting":
        """One sighting of this and others that turned out to be the same."""
        every = [*others, self]
        return Sighting(
            identities=frozenset().union(*(one.identities for one in every)),
            kind=every[0].kind,
            creator=self.creator,
            fan=next((one.fan for one in every if one.fan), None),
            happened_at=min(one.happened_at for one in every),
            amount=next((one.amount for one in every if one.amount), None),
            post=next((one.post for one in every if one.post), None),
        )

    def may_be(self, other: "Sighting") -> bool:
        """Whether the two could be the same happening."""
        return (
            self.kind is other.kind
            and self.fan is not None
            and self.fan == other.fan
            and abs(self.happened_at - other.happened_at) <= WINDOWS[self.kind]
            and _agree(self, other)
            and not (self.post and other.post and self.post != other.post)
            and not self.namespaces & other.namespaces
        )


def is_told_by_several_routes(event: Event) -> bool:
    """Whether other reports of it may come that do not have its key."""
    return event.kind in WINDOWS and not event.is_sample


def with_report(known: Iterable[Sighting], report: Sighting) -> tuple[list[Sighting], Sighting]:
    """The sightings that are not the report's, and its own: joined with every one it shares an identity with."""
    same: list[Sighting] = []
    others: list[Sighting] = []
    for sighting in known:
        (same if sighting.identities & report.identities else others).append(sighting)
    return others, report.joined(same)


def is_news(known: Sequence[Sighting], report: Sighting) -> bool:
    """Whether the report tells of more happenings than were told before."""
    others, own = with_report(known, report)
    return happenings([*others, own]) > happenings(known)


def happenings(sightings: Sequence[Sighting]) -> int:
    """The least number of happenings that explains them all."""
    routes: dict[tuple[str, ...], list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        routes[tuple(sorted(sighting.namespaces))].append(sighting)
    groups: list[list[Sighting]] = []
    for route in sorted(routes):
        groups = _paired(sorted(groups, key=_first), sorted(routes[route], key=_order))
    return len(groups)


def _paired(groups: list[list[Sighting]], told: list[Sighting]) -> list[list[Sighting]]:
    """Each of those told put with a group of its own, for as many as possible; the rest are groups themselves."""
    place: dict[int, int] = {}

    def settle(number: int, tried: set[int]) -> bool:
        for at, group in enumerate(groups):
            if at in tried or not all(told[number].may_be(one) for one in group):
                continue
            tried.add(at)
            if at not in place or settle(place[at], tried):
                place[at] = number
                return True
        return False

    alone = [one for number, one in enumerate(told) if not settle(number, set())]
    joined = [[*group, told[place[at]]] if at in place else group for at, group in enumerate(groups)]
    return joined + [[one] for one in alone]


def _agree(one: Sighting, other: Sighting) -> bool:
    """On the amount, as far as both tell it in one currency; subscriptions are told with and without discount."""
    if WINDOWS[one.kind] is DAY or one.amount is None or other.amount is None:
        return True
    return one.amount.currency != other.amount.currency or abs(one.amount.minor) == abs(other.amount.minor)


def _first(group: Sequence[Sighting]) -> tuple[datetime, list[str]]:
    return min(_order(one) for one in group)


def _order(sighting: Sighting) -> tuple[datetime, list[str]]:
    return sighting.happened_at, sorted(sighting.identities)
