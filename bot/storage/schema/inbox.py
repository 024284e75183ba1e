"""What is answered."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Text

from bot.storage.instants import Instant
from bot.storage.schema.base import metadata

replies = Table(
    "replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_key", Text, nullable=False, unique=True),
    Column("card_message", BigInteger),
    Column("creator_id", Text, nullable=False, index=True),
    Column("fan_id", Text, nullable=False),
    Column("author", BigInteger, index=True),
    Column("status", Text, nullable=False),
    Column("fanvue_message", Text),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    CheckConstraint("status IN ('sending', 'sent', 'failed', 'unknown')", name="status"),
)
