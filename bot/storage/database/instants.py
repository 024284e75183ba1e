"""How instants are stored: aware UTC going in and coming out, on both databases."""

from datetime import UTC, datetime
from typing import overload

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware datetime; ValueError for one without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC; SQLite's text has no zone, so it sorts as time does."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def as_stored(moment: datetime) -> str:
    """As ``Instant`` writes into SQLite, for statements that go past it."""
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")[:-6]


@overload
def instant_of(stored: str | datetime) -> datetime: ...


@overload
def instant_of(stored: str | datetime | None) -> datetime | None: ...


def instant_of(stored: str | datetime | None) -> datetime | None:
    """What a statement past ``Instant`` brought: text from SQLite, a datetime from PostgreSQL."""
    if stored is None:
        return None
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    return stored.astimezone(UTC)
