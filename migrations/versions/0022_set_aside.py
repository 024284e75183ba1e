"""What was set aside for others to pass is found by an index.

The reason: each lease asks whether anything of the same fan waits for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ASIDE = "status = 'held' AND reason = 'Discord does not take it, so other cards pass'"


def upgrade() -> None:
    """Nothing was set aside before."""
    where = {f"{op.get_bind().dialect.name}_where": sa.text(ASIDE)}
    op.create_index("ix_deliveries_aside", "deliveries", ["place_key"], **where)


def downgrade() -> None:
    """What is aside wakes as everything held does, and goes in its order."""
    op.drop_index("ix_deliveries_aside", "deliveries")
