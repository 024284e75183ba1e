"""Several events in one message, cards that grow, notices of cards that were given up.

The reason: what goes into one Discord message is written down before it is sent (``parcel_id``, ``shape``), so that a
second try sends the same message; a message holds the cards of several deliveries, so a card is known by its delivery;
an owner is told once for each place that refuses cards.
"""

# ruff: noqa: S608 - put together from constants

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SHAPE = "shape IN ('cards', 'away', 'grown', 'alone')"
ADDED = (("parcel_id", sa.BigInteger()), ("shape", sa.Text()), ("happened_at", INSTANT), ("fan_id", sa.Text()))
OLD_CARD = (
    "message_id, channel_id, delivery_id, creator_id, fan_id, fanvue_message, answered_by, answered_name, answered_at, "
    "created_at"
)


def upgrade() -> None:
    """Widen deliveries, know cards by their delivery, make the table of refusals."""
    _change_deliveries([sa.Column(name, kind, nullable=True) for name, kind in ADDED], ())
    op.execute("UPDATE deliveries SET parcel_id = id, shape = 'cards' WHERE status = 'done'")
    op.create_index(op.f("ix_deliveries_parcel_id"), "deliveries", ["parcel_id"], unique=False)
    op.execute("CREATE TABLE cards_kept AS SELECT * FROM cards")
    op.drop_table("cards")
    _cards()
    _take_back()
    op.create_table(
        "refusals",
        sa.Column("place_key", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("place_key", "owner", "cause", name=op.f("pk_refusals")),
    )
    op.create_index(op.f("ix_refusals_owner"), "refusals", ["owner"], unique=False)


def downgrade() -> None:
    """One card a message is kept: the first."""
    op.drop_table("refusals")
    op.execute(
        f"CREATE TABLE cards_kept AS SELECT {OLD_CARD} FROM cards WHERE delivery_id IN "
        "(SELECT min(delivery_id) FROM cards GROUP BY message_id)"
    )
    op.drop_table("cards")
    _old_cards()
    _take_back()
    op.drop_index(op.f("ix_deliveries_parcel_id"), "deliveries")
    _change_deliveries((), [name for name, _ in ADDED])


def _change_deliveries(added: Sequence[sa.Column], dropped: Sequence[str]) -> None:
    """Other columns, and the check that goes with them; SQLite builds the table anew for it."""
    with op.batch_alter_table("deliveries", table_kwargs={"sqlite_autoincrement": True}) as batch:
        if dropped:
            batch.drop_constraint(op.f("ck_deliveries_shape"), type_="check")
        for column in added:
            batch.add_column(column)
        for name in dropped:
            batch.drop_column(name)
        if added:
            batch.create_check_constraint(op.f("ck_deliveries_shape"), SHAPE)


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=True),
        sa.Column("fanvue_message", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_name", sa.Text(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("elsewhere_at", INSTANT, nullable=True),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_cards_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_cards")),
    )
    op.create_index(op.f("ix_cards_message_id"), "cards", ["message_id"], unique=False)
    op.create_index(op.f("ix_cards_creator_id_fan_id"), "cards", ["creator_id", "fan_id"], unique=False)


def _old_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("fan_id", sa.Text(), nullable=True),
        sa.Column("fanvue_message", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_name", sa.Text(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_cards_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_cards")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_cards_delivery_id")),
    )


def _take_back() -> None:
    op.execute(f"INSERT INTO cards ({OLD_CARD}) SELECT {OLD_CARD} FROM cards_kept")
    op.drop_table("cards_kept")
