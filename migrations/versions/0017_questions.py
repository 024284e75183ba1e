"""Where a draft's question to the team stands.

The reason: it is decided from a private card or a list too; the question then says so, and its author hears of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = ("question_channel", "question_message")


def upgrade() -> None:
    """Nobody knows where earlier questions stand."""
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("drafts", recreate=how) as drafts:
        for name in COLUMNS:
            drafts.add_column(sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Questions change where they are pressed alone."""
    with op.batch_alter_table("drafts") as drafts:
        for name in COLUMNS:
            drafts.drop_column(name)
