"""What is answered, who is on it, what is noted about fans."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from bot.storage.database.instants import Instant
from bot.storage.schema.base import metadata, partial_index

replies = Table(
    "replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_key", Text, nullable=False, unique=True),
    Column("card_message", BigInteger),
    Column("creator_id", Text, nullable=False),
    Column("fan_id", Text, nullable=False),
    Column("author", BigInteger, index=True),
    Column("status", Text, nullable=False),
    Column("fanvue_message", Text),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("author_name", Text),
    Column("channel_id", BigInteger),
    Column("delivery_id", BigInteger),
    Column("sealed_draft", Text),
    CheckConstraint("status IN ('asked', 'sending', 'sent', 'failed', 'unknown', 'unsent', 'kept')", name="status"),
)
Index(None, replies.c.creator_id, replies.c.fan_id)
partial_index(
    "ix_replies_sending",
    replies.c.created_at,
    where="status = 'sending'",
)

claims = Table(
    "claims",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("fan_id", Text, primary_key=True),
    Column("holder", BigInteger, nullable=False, index=True),
    Column("holder_name", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    Column("is_snoozed", Boolean, nullable=False),
)

closed_chats = Table(
    "closed_chats",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("fan_id", Text, primary_key=True),
    Column("closed_at", Instant, nullable=False),
)

watches = Table(
    "watches",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("minutes", Integer, nullable=False),
    Column("role", BigInteger),
    Column("lead", BigInteger, index=True),
)

escalations = Table(
    "escalations",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("fan_id", Text, primary_key=True),
    Column("waiting_since", Instant, nullable=False),
    Column("level", Integer, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), nullable=False),
    Column("fan_id", Text, nullable=False),
    Column("author", BigInteger, index=True),
    Column("sealed_text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index(None, notes.c.creator_id, notes.c.fan_id)

reply_places = Table(
    "reply_places",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("place_id", BigInteger, primary_key=True, autoincrement=False),
    Column("is_allowed", Boolean, nullable=False),
    Column("set_by", BigInteger, nullable=False, index=True),
    Column("set_at", Instant, nullable=False),
)
