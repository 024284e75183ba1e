"""Drafts of replies, claims, notes, and who is told when a fan waits too long.

The reason: a reply that failed, or that asks first, can be sent again from its button, also after a restart, so its
words rest sealed with it until the fan has them. Who is on a fan (``claims``) is a row, so that two clicks have one
winner. ``closed_chats`` holds fans who cannot be written to, ``watches`` and ``escalations`` whom to tell, once each.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OLD = "status IN ('sending', 'sent', 'failed', 'unknown')"
NEW = "status IN ('asked', 'sending', 'sent', 'failed', 'unknown', 'unsent')"
ADDED = (
    ("author_name", sa.Text()),
    ("channel_id", sa.BigInteger()),
    ("delivery_id", sa.BigInteger()),
    ("sealed_draft", sa.Text()),
)
SENDING = sa.text("status = 'sending'")


def upgrade() -> None:
    """Widen replies, make the tables."""
    with op.batch_alter_table("replies") as batch:
        batch.drop_constraint(op.f("ck_replies_status"), type_="check")
        for name, kind in ADDED:
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.create_check_constraint(op.f("ck_replies_status"), NEW)
    op.create_index(
        "ix_replies_sending", "replies", ["created_at"], unique=False, sqlite_where=SENDING, postgresql_where=SENDING
    )
    _claims()
    _waiting()
    _notes()


def downgrade() -> None:
    """Drop them; what was asked about was not sent, what was taken back had been."""
    for name in ("notes", "escalations", "watches", "closed_chats", "claims"):
        op.drop_table(name)
    op.drop_index("ix_replies_sending", "replies")
    op.execute("UPDATE replies SET status = 'failed' WHERE status = 'asked'")
    op.execute("UPDATE replies SET status = 'sent' WHERE status = 'unsent'")
    with op.batch_alter_table("replies") as batch:
        batch.drop_constraint(op.f("ck_replies_status"), type_="check")
        for name, _ in ADDED:
            batch.drop_column(name)
        batch.create_check_constraint(op.f("ck_replies_status"), OLD)


def _claims() -> None:
    op.create_table(
        "claims",
        *_of_fan("claims"),
        sa.Column("holder", sa.BigInteger(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("is_snoozed", sa.Boolean(), nullable=False),
    )
    op.create_index(op.f("ix_claims_holder"), "claims", ["holder"], unique=False)
    op.create_index(op.f("ix_claims_until"), "claims", ["until"], unique=False)


def _waiting() -> None:
    op.create_table("closed_chats", *_of_fan("closed_chats"), sa.Column("closed_at", INSTANT, nullable=False))
    op.create_table(
        "watches",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("role", sa.BigInteger()),
        sa.Column("lead", sa.BigInteger()),
        _of_creator("watches"),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_lead"), "watches", ["lead"], unique=False)
    op.create_table(
        "escalations",
        *_of_fan("escalations"),
        sa.Column("waiting_since", INSTANT, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=False),
        sa.Column("author", sa.BigInteger()),
        sa.Column("sealed_text", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        _of_creator("notes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_author"), "notes", ["author"], unique=False)
    op.create_index(op.f("ix_notes_creator_id_fan_id"), "notes", ["creator_id", "fan_id"], unique=False)


def _of_fan(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=False),
        _of_creator(table),
        sa.PrimaryKeyConstraint("creator_id", "fan_id", name=op.f(f"pk_{table}")),
    )


def _of_creator(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["creator_id"], ["creators.creator_id"], name=op.f(f"fk_{table}_creator_id"), ondelete="CASCADE"
    )
