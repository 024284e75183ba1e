"""Every use of a token, pauses, servers that were left, grants still to be revoked.

The reason for ``revocations``: a grant that ends here must end at Fanvue too, also when the process is killed between
the two or Fanvue is away. A row holds the sealed pair alone and no person's id.

For the others: a creator can see who used their token, for what and from where (``uses``), stop all of it for a while
(``connections.paused_at``), and have the cards about them deleted in Discord (``card_removals``, which outlives the
account's rows); a server that removed the bot is forgotten when its time is up (``departures``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _revocations()
    _uses()
    _departures()
    _card_removals()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    how = "always" if is_sqlite else "never"
    with op.batch_alter_table("connections", recreate=how) as connections:
        connections.add_column(sa.Column("paused_at", INSTANT))


def downgrade() -> None:
    """Drop them; what was paused is in use again."""
    with op.batch_alter_table("connections") as connections:
        connections.drop_column("paused_at")
    op.drop_table("card_removals")
    op.drop_table("departures")
    op.drop_table("uses")
    op.drop_table("revocations")


def _revocations() -> None:
    op.create_table(
        "revocations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sealed_tokens", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("first_tried_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocations")),
    )
    op.create_index(op.f("ix_revocations_due_at"), "revocations", ["due_at"], unique=False)


def _uses() -> None:
    op.create_table(
        "uses",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("actor", sa.BigInteger()),
        sa.Column("guild", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused', 'failed', 'unknown')", name=op.f("ck_uses_outcome")),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_uses_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uses")),
        sa.UniqueConstraint(
            "creator_id",
            "began_at",
            "actor",
            "guild",
            "channel",
            "operation",
            "outcome",
            name=op.f("uq_uses_entry"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_uses_actor"), "uses", ["actor"], unique=False)
    op.create_index(op.f("ix_uses_began_at"), "uses", ["began_at"], unique=False)
    op.create_index(op.f("ix_uses_creator_id_last_at"), "uses", ["creator_id", "last_at"], unique=False)


def _departures() -> None:
    op.create_table(
        "departures",
        sa.Column("guild", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("left_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("guild", name=op.f("pk_departures")),
    )


def _card_removals() -> None:
    op.create_table(
        "card_removals",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_card_removals")),
    )
    op.create_index(op.f("ix_card_removals_asked_at"), "card_removals", ["asked_at"], unique=False)
