"""Rows for people's own spreadsheets."""

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from bot.domain.access import Grant
from bot.domain.clock import Clock
from bot.domain.periods import Asked
from bot.domain.reports import Source
from bot.domain.tables import Cell, amount, csv_bytes
from bot.services.insights import InsightsService

MOST_ROWS = 10_000
"""Two hundred pages: what one person may ask of Fanvue at once."""
HEAD = ("time", "source", "gross_usd", "net_usd", "paid_in", "fan", "fan_handle", "order", "status")


class SpreadsheetsService:
    """CSV files; each yields how many rows it has read so far, then the file's bytes."""

    def __init__(self, insights: InsightsService, clock: Clock) -> None:
        self._insights = insights
        self._clock = clock

    async def payments(
        self, grant: Grant, asked: Asked, zone: ZoneInfo, source: Source = Source.ALL
    ) -> AsyncIterator[int | bytes]:
        """Single payments of a period, newest first, times in the zone, amounts in dollars to the cent."""
        period = asked.period(self._clock.now(), zone)
        rows: list[tuple[Cell, ...]] = []
        async for row in self._insights.payments(grant, period, source, MOST_ROWS):
            rows.append(
                (
                    row.date.astimezone(zone).isoformat(timespec="seconds"),
                    row.source,
                    amount(round(row.gross)),
                    amount(round(row.net)),
                    row.currency,
                    row.user.display_name if row.user else None,
                    row.user.handle if row.user else None,
                    row.transaction_order_id,
                    row.transaction_order_status,
                )
            )
            yield len(rows)
        yield csv_bytes(HEAD, rows)
