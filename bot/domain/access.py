"""Rights: who may do what with which creator."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.accounts import ChannelId, Connection, CreatorId, DiscordUserId, GuildId


class Capability(StrEnum):
    """A right on one creator."""

    INSIGHTS = "insights"
    ALERTS = "alerts"
    REPLY = "reply"
    POST = "post"
    MANAGE = "manage"
    """Connect, disconnect and hand out rights: the owner's alone."""

    @property
    def phrase(self) -> str:
        """The right as the end of "you may …"."""
        return PHRASES[self]


PHRASES = {
    Capability.INSIGHTS: "see insights",
    Capability.ALERTS: "set up alerts",
    Capability.REPLY: "read and answer fans",
    Capability.POST: "post",
    Capability.MANAGE: "manage the account",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where; built by the front door from what Discord says, never from user input."""

    user: DiscordUserId
    name: str
    guild: GuildId | None = None
    channel: ChannelId | None = None
    is_age_restricted: bool = False
    """Whether the place they act from may show adult text."""


@dataclass(frozen=True, slots=True)
class Right:
    """One capability on one creator that its owner gave to a person."""

    creator: CreatorId
    person: DiscordUserId
    capability: Capability
    granted_by: DiscordUserId
    granted_at: datetime
    until: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Whether the right has not run out."""
        return self.until is None or instant < self.until


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission for one act: this actor, this connection, this capability.

    Only the access service makes one, from storage, at the moment of the act.
    """

    actor: Actor
    connection: Connection
    capability: Capability

    @property
    def creator(self) -> CreatorId:
        """The creator it is about."""
        return self.connection.account.id

    @property
    def handle(self) -> str:
        """What Fanvue calls that creator, without the @."""
        return self.connection.account.handle

    @property
    def managed(self) -> CreatorId | None:
        """The creator to act as when the connected account manages it; ``None`` for the account itself."""
        return None

    @property
    def is_owner(self) -> bool:
        """Whether the actor is the one who connected the account."""
        return self.connection.owner == self.actor.user
