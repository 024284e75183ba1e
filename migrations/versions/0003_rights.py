"""Creators apart from connections, rights that may be passed on, shifts, and which creator a place is about.

The reason: one connected account may manage several creators; rights, routes and defaults belong to a creator, not to
the account behind it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Give each connected account its row, then hang rights and routes on those."""
    _creators()
    op.execute(
        "INSERT INTO creators (creator_id, account_id, handle, display_name) "
        "SELECT creator_id, creator_id, handle, display_name FROM connections"
    )
    with op.batch_alter_table("rights") as rights:
        rights.add_column(sa.Column("may_pass_on", sa.Boolean(), nullable=True))
        rights.add_column(sa.Column("guild", sa.BigInteger(), nullable=True))
    op.execute(sa.text("UPDATE rights SET may_pass_on = :no").bindparams(sa.bindparam("no", False, sa.Boolean())))
    with op.batch_alter_table("rights") as rights:
        rights.alter_column("may_pass_on", existing_type=sa.Boolean(), nullable=False)
        _point(rights, "rights", "creators")
    with op.batch_alter_table("routes") as routes:
        _point(routes, "routes", "creators")
    _shifts()
    _default_creators()


def downgrade() -> None:
    """Keep what hangs on connected accounts; what hangs on creators they manage goes."""
    op.drop_table("default_creators")
    op.drop_table("shifts")
    op.execute("DELETE FROM rights WHERE creator_id NOT IN (SELECT creator_id FROM connections)")
    op.execute("DELETE FROM routes WHERE creator_id NOT IN (SELECT creator_id FROM connections)")
    with op.batch_alter_table("rights") as rights:
        _point(rights, "rights", "connections")
        rights.drop_column("guild")
        rights.drop_column("may_pass_on")
    with op.batch_alter_table("routes") as routes:
        _point(routes, "routes", "connections")
    op.drop_table("creators")


def _point(batch: "op.BatchOperations", table: str, to: str) -> None:
    name = op.f(f"fk_{table}_creator_id")
    batch.drop_constraint(name, type_="foreignkey")
    batch.create_foreign_key(name, to, ["creator_id"], ["creator_id"], ondelete="CASCADE")


def _creators() -> None:
    op.create_table(
        "creators",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("seen_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["account_id"], ["connections.creator_id"], name=op.f("fk_creators_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_creators")),
    )
    op.create_index(op.f("ix_creators_account_id"), "creators", ["account_id"], unique=False)


def _shifts() -> None:
    op.create_table(
        "shifts",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_shifts_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", "person", "number", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_person"), "shifts", ["person"], unique=False)


def _default_creators() -> None:
    op.create_table(
        "default_creators",
        sa.Column("guild", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_default_creators_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("guild", "channel", name=op.f("pk_default_creators")),
    )
    op.create_index(op.f("ix_default_creators_creator_id"), "default_creators", ["creator_id"], unique=False)
