"""What is written to be posted, and who has to agree."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from bot.storage.database.instants import Instant
from bot.storage.schema.base import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("author", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed_content", Text),
    Column("known", Text),
    Column("fanvue_uuid", Text),
    Column("decided_by", BigInteger, index=True),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
    Column("started_at", Instant),
    Column("question_channel", BigInteger),
    Column("question_message", BigInteger),
    UniqueConstraint("creator_id", "fanvue_uuid"),
    CheckConstraint("kind IN ('post', 'mass')", name="kind"),
    CheckConstraint("status IN ('draft', 'waiting', 'sending', 'sent', 'unknown', 'declined')", name="status"),
)

approval_policies = Table(
    "approval_policies",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("policy", Text, nullable=False),
    CheckConstraint("policy IN ('off', 'chatters', 'all')", name="policy"),
)
