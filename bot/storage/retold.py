"""Reports of what was told before: silenced in the transaction that stores them, or kept for what they add."""

# ruff: noqa: S608 - put together from constants and the places of values

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.accounts import CreatorId
from bot.domain.events import EventKind
from bot.domain.pairing import adds, companions, is_news, with_report
from bot.storage.database import Rows
from bot.storage.database.plain import Named
from bot.storage.events import AGAIN, NewEvent, StoredEvent
from bot.storage.sightings import Sightings

ADDS_TO = "UPDATE events SET adds_to = :home WHERE id = :number"


class Retold:
    """What of a batch is no news; each report is looked at after those before it, so that two of one batch are one."""

    def __init__(self, sightings: Sightings) -> None:
        self._sightings = sightings
        self._adding: dict[int, tuple[NewEvent, int | None]] = {}
        self._again: list[tuple[NewEvent, int | None]] = []
        self.repeated: set[int] = set()
        """The events that are no news."""

    @property
    def again(self) -> list[NewEvent]:
        """What has the key of an event and tells more than that, to be stored under a key of its own."""
        return [row for row, _ in self._again]

    def look(self, number: int, row: NewEvent) -> None:
        """At an event that was just stored."""
        if row.sighting is None:
            return
        known = self._sightings.near(row.sighting)
        if not is_news(known, row.sighting):
            self.repeated.add(number)
            told = companions(known, row.sighting)
            if told and adds(row.sighting, told):
                self._adding[number] = (row, self._sightings.first_of(told))
        self._sightings.add(number, row.sighting)

    def look_again(self, row: NewEvent) -> None:
        """At a row whose key was stored before: mostly the same once more."""
        if row.sighting is None:
            return
        told = self._sightings.told_as(row.sighting)
        if not told or told == [with_report(told, row.sighting)[1]]:
            return
        own, known = replace(row, key=f"{row.key}{AGAIN}"), self._sightings.near(row.sighting)
        if is_news(known, row.sighting):
            self._again.append((own, None))
        elif adds(row.sighting, every := companions(known, row.sighting)):
            self._again.append((own, self._sightings.first_of(every)))
        self._sightings.add(self._sightings.first_of(told), row.sighting)

    def stored_again(self, numbers: Mapping[str, int]) -> None:
        """These of ``again`` were stored; each key is added to once."""
        self._adding |= {numbers[row.key]: (row, first) for row, first in self._again if row.key in numbers}

    def save(self, rows: Rows) -> list[StoredEvent]:
        """Note what the batch is; what adds to other events, or is news under a key that was known."""
        self._sightings.save(rows)
        if silent := self.repeated - set(self._adding):
            values = Named()
            silenced = f"WHERE id IN {values.each(silent)}"
            rows(f"UPDATE events SET sealed_body = NULL, routed_at = received_at {silenced}", values)
        homes = {home for _, home in self._adding.values() if home is not None}
        firsts = _firsts(rows, homes) if homes else {}
        found: list[StoredEvent] = []
        for number, (row, home) in sorted(self._adding.items()):
            firsts[number] = firsts.get(home, home)
            found.append(_stored(number, row, firsts[number]))
        for one in found:
            rows(ADDS_TO, {"number": one.id, "home": one.adds_to})
        return found


def _firsts(rows: Rows, homes: set[int]) -> dict[int | None, int | None]:
    """What these events add to themselves, of those that do."""
    values = Named()
    moved = f"SELECT id, adds_to FROM events WHERE id IN {values.each(homes)} AND adds_to IS NOT NULL"
    return {int(number): int(home) for number, home in rows(moved, values)}


def _stored(number: int, row: NewEvent, home: int | None) -> StoredEvent:
    return StoredEvent(
        id=number,
        key=row.key,
        kind=EventKind(row.kind),
        creator=CreatorId(row.creator),
        sealed_body=row.sealed_body,
        topic=row.topic,
        received_at=row.received_at,
        adds_to=home,
    )
