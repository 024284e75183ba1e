"""What keeps the house in order."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from bot.storage.database.instants import Instant
from bot.storage.schema.base import RowNumber, metadata

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("actor", BigInteger, index=True),
    Column("creator_id", Text),
    Column("action", Text, nullable=False),
    Column("guild", BigInteger),
    Column("channel", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("way", Text),
    sqlite_autoincrement=True,
)
Index(None, audit.c.creator_id, audit.c.id)

key_checks = Table(
    "key_checks",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("sealed_check", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

revocations = Table(
    "revocations",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("sealed_tokens", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Instant, index=True),
    Column("first_tried_at", Instant),
)
