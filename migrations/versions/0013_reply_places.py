"""Where Discord's own Reply may send, and replies that wait for their author.

The reason: outside age-restricted places what the team writes is the creator's choice, place by place; what somebody
wrote where it may not be sent rests sealed (``kept``), so that their box opens with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OLD = "status IN ('asked', 'sending', 'sent', 'failed', 'unknown', 'unsent')"
NEW = "status IN ('asked', 'sending', 'sent', 'failed', 'unknown', 'unsent', 'kept')"


def upgrade() -> None:
    """Make the table, widen what a reply can be."""
    op.create_table(
        "reply_places",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_reply_places_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", "place_id", name=op.f("pk_reply_places")),
    )
    op.create_index(op.f("ix_reply_places_set_by"), "reply_places", ["set_by"], unique=False)
    _allow(NEW)


def downgrade() -> None:
    """Drop it; what waited for its author was not sent."""
    op.execute("UPDATE replies SET status = 'failed' WHERE status = 'kept'")
    _allow(OLD)
    op.drop_table("reply_places")


def _allow(condition: str) -> None:
    with op.batch_alter_table("replies") as batch:
        batch.drop_constraint(op.f("ck_replies_status"), type_="check")
        batch.create_check_constraint(op.f("ck_replies_status"), condition)
