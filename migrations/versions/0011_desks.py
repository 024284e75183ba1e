"""Replies are found by their fan.

The reason: a desk shows what was sent, signed by its author, and asks for the author at every such message.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find them by creator and fan."""
    op.create_index(op.f("ix_replies_creator_id_fan_id"), "replies", ["creator_id", "fan_id"])
    op.drop_index(op.f("ix_replies_creator_id"), "replies")


def downgrade() -> None:
    """Find them by creator."""
    op.create_index(op.f("ix_replies_creator_id"), "replies", ["creator_id"])
    op.drop_index(op.f("ix_replies_creator_id_fan_id"), "replies")
