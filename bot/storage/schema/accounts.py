"""Who has connected what, and who may use it."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from bot.storage.database.instants import Instant
from bot.storage.schema.base import metadata

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
    Column("connected_at", Instant, nullable=False, index=True),
    Column("paused_at", Instant),
    CheckConstraint("status IN ('active', 'dead')", name="status"),
)

death_notices = Table(
    "death_notices",
    metadata,
    Column("creator_id", ForeignKey("connections.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("told_at", Instant, nullable=False),
)

sign_in_notices = Table(
    "sign_in_notices",
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

creators = Table(
    "creators",
    metadata,
    Column("creator_id", Text, primary_key=True),
    Column("account_id", ForeignKey("connections.creator_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("handle", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("seen_at", Instant, index=True),
    Column("timezone", Text),
    Column("monthly_goal", Integer),
)

rights = Table(
    "rights",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("capability", Text, primary_key=True),
    Column("granted_by", BigInteger, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("until", Instant),
    Column("may_pass_on", Boolean, nullable=False),
    Column("guild", BigInteger),
)
Index(None, rights.c.person)

shifts = Table(
    "shifts",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("weekdays", Text, nullable=False),
    Column("begins", Text, nullable=False),
    Column("ends", Text, nullable=False),
    Column("timezone", Text, nullable=False),
)
Index(None, shifts.c.person)

default_creators = Table(
    "default_creators",
    metadata,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", BigInteger, primary_key=True, autoincrement=False),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), nullable=False, index=True),
)

preferences = Table(
    "preferences",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("timezone", Text),
)
