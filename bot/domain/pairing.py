"""How many happenings a set of reports tells of, when some of them share no id; pure.

Fanvue tells a sale by up to four routes, and not all of them by the same id. Reports that share an identity are one
sighting. Sightings that may be the same happening (same fan and kind, no identity of one namespace each, equal amount,
close in time) are put together one to one, as many as can be: what is left is the least number of
happenings that explains all reports. That number does not depend on the order in which they came.

It stays exact when a sale has three names (whether Fanvue's ``transactionOrderId`` is the payment's id is unverified):
each sighting in the order of time joins the oldest happening it fits, which no other choice betters while only time
decides; where posts or amounts decide as well, other choices are tried, up to a bound.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import Event, EventKind
from bot.domain.identity import is_order, namespaces
from bot.domain.money import Money

MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
WINDOWS = {
    EventKind.TIP: MINUTES,
    EventKind.PURCHASE: MINUTES,
    EventKind.REFUND: MINUTES,
    EventKind.DISPUTE: MINUTES,
    EventKind.SUBSCRIBER: DAY,
    EventKind.RENEWAL: DAY,
    EventKind.FOLLOWER: DAY,
    EventKind.CANCELLATION: WEEK,
    EventKind.ENDED: WEEK,
}
"""How far apart two routes may date the same happening. Nobody subscribes or follows twice a day by two routes.

Who is subscribed is compared with a list that may be a week old.
"""

REACH = 12
"""How many windows around a report may have a say in how it is paired."""
MOST_STEPS = 2000
"""Of a search for the best pairing; a crowd of reports costs no more."""


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
    charged: Money | None = None
    takes_back: str | None = None

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
            charged=event.charged,
            takes_back=event.takes_back or None,
        )

    @property
    def namespaces(self) -> frozenset[str]:
        """Where it has an identity."""
        return namespaces(self.identities)

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
            charged=next((one.charged for one in every if one.charged), None),
            takes_back=next((one.takes_back for one in every if one.takes_back), None),
        )

    def is_same(self, other: "Sighting") -> bool:
        """Whether the two share an identity: what was paid for counts once, unless it was paid for again later."""
        if not self.identities & other.identities:
            return False
        one, two = (frozenset(filter(is_order, told.identities)) for told in (self, other))
        is_other_order = bool(one and two) and not one & two
        return not is_other_order or _apart_by(self, other) <= HOUR

    def may_be(self, other: "Sighting") -> bool:
        """Whether the two could be the same happening."""
        return (
            self.kind is other.kind
            and _are_close(self, other)
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
        (same if sighting.is_same(report) else others).append(sighting)
    return others, report.joined(same)


def is_news(known: Sequence[Sighting], report: Sighting) -> bool:
    """Whether the report tells of more happenings than were told before."""
    others, own = with_report(known, report)
    return happenings([*others, own]) > happenings(known)


def happenings(sightings: Sequence[Sighting]) -> int:
    """The least number of happenings that explains them all."""
    return sum(_Search(together).least() for together in _apart(sightings))


class _Search:
    """Puts sightings into groups, each of which may be one happening."""

    def __init__(self, sightings: Sequence[Sighting]) -> None:
        self._sightings = sightings
        self._best = len(sightings)
        self._floor = max(Counter(name for one in sightings for name in one.namespaces or {""}).values())
        self._steps = 0

    def least(self) -> int:
        """The number of groups; never fewer than one route alone tells of."""
        self._place(0, [])
        return self._best

    def _place(self, number: int, groups: list[list[Sighting]]) -> None:
        """The oldest group first: for routes that date alike the first try is the best there is."""
        self._steps += 1
        if len(groups) >= self._best:
            return
        if number == len(self._sightings):
            self._best = len(groups)
            return
        own = self._sightings[number]
        for group in groups:
            if all(own.may_be(one) for one in group):
                group.append(own)
                self._place(number + 1, groups)
                group.pop()
                if self._best == self._floor or self._steps > MOST_STEPS:
                    return
        self._place(number + 1, [*groups, [own]])


def _apart(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """Those that have nothing to do with each other are looked at alone; each set is in the order of time."""
    sets: list[list[Sighting]] = []
    for one in sightings:
        near, far = [one], []
        for known in sets:
            if any(one.may_be(other) for other in known):
                near += known
            else:
                far.append(known)
        sets = [*far, sorted(near, key=_order)]
    return sets


def _are_close(one: Sighting, other: Sighting) -> bool:
    """Of one fan and about one time, or taking back one payment."""
    if one.takes_back and other.takes_back:
        return one.takes_back == other.takes_back
    return one.fan is not None and one.fan == other.fan and _apart_by(one, other) <= WINDOWS[one.kind]


def _agree(one: Sighting, other: Sighting) -> bool:
    """On the amount, as far as both tell it in one currency; subscriptions are told with and without discount."""
    if WINDOWS[one.kind] >= DAY or one.amount is None or other.amount is None:
        return True
    return one.amount.currency != other.amount.currency or not _amounts(one).isdisjoint(_amounts(other))


def _amounts(sighting: Sighting) -> set[int]:
    return {abs(told.minor) for told in (sighting.amount, sighting.charged) if told}


def _apart_by(one: Sighting, other: Sighting) -> timedelta:
    return abs(one.happened_at - other.happened_at)


def _order(sighting: Sighting) -> tuple[datetime, list[str]]:
    return sighting.happened_at, sorted(sighting.identities)
