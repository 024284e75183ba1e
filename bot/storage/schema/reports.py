"""Answers that are kept so that they are asked once."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from bot.storage.instants import Instant
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
