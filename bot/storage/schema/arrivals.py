"""Which reports are the same happening."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Table, Text

from bot.storage.database.instants import Instant
from bot.storage.schema.base import metadata

identities = Table(
    "identities",
    metadata,
    Column("identity", Text, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("creator_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fan_id", Text),
    Column("happened_at", Instant, nullable=False),
    Column("minor", BigInteger),
    Column("currency", Text),
    Column("post_id", Text),
    Column("charged", BigInteger),
    Column("takes_back", Text, index=True),
    Column("may_be_a_period", Boolean),
    Column("is_polled", Boolean),
    CheckConstraint("(minor IS NULL) = (currency IS NULL)", name="whole_amount"),
)
Index(None, identities.c.fan_id, identities.c.happened_at)
