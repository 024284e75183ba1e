"""Rules can ask for the fans that Fanvue marks as top spenders.

The reason: Fanvue's mark and an amount somebody chose are two things; the lists read so far lack the mark, and are read
anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No rule asks for it yet."""
    op.execute("DELETE FROM spender_lists")
    op.add_column("routes", sa.Column("top_only", sa.Boolean(), nullable=True))
    op.execute(sa.text("UPDATE routes SET top_only = :no").bindparams(sa.bindparam("no", False, sa.Boolean())))
    with op.batch_alter_table("routes") as routes:
        routes.alter_column("top_only", existing_type=sa.Boolean(), nullable=False)
    op.drop_table("spenders")
    _spenders(sa.Column("is_top", sa.Boolean(), nullable=False))


def downgrade() -> None:
    """Such rules ask for nothing again."""
    op.execute("DELETE FROM spender_lists")
    op.drop_table("spenders")
    _spenders()
    with op.batch_alter_table("routes") as routes:
        routes.drop_column("top_only")


def _spenders(*further: sa.Column) -> None:
    op.create_table(
        "spenders",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        *further,
        sa.ForeignKeyConstraint(
            ["creator_id"], ["spender_lists.creator_id"], name=op.f("fk_spenders_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", "fan_id", name=op.f("pk_spenders")),
    )
