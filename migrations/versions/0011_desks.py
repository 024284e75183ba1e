"""Replies and posts are found by their fan, open cards by their creator.

The reason: a desk shows what was sent, signed by its author, and asks for the author at every such message. Whether
anybody waits for an answer decides, at every look at Fanvue, whether answers given there are looked for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN = "answered_at IS NULL AND elsewhere_at IS NULL"


def upgrade() -> None:
    """Find them by creator and fan."""
    op.create_index(op.f("ix_replies_creator_id_fan_id"), "replies", ["creator_id", "fan_id"])
    op.drop_index(op.f("ix_replies_creator_id"), "replies")
    op.create_index(op.f("ix_desk_posts_creator_id_fan_id"), "desk_posts", ["creator_id", "fan_id"])
    op.create_index(
        "ix_cards_open",
        "cards",
        ["creator_id", "created_at"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )


def downgrade() -> None:
    """Find them by creator."""
    op.drop_index("ix_cards_open", "cards")
    op.drop_index(op.f("ix_desk_posts_creator_id_fan_id"), "desk_posts")
    op.create_index(op.f("ix_replies_creator_id"), "replies", ["creator_id"])
    op.drop_index(op.f("ix_replies_creator_id_fan_id"), "replies")
