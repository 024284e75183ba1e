"""Drafts of posts and mass messages, and who has to approve them.

The reason: a draft outlives restarts until somebody confirms it, with its words sealed; what was sent is remembered by
its id, so that an equal post is not taken for it when Fanvue's answer is lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_content", sa.Text()),
        sa.Column("known", sa.Text()),
        sa.Column("fanvue_uuid", sa.Text()),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT),
        sa.CheckConstraint("kind IN ('post', 'mass')", name=op.f("ck_drafts_kind")),
        sa.CheckConstraint(
            "status IN ('draft', 'waiting', 'sending', 'sent', 'unknown', 'declined')", name=op.f("ck_drafts_status")
        ),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_drafts_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("creator_id", "fanvue_uuid", name=op.f("uq_drafts_creator_id_fanvue_uuid")),
    )
    for column in ("author", "changed_at", "creator_id", "decided_by"):
        op.create_index(op.f(f"ix_drafts_{column}"), "drafts", [column], unique=False)
    op.create_table(
        "approval_policies",
        sa.Column("creator_id", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.CheckConstraint("policy IN ('off', 'chatters', 'all')", name=op.f("ck_approval_policies_policy")),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.creator_id"], name=op.f("fk_approval_policies_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_approval_policies")),
    )


def downgrade() -> None:
    """Drop them; what was not confirmed is lost."""
    op.drop_table("approval_policies")
    op.drop_table("drafts")
