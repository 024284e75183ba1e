"""How many happenings a set of reports tells of, when some of them share no id; pure.

Fanvue tells a sale by up to four routes, and not all of them by the same id. Reports that share a name are one
sighting. Sightings that may be the same happening (same fan and kind, no identity of one namespace each, equal amount,
close in time) are put together one to one, as many as can be: what is left is the least number of happenings that
explains all reports. That number does not depend on the order in which they came.

It stays exact when a sale has three names (whether Fanvue's ``transactionOrderId`` is the payment's id is unverified):
each sighting in the order of time joins the oldest happening it fits, which no other choice betters while only time
decides. Where posts or amounts decide as well, others make room for what found none, which is exact for two names; for
three, every way of putting a few reports together is tried, up to a bound.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import product

from bot.domain.accounts import CreatorId, FanId
from bot.domain.catching_up import POLLED
from bot.domain.events import PERIODS, Event, EventKind
from bot.domain.identity import FLAT, has_number, is_thing, namespaces
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

SOLD = frozenset({EventKind.TIP, EventKind.PURCHASE})
"""Where a thing is named that is paid for once as a rule, its reports are paired over an hour."""
FLAT_PURCHASE = frozenset({f"{EventKind.PURCHASE.value}{FLAT}"})
BY_LINK = PERIODS | {EventKind.PURCHASE}
"""What is bought by a checkout link may be told as a purchase by one route and as a subscription by another."""
AT_ONCE = timedelta(seconds=15)
MOST_WITH_TAX = 133
"""Percent of the price: tax and fees included."""
REACH = 12
"""How many windows around a report may have a say in how it is paired."""
MOST_TRIED, MOST_STEPS = 24, 2000
"""How many reports are put together in every way, and how many steps that takes."""


@dataclass(frozen=True)
class Sighting:
    """What one or several reports that share an identity tell of one happening."""

    identities: frozenset[str]
    kind: EventKind
    creator: CreatorId
    fan: FanId | None
    happened_at: datetime
    amount: Money | None
    post: str | None
    """Or, once it is joined, the identity of what was paid for: stored, one sighting alone has that among its own."""
    charged: Money | None = None
    takes_back: str | None = None
    may_be_a_period: bool = False
    is_polled: bool | None = None
    """Whether our own look told it (its number, where it has one), and no webhook; ``None`` where both did."""

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
            may_be_a_period=event.may_be_a_period,
            is_polled=event.reported_as == POLLED,
        )

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """Where it has an identity."""
        return namespaces(self.identities)

    @cached_property
    def names(self) -> frozenset[str]:
        """What identifies it and nothing else of the fan's: its numbers, and instants."""
        return frozenset(one for one in self.identities if not is_thing(one))

    @cached_property
    def thing(self) -> str | None:
        """What was paid for: the identity that it is, or the post."""
        return next(filter(is_thing, self.identities), self.post)

    @cached_property
    def item(self) -> str:
        """The message or post of it, however it is told."""
        return (self.thing or "").rpartition(":")[2]

    @cached_property
    def routes(self) -> frozenset[tuple[str, bool]]:
        """Its namespaces, by our own look and by webhooks: in none of them is one happening told under two names."""
        ways = {True, False} if self.is_polled is None or not self.thing else {self.is_polled}
        return frozenset((name, way) for name in self.namespaces for way in ways)

    @cached_property
    def amounts(self) -> frozenset[int]:
        """What it may have cost, without tax or with it."""
        return frozenset(abs(told.minor) for told in (self.amount, self.charged) if told)

    @property
    def reach(self) -> tuple[datetime, datetime]:
        """Between when others have to be looked at: what may be a period, or takes back a part, is paired over days."""
        is_over_days = self.may_be_a_period or self.kind in {EventKind.REFUND, EventKind.DISPUTE}
        window = HOUR if self.kind in SOLD else WINDOWS[self.kind]
        around = (DAY if is_over_days else window) * REACH
        return self.happened_at - around, self.happened_at + around

    def joined(self, others: Sequence["Sighting"]) -> "Sighting":
        """One sighting of this and others that turned out to be the same."""
        every = [*others, self]
        certain = [one for one in every if not one.may_be_a_period]
        amount = next((one.amount for one in every if one.amount), None)
        charges = [one.charged for one in every if one.charged and amount and one.charged.currency == amount.currency]
        routes = {one.is_polled for one in [one for one in every if has_number(one.namespaces)] or every}
        return Sighting(
            identities=frozenset().union(*(one.identities for one in every)),
            kind=(certain or every)[0].kind,
            creator=self.creator,
            fan=next((one.fan for one in every if one.fan), None),
            happened_at=min(one.happened_at for one in every),
            amount=amount,
            post=next((one.thing for one in every if one.thing), None),
            charged=next(iter(charges), None),
            takes_back=next((one.takes_back for one in every if one.takes_back), None),
            may_be_a_period=not certain,
            is_polled=routes.pop() if len(routes) == 1 else None,
        )

    @cached_property
    def alone(self) -> "Sighting":
        """Joined with none."""
        return self.joined(())

    def is_same(self, other: "Sighting") -> bool:
        """Whether the two share a name; what was paid for is none, unless one of them has no other."""
        if self.names & other.names:
            return True
        if not self.names or not other.names:
            return bool(self.identities & other.identities)
        return self.namespaces == other.namespaces == FLAT_PURCHASE and _is_of_one_thing(self, other)

    def may_be(self, other: "Sighting") -> bool:
        """Whether the two could be the same happening."""
        return (
            (not self.item or not other.item or self.item == other.item)
            and self._is_by_others(other)
            and _are_alike(self, other)
            and _are_close(self, other)
            and _agree(self, other)
        )

    def _is_by_others(self, other: "Sighting") -> bool:
        """Whether no route told both; of one thing, a webhook and our own look may use numbers that look alike."""
        return self.namespaces.isdisjoint(other.namespaces) or (
            self.routes.isdisjoint(other.routes) and _is_of_one_thing(self, other)
        )


