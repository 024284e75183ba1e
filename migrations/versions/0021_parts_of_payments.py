"""What a report tells of a payment beside its amount: what the card was charged, and which payment is taken back.

The reason: a sale is told with and without tax, and a payment can be refunded in parts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Reports of before tell neither."""
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("identities", recreate=how) as identities:
        identities.add_column(sa.Column("charged", sa.BigInteger()))
        identities.add_column(sa.Column("takes_back", sa.Text()))
    op.create_index("ix_identities_takes_back", "identities", ["takes_back"])


def downgrade() -> None:
    """Reports tell one amount, and no payment."""
    op.drop_index("ix_identities_takes_back", "identities")
    with op.batch_alter_table("identities") as identities:
        identities.drop_column("takes_back")
        identities.drop_column("charged")
