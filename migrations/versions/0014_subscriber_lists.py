"""Who was subscribed when Fanvue was last asked.

The reason: without webhooks only a comparison tells that a subscription has ended.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was asked yet."""
    op.create_table(
        "subscriber_lists",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("sealed_list", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"],
            ["creators.creator_id"],
            name=op.f("fk_subscriber_lists_creator_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber_lists")),
    )
    op.create_index(op.f("ix_subscriber_lists_creator_id"), "subscriber_lists", ["creator_id"])


def downgrade() -> None:
    """Who was subscribed is asked anew."""
    op.drop_table("subscriber_lists")
