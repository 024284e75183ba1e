"""Which way somebody acted: by Discord's own Reply, a box, a button or a command.

The reason: whoever reads who answered a fan wants to know whether it was written where others could read it.
Empty for what was done before, and on our pages.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Nobody knows of what was done before."""
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("audit", recreate=how, table_kwargs=NUMBERED) as audit:
        audit.add_column(sa.Column("way", sa.Text(), nullable=True))


def downgrade() -> None:
    """Nobody asks which way."""
    with op.batch_alter_table("audit", table_kwargs=NUMBERED) as audit:
        audit.drop_column("way")
