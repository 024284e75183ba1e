"""What happened at Fanvue to a message before its card came is noted with the delivery, and shows on the card.

The reason: who was answered, or deleted what they wrote, in quiet hours or an outage of Discord's came as one who
waits.
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.database.instants import Instant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NUMBERED = {"sqlite_autoincrement": True}
ADDED = ("elsewhere_at", "read_at", "removed_at")


def upgrade() -> None:
    """Of what waits now nothing is known."""
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("deliveries", recreate=how, table_kwargs=NUMBERED) as deliveries:
        for name in ADDED:
            deliveries.add_column(sa.Column(name, Instant()))


def downgrade() -> None:
    """Cards that wait come as they did before."""
    with op.batch_alter_table("deliveries", table_kwargs=NUMBERED) as deliveries:
        for name in reversed(ADDED):
            deliveries.drop_column(name)
