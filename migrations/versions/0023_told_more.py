"""What a later report tells beside the first is kept until the card shows it, and what may be a subscription is known.

The reason: a subscription's own report names no amount, and one bought by a checkout link is told as a purchase too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Reports of before add nothing, and are what they were told as."""
    how = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("events", recreate=how, table_kwargs=NUMBERED) as events:
        events.add_column(sa.Column("adds_to", sa.BigInteger()))
    with op.batch_alter_table("identities", recreate=how) as identities:
        identities.add_column(sa.Column("may_be_a_period", sa.Boolean()))
        identities.add_column(sa.Column("is_polled", sa.Boolean()))


def downgrade() -> None:
    """What waits to be added is left out."""
    op.execute("UPDATE events SET sealed_body = NULL, routed_at = received_at WHERE adds_to > 0 AND routed_at IS NULL")
    with op.batch_alter_table("identities") as identities:
        identities.drop_column("is_polled")
        identities.drop_column("may_be_a_period")
    with op.batch_alter_table("events", table_kwargs=NUMBERED) as events:
        events.drop_column("adds_to")
