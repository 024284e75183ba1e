"""From an event to a card somewhere."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.instants import Instant
from bot.storage.schema.base import RowNumber, metadata

events = Table(
    "events",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("creator_id", Text, nullable=False, index=True),
    Column("sealed_body", Text),
    Column("topic", Text),
    Column("received_at", Instant, nullable=False, index=True),
    Column("routed_at", Instant),
    sqlite_autoincrement=True,
)
Index(
    "ix_events_unrouted",
    events.c.id,
    sqlite_where=text("routed_at IS NULL"),
    postgresql_where=text("routed_at IS NULL"),
)

WAITING = "status IN ('due', 'leased')"
"""Written out wherever it is asked: databases use the index below only for a condition without parameters."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("place_key", Text, nullable=False),
    Column("place_kind", Text, nullable=False),
    Column("target", BigInteger, nullable=False, index=True),
    Column("guild", BigInteger),
    Column("shows_amounts", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lease_holder", Text),
    Column("leased_until", Instant),
    Column("first_tried_at", Instant),
    Column("reason", Text),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("settled_at", Instant),
    UniqueConstraint("event_id", "place_key"),
    CheckConstraint("status IN ('due', 'leased', 'done', 'dead')", name="status"),
    CheckConstraint("place_kind IN ('dm', 'channel')", name="place_kind"),
    CheckConstraint(
        "(status = 'leased') = (leased_until IS NOT NULL AND lease_holder IS NOT NULL)", name="leased_by_somebody"
    ),
    sqlite_autoincrement=True,
)
Index(
    "ix_deliveries_waiting",
    deliveries.c.place_key,
    deliveries.c.id,
    sqlite_where=text(WAITING),
    postgresql_where=text(WAITING),
)

cards = Table(
    "cards",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("delivery_id", ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("creator_id", Text, nullable=False),
    Column("fan_id", Text),
    Column("fanvue_message", Text),
    Column("answered_by", BigInteger),
    Column("answered_name", Text),
    Column("answered_at", Instant),
    Column("created_at", Instant, nullable=False),
)

routes = Table(
    "routes",
    metadata,
    Column("creator_id", ForeignKey("connections.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("place_key", Text, primary_key=True),
    Column("place_kind", Text, nullable=False),
    Column("target", BigInteger, nullable=False),
    Column("guild", BigInteger),
    Column("set_by", BigInteger, nullable=False),
    Column("shows_amounts", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("place_kind IN ('dm', 'channel')", name="place_kind"),
)
Index(None, routes.c.place_key)

dm_channels = Table(
    "dm_channels",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
)
