"""How far Fanvue was read, and how often it is asked."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from bot.storage.database.instants import Instant
from bot.storage.schema.base import metadata

pollings = Table(
    "pollings",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("heard_at", Instant),
    Column("missed_at", Instant),
    Column("polled_at", Instant),
    Column("beat_seconds", Integer),
)

cursors = Table(
    "cursors",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("read_to", Instant),
    Column("trouble", Text),
    Column("failed_at", Instant),
    CheckConstraint("(trouble IS NULL) = (failed_at IS NULL)", name="failed_in_some_way"),
)
SIGN_IN = text("trouble = 'sign_in'")
Index("ix_cursors_sign_in", cursors.c.failed_at, sqlite_where=SIGN_IN, postgresql_where=SIGN_IN)
