"""What lets people see, stop and end what is done with their account."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from bot.storage.database.instants import Instant
from bot.storage.schema.base import RowNumber, metadata

uses = Table(
    "uses",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), nullable=False),
    Column("began_at", Instant, nullable=False, index=True),
    Column("actor", BigInteger, index=True),
    Column("guild", BigInteger, nullable=False),
    Column("channel", BigInteger, nullable=False),
    Column("operation", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    UniqueConstraint(
        "creator_id", "began_at", "actor", "guild", "channel", "operation", "outcome", name="uq_uses_entry"
    ),
    CheckConstraint("outcome IN ('done', 'refused', 'failed', 'unknown')", name="outcome"),
    sqlite_autoincrement=True,
)
Index(None, uses.c.creator_id, uses.c.last_at)

departures = Table(
    "departures",
    metadata,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("left_at", Instant, nullable=False),
)

card_removals = Table(
    "card_removals",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("asked_at", Instant, nullable=False, index=True),
)
