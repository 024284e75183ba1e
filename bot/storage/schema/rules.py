"""What people muted, and what is known of fans: what they have spent, who is subscribed."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from bot.storage.database.instants import Instant
from bot.storage.schema.base import metadata

mutes = Table(
    "mutes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), nullable=False),
    Column("scope", Text, nullable=False),
    Column("person", BigInteger, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("sealed_label", Text, nullable=False),
    Column("until", Instant),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("scope IN ('me', 'all')", name="scope"),
    CheckConstraint("subject IN ('fan', 'kind', 'place')", name="subject"),
)
Index(None, mutes.c.creator_id)

spender_lists = Table(
    "spender_lists",
    metadata,
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("floor", Integer, nullable=False),
    Column("read_at", Instant, nullable=False),
)

spenders = Table(
    "spenders",
    metadata,
    Column("creator_id", ForeignKey("spender_lists.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("fan_id", Text, primary_key=True),
    Column("spent", Integer, nullable=False),
    Column("is_top", Boolean, nullable=False),
)

subscriber_lists = Table(
    "subscriber_lists",
    metadata,
    Column("id", Text, primary_key=True),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), nullable=False),
    Column("sealed_list", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
)
Index(None, subscriber_lists.c.creator_id)

desk_posts = Table(
    "desk_posts",
    metadata,
    Column("forum_id", BigInteger, primary_key=True, autoincrement=False),
    Column("creator_id", ForeignKey("creators.creator_id", ondelete="CASCADE"), primary_key=True),
    Column("fan_id", Text, primary_key=True),
    Column("thread_id", BigInteger, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)
Index(None, desk_posts.c.creator_id, desk_posts.c.fan_id)