def related(kind: EventKind) -> frozenset[EventKind]:
    """The kinds that have a say in how a report of this kind is paired."""
    return BY_LINK if kind in BY_LINK else frozenset({kind})


def is_told_by_several_routes(event: Event) -> bool:
    """Whether other reports of it may come that do not have its key."""
    return event.kind in WINDOWS and not event.is_sample


def with_report(known: Iterable[Sighting], report: Sighting) -> tuple[list[Sighting], Sighting]:
    """The sightings that are not the report's, and its own: joined with every one it shares an identity with."""
    same: list[Sighting] = []
    others: list[Sighting] = []
    for sighting in known:
        (same if sighting.is_same(report) else others).append(sighting)
    return others, report.joined(same) if same else report.alone


def is_news(known: Sequence[Sighting], report: Sighting) -> bool:
    """Whether the report tells of more happenings than were told before."""
    others, own = with_report(known, report)
    return happenings([*others, own]) > happenings(known)


def companions(known: Sequence[Sighting], report: Sighting) -> list[Sighting]:
    """Those that tell the same happening as a report that is no news."""
    others, own = with_report(known, report)
    together = next(group for group in _grouped([*others, own]) if any(one is own for one in group))
    return [*(one for one in known if one.is_same(report)), *(one for one in together if one is not own)]


def adds(report: Sighting, told: Sequence[Sighting]) -> bool:
    """Whether the report tells what a card shows and none of those told: the amount, or that it is a subscription."""
    has_first_amount = report.amount is not None and all(one.amount is None for one in told)
    return has_first_amount or (report.kind in PERIODS and all(one.kind not in PERIODS for one in told))


def happenings(sightings: Sequence[Sighting]) -> int:
    """The least number of happenings that explains them all."""
    return len(_grouped(sightings))


