"""Who is who: Discord users, Fanvue creators and the connection between them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.scopes import Feature, Scope

DiscordUserId = NewType("DiscordUserId", int)
GuildId = NewType("GuildId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
CreatorId = NewType("CreatorId", str)
"""A Fanvue user uuid of an account that was connected here, or of a creator that one manages."""
FanId = NewType("FanId", str)
"""A Fanvue user uuid of somebody who follows, subscribes or writes."""
ConnectionId = NewType("ConnectionId", str)


class ConnectionStatus(StrEnum):
    """Whether a connection's tokens can be used."""

    ACTIVE = "active"
    DEAD = "dead"
    """Fanvue refused the refresh token: only connecting again helps."""


@dataclass(frozen=True, slots=True)
class Person:
    """A Discord user as they showed themselves when they acted."""

    id: DiscordUserId
    name: str
    avatar_url: str | None = None


@dataclass(frozen=True, slots=True)
class FanvueAccount:
    """What Fanvue says about the account that was just authorised."""

    id: CreatorId
    handle: str
    display_name: str
    is_creator: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """One Fanvue account bound to one Discord user; both sides appear in one active connection only."""

    id: ConnectionId
    owner: DiscordUserId
    account: FanvueAccount
    features: frozenset[Feature]
    scopes: frozenset[Scope]
    status: ConnectionStatus
    connected_at: datetime
    access_expires_at: datetime
    refreshed_at: datetime
    paused_at: datetime | None = None
    """Since when its owner wants nothing done with it; ``None`` while it may be used."""

    @property
    def is_active(self) -> bool:
        """Whether calls can be made with it."""
        return self.status is ConnectionStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Creator:
    """Somebody who can be worked for here: a connected account itself, or a creator that it manages."""

    account: FanvueAccount
    connection: Connection

    @property
    def id(self) -> CreatorId:
        """The creator's own id."""
        return self.account.id

    @property
    def owner(self) -> DiscordUserId:
        """Who connected the account behind it."""
        return self.connection.owner

    @property
    def managed(self) -> CreatorId | None:
        """The creator to act as when the connected account manages it; ``None`` for the account itself."""
        return None if self.account.id == self.connection.account.id else self.account.id
