"""What a calendar of weeks is made of, and its story in words; pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from bot.domain.text import shorten

WEEKS = 5
ALT_TEXT_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a day: when, in the reader's clock (``18:00``), and its price in words where it has one."""

    time: str
    price: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarChart:
    """Whole weeks from the Monday before ``today``, each day with its entries; what comes later is counted alone."""

    today: date
    entries: tuple[tuple[date, Entry], ...]
    zone: str

    @property
    def first(self) -> date:
        """The Monday at the top left."""
        return self.today - timedelta(days=self.today.weekday())

    @property
    def days(self) -> list[tuple[date, list[Entry]]]:
        """All days shown, in order."""
        shown = [self.first + timedelta(days=number) for number in range(7 * WEEKS)]
        return [(day, [entry for at, entry in self.entries if at == day]) for day in shown]

    @property
    def later(self) -> int:
        """How many entries come after the last day shown."""
        end = self.first + timedelta(days=7 * WEEKS)
        return sum(at >= end for at, _ in self.entries)

    def to_json(self) -> bytes:
        """The calendar as bytes, for another process."""
        return json.dumps({"calendar": asdict(self)}, default=date.isoformat).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "CalendarChart":
        """The calendar that ``to_json`` wrote."""
        fields = json.loads(text)["calendar"]
        entries = tuple((date.fromisoformat(at), Entry(**entry)) for at, entry in fields["entries"])
        return cls(date.fromisoformat(fields["today"]), entries, fields["zone"])


def alt_text(chart: CalendarChart) -> str:
    """The calendar in words, at most 1,024 characters: how many, then each day that has some."""
    count = len(chart.entries) - chart.later
    days = [f"{day:%a} {day.day} {day:%b}: {_told(entries)}." for day, entries in chart.days if entries]
    later = [f"{chart.later} later than that."] if chart.later else []
    start = f"Calendar of the coming {WEEKS} weeks: {count} scheduled post{'s' if count != 1 else ''}."
    return shorten(" ".join([start, *later, *days]), ALT_TEXT_LIMIT)


def _told(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.time + (f" ({entry.price})" if entry.price else "") for entry in entries)