def _grouped(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """What may be one happening each, as few as can be."""
    groups: list[list[Sighting]] = []
    for together in _apart(sightings):
        groups += _Search(together).fewest() if len(together) > 1 else [together]
    return groups


class _Search:
    """Puts sightings into groups, each of which may be one happening."""

    def __init__(self, sightings: Sequence[Sighting]) -> None:
        self._sightings = sightings
        self._best: list[list[Sighting]] = []
        told = Counter(name for one in sightings for name in one.routes or {None})
        self._floor = max(*told.values(), len({one.item for one in sightings if one.item}))
        self._steps = 0

    def fewest(self) -> list[list[Sighting]]:
        """The groups; never fewer than one route alone tells of."""
        for own in self._sightings:
            if not _placed(own, self._best):
                self._best.append([own])
        while len(self._best) > self._floor and _rearranged(self._best):
            pass
        are_pairs = len({one.routes for one in self._sightings}) <= 2  # noqa: PLR2004 - then none is better
        if len(self._best) > self._floor and not are_pairs and len(self._sightings) <= MOST_TRIED:
            self._place(0, [])
        return self._best

    def _place(self, number: int, groups: list[list[Sighting]]) -> None:
        """Try every way, the oldest group first, up to a bound."""
        self._steps += 1
        if len(groups) >= len(self._best):
            return
        if number == len(self._sightings):
            self._best = [list(group) for group in groups]
            return
        own = self._sightings[number]
        for group in groups:
            if all(map(own.may_be, group)):
                group.append(own)
                self._place(number + 1, groups)
                group.pop()
                if len(self._best) == self._floor or self._steps > MOST_STEPS:
                    return
        self._place(number + 1, [*groups, [own]])


def _placed(own: Sighting, groups: Sequence[list[Sighting]]) -> bool:
    """In the oldest group it fits: for routes that date alike that is the best there is."""
    for group in groups:
        if all(map(own.may_be, group)):
            group.append(own)
            return True
    return False


def _rearranged(groups: list[list[Sighting]]) -> bool:
    """Whether one that stands alone found a place, where others made room."""
    moved: set[int] = set()
    for alone in [group for group in groups if len(group) == 1]:
        if _makes_room(alone[0], [group for group in groups if group is not alone], moved):
            groups.remove(alone)
            return True
    return False


def _makes_room(own: Sighting, groups: Sequence[list[Sighting]], moved: set[int]) -> bool:
    """Whether it got into a group out of which another could go: an augmenting path, each one moved once."""
    if _placed(own, groups):
        return True
    for group in groups:
        against = [one for one in group if not own.may_be(one)]
        if len(against) > 1 or id(against[0]) in moved:
            continue
        moved.add(id(against[0]))
        if _makes_room(against[0], [other for other in groups if other is not group], moved):
            group.remove(against[0])
            group.append(own)
            return True
    return False


def _apart(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """Those that have nothing to do with each other are looked at alone; each set is in the order of time."""
    sets: list[list[Sighting]] = []
    for one in sightings:
        near, far = [one], []
        for known in sets:
            if any(map(one.may_be, known)):
                near += known
            else:
                far.append(known)
        sets = [*far, near]
    return [sorted(together, key=_order) for together in sets]


def _are_alike(one: Sighting, other: Sighting) -> bool:
    """Of one kind, as far as that is known."""
    is_either = (one.may_be_a_period and other.kind in PERIODS) or (other.may_be_a_period and one.kind in PERIODS)
    return one.kind is other.kind or is_either


def _window(one: EventKind, other: EventKind) -> timedelta:
    return min(WINDOWS[one], WINDOWS[other])


def _are_close(one: Sighting, other: Sighting) -> bool:
    """Of one fan and about one time, or taking back one payment."""
    if one.takes_back and other.takes_back:
        return one.takes_back == other.takes_back
    if _is_of_one_thing(one, other):
        return True
    return one.fan is not None and one.fan == other.fan and _apart_by(one, other) <= _window(one.kind, other.kind)


def _agree(one: Sighting, other: Sighting) -> bool:
    """On the amount, as far as both tell it in one currency; subscriptions are told with and without discount.

    What a webhook and our own look, or two families, of one post, date alike may be the price here, and there what the
    card was charged.
    """
    if _window(one.kind, other.kind) >= DAY or one.amount is None or other.amount is None:
        return True
    if one.amount.currency != other.amount.currency or not one.amounts.isdisjoint(other.amounts):
        return True
    if _is_of_one_thing(one, other):
        return one.kind is EventKind.PURCHASE or _is_taxed(one, other)
    is_one_sale = _is_by_two_ways(one, other) or (one.item and one.item == other.item)
    return bool(is_one_sale) and _apart_by(one, other) <= AT_ONCE and _is_taxed(one, other)


def _is_of_one_thing(one: Sighting, other: Sighting) -> bool:
    """Whether both are within an hour for one message, or for what is bought once."""
    is_it = one.thing is not None and one.thing == other.thing and is_thing(one.thing)
    return is_it and _apart_by(one, other) <= HOUR


def _is_by_two_ways(one: Sighting, other: Sighting) -> bool:
    return {one.is_polled, other.is_polled} == {True, False}


def _is_taxed(one: Sighting, other: Sighting) -> bool:
    """Whether the one may be the price and the other what the card was charged."""
    return any(max(pair) * 100 <= min(pair) * MOST_WITH_TAX for pair in product(one.amounts, other.amounts))


def _apart_by(one: Sighting, other: Sighting) -> timedelta:
    return abs(one.happened_at - other.happened_at)


def _order(sighting: Sighting) -> tuple[datetime, list[str]]:
    return sighting.happened_at, sorted(sighting.identities)
