"""How far Fanvue was read, and sales reported twice.

The reason for ``pollings`` and ``cursors``: what webhooks did not bring is asked for, from where the last time ended,
and people may know how old what they see can be. The reason for ``identities``: Fanvue tells a sale by several routes,
not all by the same id, and each sale is one card.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _pollings()
    _cursors()
    _identities()


def downgrade() -> None:
    """Drop them: everything is read from the present on then."""
    op.drop_table("identities")
    op.drop_table("cursors")
    op.drop_table("pollings")


def _pollings() -> None:
    op.create_table(
        "pollings",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("heard_at", INSTANT),
        sa.Column("missed_at", INSTANT),
        sa.Column("polled_at", INSTANT),
        sa.Column("beat_seconds", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_pollings_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_pollings")),
    )


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("read_to", INSTANT),
        sa.Column("trouble", sa.Text()),
        sa.Column("failed_at", INSTANT),
        sa.CheckConstraint("(trouble IS NULL) = (failed_at IS NULL)", name=op.f("ck_cursors_failed_in_some_way")),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_cursors_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", "source", name=op.f("pk_cursors")),
    )


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text()),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("minor", sa.BigInteger()),
        sa.Column("currency", sa.Text()),
        sa.Column("post_id", sa.Text()),
        sa.CheckConstraint("(minor IS NULL) = (currency IS NULL)", name=op.f("ck_identities_whole_amount")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_identities_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_identities")),
    )
    op.create_index("ix_identities_event_id", "identities", ["event_id"])
    op.create_index("ix_identities_fan_id_happened_at", "identities", ["fan_id", "happened_at"])
