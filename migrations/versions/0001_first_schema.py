"""The first schema: connections with sealed tokens, the connect flow, events and the outbox, rights, audit.

The reason: everything the bot does once depends on rows, so that restarts and several processes change nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = (
    "connections",
    "link_attempts",
    "pending_connections",
    "events",
    "deliveries",
    "cards",
    "replies",
    "routes",
    "rights",
    "dm_channels",
    "preferences",
    "audit",
    "leases",
    "key_checks",
)
"""In the order they refer to each other."""


def upgrade() -> None:
    """Make every table."""
    _connections()
    _link_attempts()
    _pending_connections()
    _events()
    _deliveries()
    _cards()
    _replies()
    _routes()
    _rights()
    _dm_channels()
    _preferences()
    _audit()
    _leases()
    _key_checks()


def downgrade() -> None:
    """Drop every table, with all data."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _connections() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("is_creator", sa.Boolean(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("sealed_tokens", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("access_expires_at", INSTANT, nullable=False),
        sa.Column("refreshed_at", INSTANT, nullable=False),
        sa.Column("connected_at", INSTANT, nullable=False),
        sa.CheckConstraint("status IN ('active', 'dead')", name=op.f("ck_connections_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("creator_id", name=op.f("uq_connections_creator_id")),
        sa.UniqueConstraint("owner", name=op.f("uq_connections_owner")),
    )


def _link_attempts() -> None:
    op.create_table(
        "link_attempts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ticket_hash", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("owner_avatar", sa.Text()),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.Text()),
        sa.Column("state_hash", sa.Text()),
        sa.Column("sealed_verifier", sa.Text()),
        sa.Column("sealed_interaction", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("went_on_at", INSTANT),
        sa.Column("returned_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_attempts")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_link_attempts_state_hash")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_link_attempts_ticket_hash")),
    )
    op.create_index(op.f("ix_link_attempts_expires_at"), "link_attempts", ["expires_at"], unique=False)
    op.create_index(op.f("ix_link_attempts_owner"), "link_attempts", ["owner"], unique=False)


def _pending_connections() -> None:
    op.create_table(
        "pending_connections",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("is_creator", sa.Boolean(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("sealed_tokens", sa.Text()),
        sa.Column("access_expires_at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.CheckConstraint("kind IN ('new', 'widen', 'move', 'replace')", name=op.f("ck_pending_connections_kind")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (sealed_tokens IS NOT NULL)",
            name=op.f("ck_pending_connections_tokens_until_settled"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["link_attempts.id"], name=op.f("fk_pending_connections_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_connections")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_pending_connections_attempt_id")),
    )
    op.create_index(op.f("ix_pending_connections_expires_at"), "pending_connections", ["expires_at"], unique=False)
    op.create_index(op.f("ix_pending_connections_owner"), "pending_connections", ["owner"], unique=False)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("sealed_body", sa.Text()),
        sa.Column("topic", sa.Text()),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("routed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_creator_id"), "events", ["creator_id"], unique=False)
    op.create_index(op.f("ix_events_received_at"), "events", ["received_at"], unique=False)
    op.create_index(
        "ix_events_unrouted",
        "events",
        ["id"],
        unique=False,
        sqlite_where=sa.text("routed_at IS NULL"),
        postgresql_where=sa.text("routed_at IS NULL"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("event_id", ROW_NUMBER, nullable=False),
        sa.Column("place_key", sa.Text(), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("guild", sa.BigInteger()),
        sa.Column("shows_amounts", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_holder", sa.Text()),
        sa.Column("leased_until", INSTANT),
        sa.Column("first_tried_at", INSTANT),
        sa.Column("reason", sa.Text()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("settled_at", INSTANT),
        sa.CheckConstraint(
            "(status = 'leased') = (leased_until IS NOT NULL AND lease_holder IS NOT NULL)",
            name=op.f("ck_deliveries_leased_by_somebody"),
        ),
        sa.CheckConstraint("place_kind IN ('dm', 'channel')", name=op.f("ck_deliveries_place_kind")),
        sa.CheckConstraint("status IN ('due', 'leased', 'done', 'dead')", name=op.f("ck_deliveries_status")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["events.id"],
            name=op.f("fk_deliveries_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("event_id", "place_key", name=op.f("uq_deliveries_event_id_place_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_deliveries_target"), "deliveries", ["target"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["place_key", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('due', 'leased')"),
        postgresql_where=sa.text("status IN ('due', 'leased')"),
    )


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", ROW_NUMBER, nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text()),
        sa.Column("fanvue_message", sa.Text()),
        sa.Column("answered_by", sa.BigInteger()),
        sa.Column("answered_name", sa.Text()),
        sa.Column("answered_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_cards_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_cards")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_cards_delivery_id")),
    )


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("card_message", sa.BigInteger()),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=False),
        sa.Column("author", sa.BigInteger()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fanvue_message", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.CheckConstraint("status IN ('sending', 'sent', 'failed', 'unknown')", name=op.f("ck_replies_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("source_key", name=op.f("uq_replies_source_key")),
    )
    op.create_index(op.f("ix_replies_author"), "replies", ["author"], unique=False)
    op.create_index(op.f("ix_replies_creator_id"), "replies", ["creator_id"], unique=False)


def _routes() -> None:
    op.create_table(
        "routes",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place_key", sa.Text(), nullable=False),
        sa.Column("place_kind", sa.Text(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("guild", sa.BigInteger()),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("shows_amounts", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("place_kind IN ('dm', 'channel')", name=op.f("ck_routes_place_kind")),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["connections.creator_id"], name=op.f("fk_routes_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", "kind", "place_key", name=op.f("pk_routes")),
    )
    op.create_index(op.f("ix_routes_place_key"), "routes", ["place_key"], unique=False)


def _rights() -> None:
    op.create_table(
        "rights",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("capability", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["connections.creator_id"], name=op.f("fk_rights_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", "person", "capability", name=op.f("pk_rights")),
    )
    op.create_index(op.f("ix_rights_person"), "rights", ["person"], unique=False)


def _dm_channels() -> None:
    op.create_table(
        "dm_channels",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_dm_channels")),
    )


def _preferences() -> None:
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("timezone", sa.Text()),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_preferences")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.BigInteger()),
        sa.Column("creator_id", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("guild", sa.BigInteger()),
        sa.Column("channel", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_actor"), "audit", ["actor"], unique=False)
    op.create_index(op.f("ix_audit_creator_id_id"), "audit", ["creator_id", "id"], unique=False)


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _key_checks() -> None:
    op.create_table(
        "key_checks",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed_check", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key_checks")),
    )
