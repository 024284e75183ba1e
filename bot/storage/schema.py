"""Every table. Discord ids are BIGINT, words of closed sets text, instants UTC; sealed columns hold no clear secret."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.instants import Instant

HEAD = "0002"
"""The newest migration; a start with another one in the database migrates first."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only in columns of exactly INTEGER."""

connections = Table(
    "connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", BigInteger, nullable=False, unique=True),
    Column("creator_id", Text, nullable=False, unique=True),
    Column("handle", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("is_creator", Boolean, nullable=False),
    Column("features", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("sealed_tokens", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("access_expires_at", Instant, nullable=False),
    Column("refreshed_at", Instant, nullable=False),
    Column("connected_at", Instant, nullable=False),
    CheckConstraint("status IN ('active', 'dead')", name="status"),
)

death_notices = Table(
    "death_notices",
    metadata,
    Column("creator_id", ForeignKey("connections.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("told_at", Instant, nullable=False),
)

link_attempts = Table(
    "link_attempts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ticket_hash", Text, nullable=False, unique=True),
    Column("owner", BigInteger, nullable=False, index=True),
    Column("owner_name", Text, nullable=False),
    Column("owner_avatar", Text),
    Column("features", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("browser_hash", Text),
    Column("state_hash", Text, unique=True),
    Column("sealed_verifier", Text),
    Column("sealed_interaction", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("went_on_at", Instant),
    Column("returned_at", Instant),
)

pending_connections = Table(
    "pending_connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("attempt_id", ForeignKey("link_attempts.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("owner", BigInteger, nullable=False, index=True),
    Column("creator_id", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("is_creator", Boolean, nullable=False),
    Column("features", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("sealed_tokens", Text),
    Column("access_expires_at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("settled_at", Instant),
    CheckConstraint("kind IN ('new', 'widen', 'move', 'replace')", name="kind"),
    CheckConstraint("(settled_at IS NULL) = (sealed_tokens IS NOT NULL)", name="tokens_until_settled"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

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

rights = Table(
    "rights",
    metadata,
    Column("creator_id", ForeignKey("connections.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("capability", Text, primary_key=True),
    Column("granted_by", BigInteger, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("until", Instant),
)
Index(None, rights.c.person)

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

preferences = Table(
    "preferences",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("timezone", Text),
)
