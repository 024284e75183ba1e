"""Rights: who may do what with which creator."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from bot.domain.accounts import ChannelId, Connection, Creator, CreatorId, DiscordUserId, FanvueAccount, GuildId


class Capability(StrEnum):
    """A right on one creator."""

    INSIGHTS = "insights"
    ALERTS = "alerts"
    REPLY = "reply"
    POST = "post"
    APPROVE = "approve"
    MANAGE = "manage"
    """Hand out rights, within what one holds and may pass on."""
    OWN = "own"
    """Connect, disconnect and the like: of whoever connected the account, and never given."""

    @property
    def phrase(self) -> str:
        """The right as the end of "you may …"."""
        return PHRASES[self]

    @property
    def is_giveable(self) -> bool:
        """Whether it can be given to others."""
        return self is not Capability.OWN


PHRASES = {
    Capability.INSIGHTS: "see insights",
    Capability.ALERTS: "set up alerts",
    Capability.REPLY: "read and answer fans",
    Capability.POST: "post",
    Capability.APPROVE: "approve what others wrote",
    Capability.MANAGE: "manage the team",
    Capability.OWN: "connect and disconnect the account",
}

GIVEABLE = tuple(capability for capability in Capability if capability.is_giveable)
"""What can be given to others."""


class Way(StrEnum):
    """How somebody acted in Discord."""

    COMMAND = "command"
    PRESS = "press"
    """A button or a menu."""
    BOX = "box"
    """A form that was filled in."""
    REPLY = "reply"
    """Discord's own Reply."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where; built by the front door from what Discord says, never from user input."""

    user: DiscordUserId
    name: str
    guild: GuildId | None = None
    channel: ChannelId | None = None
    is_age_restricted: bool = False
    """Whether the place they act from may show adult text."""
    is_there: bool = True
    """Whether acting there proves being there now: what is found later may be of somebody who has left."""
    way: Way | None = None
    """``None`` for what was done on a page of ours, or by the bot itself for somebody."""


@dataclass(frozen=True, slots=True)
class Right:
    """One capability on one creator that was given to a person, in a server where that person is a member."""

    creator: CreatorId
    person: DiscordUserId
    capability: Capability
    granted_by: DiscordUserId
    granted_at: datetime
    until: datetime | None = None
    may_pass_on: bool = False
    """Whether the person, when they may manage the team too, may give it to others."""
    guild: GuildId | None = None
    """Where it was given; it holds only while the person is a member there."""

    def holds_at(self, instant: datetime) -> bool:
        """Whether the right has not run out."""
        return self.until is None or instant < self.until


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission for one act: this actor, this creator, this capability.

    Only the access service makes one, from storage, at the moment of the act.
    """

    actor: Actor
    connection: Connection
    capability: Capability
    subject: FanvueAccount | None = None
    """The creator that the connected account manages; ``None`` when it is about that account itself."""

    @classmethod
    def on(cls, creator: Creator, actor: Actor, capability: Capability) -> Self:
        """On that creator, by whichever connection reaches it."""
        return cls(actor, creator.connection, capability, creator.account if creator.managed else None)

    @property
    def account(self) -> FanvueAccount:
        """The creator it is about, as Fanvue names it."""
        return self.subject or self.connection.account

    @property
    def creator(self) -> CreatorId:
        """The creator it is about."""
        return self.account.id

    @property
    def handle(self) -> str:
        """What Fanvue calls that creator, without the @."""
        return self.account.handle

    @property
    def managed(self) -> CreatorId | None:
        """The creator to act as when the connected account manages it; ``None`` for the account itself."""
        return self.subject.id if self.subject else None

    @property
    def is_owner(self) -> bool:
        """Whether the actor is the one who connected the account."""
        return self.connection.owner == self.actor.user


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act; the actor is unknown once they had themselves forgotten."""

    at: datetime
    actor: DiscordUserId | None
    creator: CreatorId | None
    action: str
    guild: GuildId | None
    channel: ChannelId | None
    outcome: str
    way: Way | None = None
