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
)

from bot.domain.alerts import SET_ASIDE
from bot.storage.database.instants import Instant
from bot.storage.schema.base import RowNumber, metadata, partial_index

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
    Column("adds_to", BigInteger),
    sqlite_autoincrement=True,
)
partial_index(
    "ix_events_unrouted",
    events.c.id,
    where="routed_at IS NULL",
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
    Column("bundle", Text),
    Column("parcel_id", BigInteger, index=True),
    Column("shape", Text),
    Column("happened_at", Instant),
    Column("fan_id", Text),
    Column("elsewhere_at", Instant),
    Column("read_at", Instant),
    Column("removed_at", Instant),
    UniqueConstraint("event_id", "place_key"),
    CheckConstraint("status IN ('held', 'due', 'leased', 'done', 'dead')", name="status"),
    CheckConstraint("place_kind IN ('dm', 'channel', 'forum')", name="place_kind"),
    CheckConstraint(
        "(status = 'leased') = (leased_until IS NOT NULL AND lease_holder IS NOT NULL)", name="leased_by_somebody"
    ),
    CheckConstraint("shape IN ('cards', 'away', 'grown', 'alone')", name="shape"),
    sqlite_autoincrement=True,
)
partial_index(
    "ix_deliveries_waiting",
    deliveries.c.place_key,
    deliveries.c.id,
    where=WAITING,
)

UNSENT = "status IN ('held', 'due', 'leased')"
partial_index(
    "ix_deliveries_unsent",
    deliveries.c.fan_id,
    where=UNSENT,
)

OPEN = "answered_at IS NULL AND elsewhere_at IS NULL"
HELD = "status = 'held'"
partial_index(
    "ix_deliveries_held",
    deliveries.c.due_at,
    where=HELD,
)

ASIDE = f"status = 'held' AND reason = '{SET_ASIDE}'"
partial_index(
    "ix_deliveries_aside",
    deliveries.c.place_key,
    where=ASIDE,
)

cards = Table(
    "cards",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("message_id", BigInteger, nullable=False, index=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("creator_id", Text, nullable=False),
    Column("fan_id", Text),
    Column("fanvue_message", Text),
    Column("answered_by", BigInteger),
    Column("answered_name", Text),
    Column("answered_at", Instant),
    Column("elsewhere_at", Instant),
    Column("read_at", Instant),
    Column("removed_at", Instant),
    Column("created_at", Instant, nullable=False),
)
Index(None, cards.c.creator_id, cards.c.fan_id)
partial_index(
    "ix_cards_open",
    cards.c.creator_id,
    cards.c.created_at,
    where=OPEN,
)

refusals = Table(
    "refusals",
    metadata,
    Column("place_key", Text, primary_key=True),
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("cause", Text, primary_key=True),
    Column("told_at", Instant, nullable=False),
)
Index(None, refusals.c.owner)

routes = Table(
    "routes",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("place_key", Text, primary_key=True),
    Column("place_kind", Text, nullable=False),
    Column("target", BigInteger, nullable=False),
    Column("guild", BigInteger),
    Column("set_by", BigInteger, nullable=False),
    Column("shows_amounts", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("minimum", Integer),
    Column("spent", Integer),
    Column("role", BigInteger),
    Column("is_silent", Boolean, nullable=False),
    Column("quiet_start", Integer),
    Column("quiet_end", Integer),
    Column("quiet_lets_urgent", Boolean),
    Column("digest", Text),
    Column("zone", Text, nullable=False),
    Column("paused_reason", Text),
    Column("paused_at", Instant),
    Column("top_only", Boolean, nullable=False),
    CheckConstraint("place_kind IN ('dm', 'channel', 'forum')", name="place_kind"),
    CheckConstraint("digest IN ('hourly', 'daily')", name="digest"),
    CheckConstraint("(paused_at IS NULL) = (paused_reason IS NULL)", name="paused_for_a_reason"),
)
Index(None, routes.c.place_key)
Index(None, routes.c.guild)

dm_channels = Table(
    "dm_channels",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
)
