"""Where a creator's days end.

The reason: the same numbers have to mean the same days to everybody who reads them, and an agency's creators live in
different places. Empty until the creator or a manager has answered.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has answered yet."""
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("creators", recreate=how) as creators:
        creators.add_column(sa.Column("timezone", sa.Text(), nullable=True))


def downgrade() -> None:
    """Days end where the reader lives again."""
    with op.batch_alter_table("creators") as creators:
        creators.drop_column("timezone")
