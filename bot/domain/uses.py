"""What was done with a creator's token: by whom, for what, from where, and how it ended; never what was said."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.accounts import ChannelId, CreatorId, DiscordUserId, GuildId
from bot.domain.scopes import Scope

KEPT_FOR = timedelta(days=90)
"""How long uses are kept."""


class UseOutcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Use:
    """One kind of use; many of them in one hour are counted together."""

    creator: CreatorId
    operation: str
    """Fanvue's name of what was done."""
    scopes: frozenset[Scope]
    outcome: UseOutcome
    actor: DiscordUserId | None = None
    """``None``: the bot by itself."""
    guild: GuildId | None = None
    channel: ChannelId | None = None

    @property
    def is_background(self) -> bool:
        """Whether nobody asked for it just then."""
        return self.actor is None


@dataclass(frozen=True, slots=True)
class Uses:
    """How often something was done from one place within an hour (a day, in the background), and when last."""

    use: Use
    count: int
    last_at: datetime
    is_anonymous: bool = False
    """Whether whoever did it had themselves forgotten."""


@dataclass(frozen=True, slots=True)
class LastUse:
    """The latest use of a scope, in numbers and names."""

    operation: str
    actor: DiscordUserId | None
    """``None``: the bot by itself, or somebody who had themselves forgotten."""
    at: datetime


WORDS = {
    "listChats": "Looked through chats",
    "getUnreadChatsCount": "Counted unread chats",
    "listMessages": "Read a chat",
    "updateChat": "Marked a chat or changed its nickname",
    "createChat": "Opened a chat",
    "getBatchStatuses": "Looked who is online",
    "sendMessage": "Sent a message to a fan",
    "deleteMessage": "Took back a message",
    "listFollowers": "Looked through followers",
    "listSubscribers": "Looked through subscribers",
    "getOnlineSubscribers": "Looked who is online",
    "getEarnings": "Read earnings",
    "getEarningsSummary": "Read earnings",
    "getEarningsPercentile": "Read the earnings rank",
    "getSpending": "Read refunds and disputes",
    "getSubscribers": "Read subscriber numbers",
    "getTopSpenders": "Read the top fans",
    "getFanInsights": "Read what a fan spent",
    "getBulkFanInsights": "Read what fans spent",
    "batchFanInsights": "Read what fans spent",
    "listNotifications": "Read notifications",
    "sendMassMessage": "Sent a mass message",
    "listMassMessages": "Looked through mass messages",
    "updateMassMessage": "Changed a mass message",
    "deleteMassMessage": "Took back a mass message",
    "getPosts": "Looked through posts",
    "getPostByUuid": "Looked at a post",
    "createPost": "Created a post",
    "updatePost": "Changed a post",
    "deletePost": "Deleted a post",
    "pinPost": "Pinned a post",
    "unpinPost": "Unpinned a post",
    "repostPost": "Posted a post again",
    "getPostComments": "Read comments",
    "createPostComment": "Wrote a comment",
    "deletePostComment": "Deleted a comment",
    "getUserMedia": "Looked through media",
    "createUploadSession": "Uploaded a file",
    "getUploadPartUrl": "Uploaded a file",
    "completeUploadSession": "Uploaded a file",
    "listTemplateMessages": "Looked through templates",
    "getTemplateMessage": "Read a template",
    "listCreators": "Looked which creators are managed",
    "getCurrentUser": "Read the profile",
    "getAccount": "Read the account",
}
"""Plain words for what is done most; the rest is read off its name."""
DONE = {
    "add": "added",
    "create": "created",
    "delete": "deleted",
    "get": "read",
    "list": "looked through",
    "remove": "removed",
    "update": "changed",
}

TWIN = re.compile(r"^(list|get|send|create|update|delete|pin|unpin|repost|complete)Creator(?=[A-Z])")
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_for(operation: str) -> str:
    """An operation as a person would say it; that for a managed creator sounds the same."""
    plain = TWIN.sub(r"\1", operation)
    verb, _, rest = HUMP.sub(" ", plain).partition(" ")
    return WORDS.get(plain) or f"{DONE.get(verb, verb)} {rest}".strip().capitalize()


def period_of(use: Use, at: datetime) -> datetime:
    """The beginning of the hour it is counted in; of the day, for what the bot does by itself."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour.replace(hour=0) if use.is_background else hour
