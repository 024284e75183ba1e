"""Summaries that people get by themselves: whose, when, and when the next one is due.

The reason: a morning brief and a weekly digest come by direct message, once each, through restarts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody gets one until they ask for it."""
    op.create_table(
        "briefs",
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.Text(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name="fk_briefs_creator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person", "creator_id", "rhythm", name="pk_briefs"),
    )
    op.create_index("ix_briefs_due_at", "briefs", ["due_at"])
    op.create_index("ix_briefs_creator_id", "briefs", ["creator_id"])


def downgrade() -> None:
    """Nobody gets one any more."""
    op.drop_table("briefs")
