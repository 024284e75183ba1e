"""Answers that are kept so that they are asked once, and summaries that people get by themselves."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from bot.storage.database.instants import Instant
from bot.storage.schema.base import metadata

finished_months = Table(
    "finished_months",
    metadata,
    Column("id", Text, primary_key=True),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), nullable=False),
    Column("zone", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("sealed_income", Text, nullable=False),
    Column("kept_at", Instant, nullable=False),
)
Index(None, finished_months.c.creator_id)

briefs = Table(
    "briefs",
    metadata,
    Column("person", BigInteger, primary_key=True),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("rhythm", Text, primary_key=True),
    Column("minute", Integer, nullable=False),
    Column("zone", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("taken_until", Instant),
)
Index(None, briefs.c.due_at)
Index(None, briefs.c.creator_id)
