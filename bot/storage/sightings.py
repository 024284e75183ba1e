"""Reports of sales, followers and subscribers, by all identities they carry: what pairing looks at."""

# ruff: noqa: S608 - put together from constants and the places of values

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Self

from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import EventKind
from bot.domain.money import Money
from bot.domain.pairing import Sighting, related, with_report
from bot.storage.database import Rows
from bot.storage.database.instants import instant_of
from bot.storage.database.plain import Named

NEAREST = 225
"""How many of one fan's are looked at: some seventy tips of an hour, told by three routes each."""
AT_ONCE = 500
"""Rows in one statement: databases take some 32,000 values."""


class _Row(NamedTuple):
    identity: str
    event_id: int
    creator_id: str
    kind: str
    fan_id: str | None
    happened_at: str | datetime
    minor: int | None
    currency: str | None
    post_id: str | None
    charged: int | None
    takes_back: str | None
    may_be_a_period: bool | None
    is_polled: bool | None


COLUMNS = ", ".join(_Row._fields)


class Sightings:
    """The stored sightings around some reports, changed in memory, then saved in the same transaction."""

    def __init__(self, known: dict[int, Sighting]) -> None:
        self._known = known
        self._homes = {name: number for number, one in known.items() for name in one.identities}
        self._stored = frozenset(known)
        self._changed: set[int] = set()

    @classmethod
    def around(cls, rows: Rows, reports: Sequence[Sighting]) -> Self:
        """Every sighting that shares an identity with one of them, or may be the same happening."""
        values = Named()
        payments = {report.takes_back for report in reports if report.takes_back}
        conditions = [_named(values, reports), *_close(values, reports)]
        if payments:
            conditions.append(f"takes_back IN {values.each(payments)}")
        return cls(_read(rows, " OR ".join(conditions), values))

    @staticmethod
    def untold(rows: Rows, reports: Sequence[Sighting]) -> frozenset[Sighting]:
        """Those that have a known identity and tell more than was told under it."""
        values = Named()
        known = _read(rows, _named(values, reports), values) if reports else {}
        owners = {name: one for one in known.values() for name in one.identities}
        found = set()
        for report in reports:
            told = dict.fromkeys(owners[name] for name in report.identities if name in owners)
            same = [one for one in told if one.is_same(report)]
            if same and same != [with_report(same, report)[1]]:
                found.add(report)
        return frozenset(found)

    def near(self, report: Sighting) -> list[Sighting]:
        """Those that have a say in how the report is paired."""
        kinds, (first, last) = related(report.kind), report.reach
        close = [
            one
            for one in self._known.values()
            if one.identities & report.identities
            or (
                one.kind in kinds
                and one.creator == report.creator
                and (
                    (one.fan == report.fan and first <= one.happened_at <= last)
                    or (one.takes_back and one.takes_back == report.takes_back)
                )
            )
        ]
        close.sort(key=lambda one: (not one.identities & report.identities, abs(one.happened_at - report.happened_at)))
        return close[:NEAREST]

    def told_as(self, report: Sighting) -> list[Sighting]:
        """Those that are the same as the report, by what identifies it."""
        return [one for one in self._known.values() if one.is_same(report)]

    def first_of(self, told: Sequence[Sighting]) -> int:
        """The number of the event that was the first of these."""
        return min(number for number, one in self._known.items() if any(one is other for other in told))

    def add(self, number: int, report: Sighting) -> None:
        """The report of the event of this number; it joins those that are the same."""
        same = sorted(known for known, one in self._known.items() if one.is_same(report))
        home = same[0] if same else number
        _, joined = with_report([self._known.pop(known) for known in same], report)
        self._known[home] = joined
        for name in report.identities:
            self._homes.setdefault(name, home)
        if same[1:]:
            self._homes = {name: home if known in same else known for name, known in self._homes.items()}
        self._changed.update((home, *same))

    def save(self, rows: Rows) -> None:
        """Write what changed: each name of a sighting tells all of it."""
        if outdated := self._changed & self._stored:
            values = Named()
            rows(f"DELETE FROM identities WHERE event_id IN {values.each(outdated)}", values)
        changed = [_row(name, home, self._known[home]) for name, home in self._homes.items() if home in self._changed]
        for start in range(0, len(changed), AT_ONCE):
            values = Named()
            places = ", ".join(values.each(row) for row in changed[start : start + AT_ONCE])
            rows(f"INSERT INTO identities ({COLUMNS}) VALUES {places}", values)


def _read(rows: Rows, condition: str, values: Named) -> dict[int, Sighting]:
    numbers = f"SELECT event_id FROM identities WHERE {condition}"
    found: dict[int, Sighting] = {}
    for row in map(_Row._make, rows(f"SELECT {COLUMNS} FROM identities WHERE event_id IN ({numbers})", values)):
        one = _sighting(row)
        found[row.event_id] = one.joined([found[row.event_id]]) if row.event_id in found else one
    return found


def _named(values: Named, reports: Iterable[Sighting]) -> str:
    """What was told under a name of one of them."""
    return f"identity IN {values.each({name for report in reports for name in report.identities})}"


def _close(values: Named, reports: Sequence[Sighting]) -> Iterator[str]:
    """Of each kind, what was told of its fans about its time."""
    for kind in {report.kind for report in reports}:
        alike = [report for report in reports if report.kind is kind]
        fans = {report.fan for report in alike if report.fan}
        if fans:
            first, last = min(report.reach[0] for report in alike), max(report.reach[1] for report in alike)
            is_close = f"happened_at BETWEEN {values.one(first)} AND {values.one(last)}"
            kinds = values.each(other.value for other in related(kind))
            yield f"kind IN {kinds} AND fan_id IN {values.each(fans)} AND {is_close}"


def _sighting(row: _Row) -> Sighting:
    return Sighting(
        identities=frozenset({row.identity}),
        kind=EventKind(row.kind),
        creator=CreatorId(row.creator_id),
        fan=FanId(row.fan_id) if row.fan_id else None,
        happened_at=instant_of(row.happened_at),
        amount=_money(row.minor, row.currency),
        post=row.post_id,
        charged=_money(row.charged, row.currency),
        takes_back=row.takes_back,
        may_be_a_period=bool(row.may_be_a_period),
        is_polled=None if row.is_polled is None else bool(row.is_polled),
    )


def _row(name: str, number: int, report: Sighting) -> _Row:
    return _Row(
        identity=name,
        event_id=number,
        creator_id=report.creator,
        kind=report.kind.value,
        fan_id=report.fan,
        happened_at=report.happened_at,
        minor=report.amount.minor if report.amount else None,
        currency=report.amount.currency if report.amount else None,
        post_id=report.post,
        charged=report.charged.minor if report.charged else None,
        takes_back=report.takes_back,
        may_be_a_period=report.may_be_a_period,
        is_polled=report.is_polled,
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)
