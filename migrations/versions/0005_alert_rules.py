"""What a rule asks for beside kind and place, who muted what, what fans have spent, and a desk's posts.

The reason: people choose the hours, the amounts and the fans they hear of. What is held for later rests in the outbox,
as ``held`` deliveries, so that each event stays in exactly one card or digest through restarts.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

OLD_PLACES = "place_kind IN ('dm', 'channel')"
NEW_PLACES = "place_kind IN ('dm', 'channel', 'forum')"
OLD_STATUS = "status IN ('due', 'leased', 'done', 'dead')"
NEW_STATUS = "status IN ('held', 'due', 'leased', 'done', 'dead')"
LEASED = "(status = 'leased') = (leased_until IS NOT NULL AND lease_holder IS NOT NULL)"
DIGEST = "digest IN ('hourly', 'daily')"
PAUSED = "(paused_at IS NULL) = (paused_reason IS NULL)"

WISHES = (
    ("minimum", sa.Integer()),
    ("spent", sa.Integer()),
    ("role", sa.BigInteger()),
    ("is_silent", sa.Boolean()),
    ("quiet_start", sa.Integer()),
    ("quiet_end", sa.Integer()),
    ("quiet_lets_urgent", sa.Boolean()),
    ("digest", sa.Text()),
    ("zone", sa.Text()),
    ("paused_reason", sa.Text()),
    ("paused_at", INSTANT),
)

Checks = dict[str, str]
OLD_ROUTES: Checks = {"place_kind": OLD_PLACES}
NEW_ROUTES: Checks = {"place_kind": NEW_PLACES, "digest": DIGEST, "paused_for_a_reason": PAUSED}
OLD_DELIVERIES: Checks = {"status": OLD_STATUS, "place_kind": OLD_PLACES, "leased_by_somebody": LEASED}
NEW_DELIVERIES: Checks = {"status": NEW_STATUS, "place_kind": NEW_PLACES, "leased_by_somebody": LEASED}


def upgrade() -> None:
    """Widen routes and deliveries, make the tables of mutes, spenders and posts."""
    _change("routes", [sa.Column(name, kind, nullable=True) for name, kind in WISHES], (), OLD_ROUTES, NEW_ROUTES)
    op.execute(
        sa.text("UPDATE routes SET is_silent = :no, zone = 'UTC'").bindparams(sa.bindparam("no", False, sa.Boolean()))
    )
    with op.batch_alter_table("routes") as routes:
        routes.alter_column("is_silent", existing_type=sa.Boolean(), nullable=False)
        routes.alter_column("zone", existing_type=sa.Text(), nullable=False)
    op.create_index(op.f("ix_routes_guild"), "routes", ["guild"], unique=False)
    _change("deliveries", [sa.Column("bundle", sa.Text(), nullable=True)], (), OLD_DELIVERIES, NEW_DELIVERIES)
    op.create_index(
        "ix_deliveries_held",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status = 'held'"),
        postgresql_where=sa.text("status = 'held'"),
    )
    _mutes()
    _spenders()
    _desk_posts()


def downgrade() -> None:
    """Drop them; what was held is due at once, what went to a forum goes."""
    for name in ("desk_posts", "spenders", "spender_lists", "mutes"):
        op.drop_table(name)
    op.execute("DELETE FROM routes WHERE place_kind = 'forum'")
    op.execute("DELETE FROM deliveries WHERE place_kind = 'forum'")
    op.execute("UPDATE deliveries SET status = 'due' WHERE status = 'held'")
    op.drop_index("ix_deliveries_held", "deliveries")
    _change("deliveries", (), ["bundle"], NEW_DELIVERIES, OLD_DELIVERIES)
    op.drop_index(op.f("ix_routes_guild"), "routes")
    _change("routes", (), [name for name, _ in WISHES], NEW_ROUTES, OLD_ROUTES)


def _change(table: str, added: Sequence[sa.Column], dropped: Sequence[str], before: Checks, after: Checks) -> None:
    """Other columns and other checks; SQLite builds the table anew for it."""
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": table == "deliveries"}) as batch:
        for name in before:
            if before[name] != after.get(name):
                batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for column in added:
            batch.add_column(column)
        for name in dropped:
            batch.drop_column(name)
        for name, condition in after.items():
            if before.get(name) != condition:
                batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def _mutes() -> None:
    op.create_table(
        "mutes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("sealed_label", sa.Text(), nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("scope IN ('me', 'all')", name=op.f("ck_mutes_scope")),
        sa.CheckConstraint("subject IN ('fan', 'kind', 'place')", name=op.f("ck_mutes_subject")),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_mutes_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mutes")),
    )
    op.create_index(op.f("ix_mutes_creator_id"), "mutes", ["creator_id"], unique=False)
    op.create_index(op.f("ix_mutes_person"), "mutes", ["person"], unique=False)


def _spenders() -> None:
    op.create_table(
        "spender_lists",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_spender_lists_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_spender_lists")),
    )
    op.create_table(
        "spenders",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["spender_lists.creator_id"], name=op.f("fk_spenders_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", "fan_id", name=op.f("pk_spenders")),
    )


def _desk_posts() -> None:
    op.create_table(
        "desk_posts",
        sa.Column("forum_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_desk_posts_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("forum_id", "creator_id", "fan_id", name=op.f("pk_desk_posts")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_desk_posts_thread_id")),
    )
