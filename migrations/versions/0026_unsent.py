"""What is no card yet of a fan is found by an index.

The reason: each answer, read and deletion asks for it, and all that waited, or ever was sent, was gone through.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

UNSENT = "status IN ('held', 'due', 'leased')"


def upgrade() -> None:
    """The rows stay as they are."""
    where = {f"{op.get_bind().dialect.name}_where": sa.text(UNSENT)}
    op.create_index("ix_deliveries_unsent", "deliveries", ["fan_id"], **where)


def downgrade() -> None:
    """They are gone through again."""
    op.drop_index("ix_deliveries_unsent", "deliveries")
