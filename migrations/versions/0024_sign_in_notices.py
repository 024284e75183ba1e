"""Whose owner was told that Fanvue refuses the tokens it has just given.

The reason: it is told once, and that it is over to whoever was told that it began.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SIGN_IN = sa.text("trouble = 'sign_in'")


def upgrade() -> None:
    """Nobody was told yet."""
    op.create_table(
        "sign_in_notices",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"],
            ["connections.creator_id"],
            name=op.f("fk_sign_in_notices_creator_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_sign_in_notices")),
    )
    op.create_index("ix_cursors_sign_in", "cursors", ["failed_at"], sqlite_where=SIGN_IN, postgresql_where=SIGN_IN)


def downgrade() -> None:
    """What Fanvue refuses is what it does not answer again."""
    op.drop_index("ix_cursors_sign_in", "cursors")
    op.execute("UPDATE cursors SET trouble = 'unanswered' WHERE trouble = 'sign_in'")
    op.drop_table("sign_in_notices")
