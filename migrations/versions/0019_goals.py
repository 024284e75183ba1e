"""What a creator wants to earn in a month, in cents.

The reason: whether a month goes well is known by its goal. Empty until the creator or a manager sets one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has one yet."""
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("creators", recreate=how) as creators:
        creators.add_column(sa.Column("monthly_goal", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Months have no goal again."""
    with op.batch_alter_table("creators") as creators:
        creators.drop_column("monthly_goal")
