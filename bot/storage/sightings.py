"""Reports of sales, followers and subscribers, by all identities they carry: what pairing looks at."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from bot.domain.accounts import CreatorId, FanId
from bot.domain.events import EventKind
from bot.domain.money import Money
from bot.domain.pairing import Sighting, with_report
from bot.storage.engine import AsyncConnection
from bot.storage.schema import identities

NEAREST = 40
"""How many of one fan's are looked at: nobody tips that often within minutes."""


class Sightings:
    """The stored sightings around some reports, changed in memory, then saved in the same transaction."""

    def __init__(self, known: dict[int, Sighting]) -> None:
        self._known = known
        self._new: list[dict[str, Any]] = []
        self._moved: dict[int, int] = {}

    @classmethod
    async def around(cls, connection: AsyncConnection, reports: Sequence[Sighting]) -> Self:
        """Every sighting that shares an identity with one of them, or may be the same happening."""
        names = {name for report in reports for name in report.identities}
        payments = {report.takes_back for report in reports if report.takes_back}
        is_known = or_(identities.c.identity.in_(names), identities.c.takes_back.in_(payments))
        numbers = select(identities.c.event_id).where(or_(is_known, *_close(reports)))
        rows = await connection.execute(select(identities).where(identities.c.event_id.in_(numbers)))
        found: dict[int, Sighting] = {}
        for row in rows:
            one = _sighting(row)
            found[row.event_id] = one.joined([found[row.event_id]]) if row.event_id in found else one
        return cls(found)

    def near(self, report: Sighting) -> list[Sighting]:
        """Those that have a say in how the report is paired."""
        first, last = report.reach
        close = [
            one
            for one in self._known.values()
            if one.identities & report.identities
            or (
                one.kind is report.kind
                and one.creator == report.creator
                and (
                    (one.fan == report.fan and first <= one.happened_at <= last)
                    or (one.takes_back and one.takes_back == report.takes_back)
                )
            )
        ]
        close.sort(key=lambda one: (not one.identities & report.identities, abs(one.happened_at - report.happened_at)))
        return close[:NEAREST]

    def add(self, number: int, report: Sighting) -> None:
        """The report of the event of this number; it joins those that are the same."""
        same = sorted(known for known, one in self._known.items() if one.is_same(report))
        home = same[0] if same else number
        taken = frozenset().union(*(one.identities for one in self._known.values()))
        self._new += [_row(name, home, report) for name in sorted(report.identities - taken)]
        _, joined = with_report([self._known.pop(known) for known in same], report)
        self._known[home] = joined
        self._moved |= dict.fromkeys(same[1:], home)

    async def save(self, connection: AsyncConnection) -> None:
        """Write what changed."""
        if self._new:
            await connection.execute(insert(identities), self._new)
        for old, home in self._moved.items():
            await connection.execute(update(identities).where(identities.c.event_id == old).values(event_id=home))


def _close(reports: Sequence[Sighting]) -> Iterator[ColumnElement[bool]]:
    """Of each kind, what was told of its fans about its time."""
    for kind in {report.kind for report in reports}:
        alike = [report for report in reports if report.kind is kind]
        fans = {report.fan for report in alike if report.fan}
        first, last = min(report.reach[0] for report in alike), max(report.reach[1] for report in alike)
        is_close = and_(identities.c.fan_id.in_(fans), identities.c.happened_at.between(first, last))
        yield and_(identities.c.kind == kind.value, is_close)


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(
        identities=frozenset({row.identity}),
        kind=EventKind(row.kind),
        creator=CreatorId(row.creator_id),
        fan=FanId(row.fan_id) if row.fan_id else None,
        happened_at=row.happened_at,
        amount=_money(row.minor, row.currency),
        post=row.post_id,
        charged=_money(row.charged, row.currency),
        takes_back=row.takes_back,
    )


def _row(name: str, number: int, report: Sighting) -> dict[str, Any]:
    return {
        "identity": name,
        "event_id": number,
        "creator_id": report.creator,
        "kind": report.kind.value,
        "fan_id": report.fan,
        "happened_at": report.happened_at,
        "minor": report.amount.minor if report.amount else None,
        "currency": report.amount.currency if report.amount else None,
        "post_id": report.post,
        "charged": report.charged.minor if report.charged else None,
        "takes_back": report.takes_back,
    }


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)
