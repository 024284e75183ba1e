"""Income of months that are over, sealed, so that it is asked once."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select

from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.periods import Period
from bot.storage.database import Database
from bot.storage.personal import Mine, creators_of
from bot.storage.schema import finished_months


@dataclass(frozen=True, slots=True, repr=False)
class FinishedSpan:
    """One kept span ``[start, end)`` of whole months."""

    start: datetime
    end: datetime
    sealed: str


class FinishedStore:
    """Spans belong to a creator and go with it; an equal span is kept once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def within(self, creator: CreatorId, period: Period) -> list[FinishedSpan]:
        """The kept spans that lie inside the period and count days in its zone, in order."""
        table = finished_months.c
        query = (
            select(table.starts_at, table.ends_at, table.sealed_income)
            .where(
                table.creator_id == creator,
                table.zone == period.zone.key,
                table.starts_at >= period.start,
                table.ends_at <= period.end,
            )
            .order_by(table.starts_at)
        )
        async with self._database.read() as connection:
            return [FinishedSpan(row[0], row[1], row[2]) for row in await connection.execute(query)]

    async def keep(self, creator: CreatorId, period: Period, sealed: str, now: datetime) -> None:
        """Keep a span, in place of what was kept of it before."""
        identity = f"{creator}:{period.zone.key}:{_day(period.start)}:{_day(period.end)}"
        statement = self._database.insert(finished_months).values(
            id=identity,
            creator_id=creator,
            zone=period.zone.key,
            starts_at=period.start,
            ends_at=period.end,
            sealed_income=sealed,
            kept_at=now,
        )
        async with self._database.write() as connection:
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["id"], set_={"sealed_income": statement.excluded.sealed_income}
                )
            )

    def about(self, user: DiscordUserId) -> Mine:
        """Which months of this person's creators are kept."""
        condition = finished_months.c.creator_id.in_(creators_of(user))
        return ((finished_months, condition),)

    async def forget(self, user: DiscordUserId) -> None:
        """Remove them."""
        async with self._database.write() as connection:
            await connection.execute(delete(finished_months).where(finished_months.c.creator_id.in_(creators_of(user))))


def _day(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M")
