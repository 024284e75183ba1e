"""When an account's owner was last told that its grant died.

The reason: one card per account and day, whatever restarts in between.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "death_notices",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"],
            ["connections.creator_id"],
            name=op.f("fk_death_notices_creator_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_death_notices")),
    )


def downgrade() -> None:
    """Drop it; nobody is told twice for that, but for who is told again on the same day."""
    op.drop_table("death_notices")
