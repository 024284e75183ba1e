"""Income of months that are over.

The reason: what no longer changes is asked once; a year's answer then costs one call for the month that runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "finished_months",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("sealed_income", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_finished_months_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finished_months")),
    )
    op.create_index(op.f("ix_finished_months_creator_id"), "finished_months", ["creator_id"], unique=False)


def downgrade() -> None:
    """Drop it; it is asked again."""
    op.drop_table("finished_months")
