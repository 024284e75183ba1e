"""Rows for people's own spreadsheets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from bot.domain.access import Grant
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.clock import Clock
from bot.domain.errors import BadInputError, BusyError, FanvueDownError
from bot.domain.money import digits
from bot.domain.periods import Asked, Period
from bot.domain.reports import Source
from bot.domain.tables import Cell, Table
from bot.domain.text import shorten
from bot.fanvue.insights import Earning
from bot.services.insights.earnings import InsightsService

HEAD = ("time", "source", "gross_usd", "net_usd", "paid_in", "fan", "fan_handle", "order", "status")
NAME_LIMIT = 200
FULL = 0.9
"""The share of a message's bytes at which a file ends: what is held back by the compressor comes on top."""


class Cut(Enum):
    """Why a file ends before its period does."""

    ROWS = "rows"
    TIME = "time"
    SIZE = "size"
    FANVUE = "fanvue"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file takes. Fanvue's rate lets two thousand pages through in the time Discord keeps an answer open."""

    rows: int = 100_000
    time: timedelta = timedelta(minutes=13, seconds=30)
    file_bytes: int = 10 * 1024 * 1024
    """Above it the file is compressed; it ends where that is not enough."""


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """A file; ``cut`` tells why it is not whole, and then ``rest`` asks for the days that it lacks."""

    name: str
    content: bytes
    rows: int
    cut: Cut | None = None
    reached: datetime | None = None
    """The time of its oldest row, in the reader's zone."""
    rest: str = ""


Told = Callable[[int, datetime], None]
"""How many rows have been read, and how far back."""


class SpreadsheetsService:
    """CSV files of what may take minutes to read."""

    def __init__(self, insights: InsightsService, clock: Clock, limits: Limits | None = None) -> None:
        self._insights = insights
        self._clock = clock
        self._limits = limits or Limits()
        self._reading: set[tuple[CreatorId, DiscordUserId]] = set()

    async def payments(
        self,
        grant: Grant,
        asked: Asked,
        zone: ZoneInfo,
        source: Source = Source.ALL,
        *,
        told: Told,
        file_bytes: int | None = None,
    ) -> Spreadsheet:
        """Single payments of a period, newest first, times in the zone, amounts in dollars to the cent.

        What was read when a limit or an outage ends it is given, and said to be cut. BadInputError for a second one
        at once.
        """
        period = asked.period(self._clock.now(), zone)
        most_bytes = min(file_bytes or self._limits.file_bytes, self._limits.file_bytes)
        rows, reached, cut = 0, period.end.astimezone(zone), None
        with self._only_one(grant), Table(HEAD) as table:
            async with aclosing(self._rows(grant, period, source)) as found:
                async for row in found:
                    if isinstance(row, Cut) or table.held_bytes > most_bytes * FULL:
                        cut = row if isinstance(row, Cut) else Cut.SIZE
                        break
                    reached = row.date.astimezone(zone)
                    table.add(_cells(row, reached))
                    rows += 1
                    told(rows, reached)
            kind, content = await asyncio.to_thread(table.finished, most_bytes)
        first, last = (day.astimezone(zone).date() for day in (period.days[0], period.days[-1]))
        begun = reached.date() if cut else first
        return Spreadsheet(
            name=f"payments-{begun}-to-{last}.{kind}",
            content=content,
            rows=rows,
            cut=cut,
            reached=reached,
            rest=f"{first} to {begun}" if cut and begun < last else "",
        )

    async def _rows(self, grant: Grant, period: Period, source: Source) -> AsyncGenerator[Earning | Cut, None]:
        """The rows; last, why there are no more of them when there should be."""
        until, count = self._clock.now() + self._limits.time, 0
        rows = self._insights.payments(grant, period, source, self._limits.rows + 1, until=until)
        try:
            async with aclosing(rows):
                async for row in rows:
                    if count == self._limits.rows or self._clock.now() >= until:
                        yield Cut.ROWS if count == self._limits.rows else Cut.TIME
                        return
                    count += 1
                    yield row
        except (BusyError, FanvueDownError) as error:
            if not count:
                raise
            is_late = isinstance(error, BusyError) or self._clock.now() >= until
            yield Cut.TIME if is_late else Cut.FANVUE

    @contextmanager
    def _only_one(self, grant: Grant) -> Iterator[None]:
        key = (grant.creator, grant.actor.user)
        if key in self._reading:
            raise BadInputError(f"A CSV of @{grant.handle} is being made for you already. Ask again when it is there.")
        self._reading.add(key)
        try:
            yield
        finally:
            self._reading.discard(key)


def _cells(row: Earning, at: datetime) -> tuple[Cell, ...]:
    return (
        at.isoformat(timespec="seconds"),
        row.source,
        digits(round(row.gross)),
        digits(round(row.net)),
        row.currency,
        shorten(row.user.display_name, NAME_LIMIT) if row.user else None,
        row.user.handle if row.user else None,
        row.transaction_order_id,
        row.transaction_order_status,
    )
