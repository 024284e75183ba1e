"""What exists in this Discord: people, guilds, channels, messages. Plain state, no behaviour that answers anyone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from sandbox.discord.components import links
from sandbox.discord.permissions import ALL, IN_DIRECT_MESSAGES, NONE, Permissions
from sandbox.discord.snowflakes import made_at

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


class ChannelKind(IntEnum):
    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


class MessageKind(IntEnum):
    DEFAULT = 0
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER_MESSAGE = 21
    CONTEXT_MENU_COMMAND = 23


@dataclass(slots=True, eq=False, repr=False)
class User:
    """A person or the bot. `dms_open=False` refuses the bot's direct messages with 50007."""

    id: int
    name: str
    is_bot: bool = False
    dms_open: bool = True
    has_installed_app: bool = False
    locale: str = "en-US"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def __repr__(self) -> str:
        return f"<User {self.id} {self.name}>"


@dataclass(slots=True, eq=False)
class Role:
    id: int
    name: str
    permissions: Permissions
    position: int
    is_managed: bool = False


@dataclass(slots=True, eq=False)
class Member:
    user: User
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None


@dataclass(slots=True)
class Overwrite:
    """What one role or member may more, or less, in one channel."""

    target_id: int
    is_for_role: bool
    allow: Permissions = NONE
    deny: Permissions = NONE


@dataclass(slots=True, eq=False, repr=False)
class Guild:
    """A server; its @everyone role has the guild's own id. `is_bot_in` is false where only a user brought the app."""

    id: int
    name: str
    owner: User
    is_bot_in: bool = True
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, "Channel"] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]

    def permissions_of(self, user: User) -> Permissions:
        """Server-wide permissions: owner and administrators have all."""
        if user.id == self.owner.id:
            return ALL
        member = self.members.get(user.id)
        if member is None:
            return NONE
        bits = self.everyone.permissions
        for role in member.roles:
            bits |= role.permissions
        return ALL if Permissions.ADMINISTRATOR in bits else bits

    def __repr__(self) -> str:
        return f"<Guild {self.id} {self.name}>"


@dataclass(slots=True)
class ThreadState:
    owner_id: int
    created_at: datetime
    is_archived: bool = False
    is_locked: bool = False
    auto_archive_minutes: int = 1440
    applied_tags: list[str] = field(default_factory=list)
    archive_changed_at: datetime | None = None
    member_ids: set[int] = field(default_factory=set)


@dataclass(slots=True, eq=False, repr=False)
class Channel:
    """A text channel, forum, thread or direct-message channel; `recipient` is the person in a DM."""

    id: int
    kind: ChannelKind
    name: str = ""
    guild: Guild | None = None
    recipient: User | None = None
    parent: "Channel | None" = None
    thread: ThreadState | None = None
    nsfw: bool = False
    topic: str | None = None
    position: int = 0
    available_tags: list[dict[str, Any]] = field(default_factory=list)
    requires_tag: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    history: dict[int, "Message"] = field(default_factory=dict)

    @property
    def is_dm(self) -> bool:
        return self.kind is ChannelKind.DM

    @property
    def is_nsfw(self) -> bool:
        return self.parent.nsfw if self.parent is not None else self.nsfw

    def permissions_of(self, user: User) -> Permissions:
        """Effective permissions here: overwrites of @everyone, roles, the member; threads ask their parent."""
        if self.guild is None:
            return IN_DIRECT_MESSAGES
        if self.parent is not None:
            return self.parent.permissions_of(user)
        bits = self.guild.permissions_of(user)
        member = self.guild.members.get(user.id)
        if bits == ALL or member is None:
            return bits
        for layer in self._layers(member):
            for overwrite in layer:
                bits &= ~overwrite.deny
            for overwrite in layer:
                bits |= overwrite.allow
        return bits if Permissions.VIEW_CHANNEL in bits else NONE

    def _layers(self, member: Member) -> list[list[Overwrite]]:
        assert self.guild is not None
        ids = [[self.guild.id], [role.id for role in member.roles], [member.user.id]]
        return [[self.overwrites[target] for target in layer if target in self.overwrites] for layer in ids]

    def __repr__(self) -> str:
        return f"<Channel {self.id} {self.kind.name.lower()} {self.name or self.recipient}>"

    def overwrite(self, target: "User | Role | Guild", *, allow: int = 0, deny: int = 0) -> None:
        """Sets what a role, member or (given the guild) everyone may here."""
        self.overwrites[target.id] = Overwrite(
            target.id, not isinstance(target, User), Permissions(allow), Permissions(deny)
        )


@dataclass(slots=True, eq=False, repr=False)
class Attachment:
    id: int
    filename: str
    data: bytes
    url: str
    content_type: str
    description: str | None = None
    is_in_embed: bool = False

    @property
    def size(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"<Attachment {self.filename} {self.size} bytes>"


@dataclass(slots=True, eq=False, repr=False)
class Message:
    """One message as it stands now, after every edit; ids are integers, embeds and components are Discord's JSON."""

    id: int
    channel: Channel
    author: User
    kind: MessageKind = MessageKind.DEFAULT
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    nonce: str | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    reference: dict[str, Any] | None = None
    referenced: "Message | None" = None
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[User] = field(default_factory=list)
    mentioned_roles: list[int] = field(default_factory=list)
    mentions_everyone: bool = False
    flags: int = 0
    ephemeral_for: User | None = None
    origin: dict[str, Any] | None = None
    edited_at: datetime | None = None
    is_pinned: bool = False
    is_deleted: bool = False
    revision: int = 0
    thread: Channel | None = None

    @property
    def channel_id(self) -> int:
        return self.channel.id

    @property
    def author_id(self) -> int:
        return self.author.id

    @property
    def edited(self) -> bool:
        return self.edited_at is not None

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def is_loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def is_from_interaction(self) -> bool:
        return self.origin is not None

    @property
    def created_at(self) -> datetime:
        return made_at(self.id)

    @property
    def text(self) -> str:
        """Everything a person can read on it: content, embeds, text displays, labels. For asserting."""
        return "\n".join(part for part in _readable(self) if part)

    @property
    def links(self) -> dict[str, str]:
        """Label and address of its link buttons."""
        return links(self.components)

    def __repr__(self) -> str:
        return f"<Message {self.id} by {self.author.name} in {self.channel_id}>"

    def mark_edited(self) -> None:
        """Counts a change; filling a message that was loading is not shown as an edit."""
        self.edited_at = self.edited_at if self.is_loading else datetime.now(UTC)
        self.revision += 1


def _readable(message: Message) -> list[str]:
    parts = [message.content]
    for embed in message.embeds:
        parts += _readable_embed(embed)
    for component in message.components:
        parts += _readable_component(component)
    return parts


def _readable_embed(embed: dict[str, Any]) -> list[str]:
    parts = [embed.get("author", {}).get("name", ""), embed.get("title", ""), embed.get("description", "")]
    for item in embed.get("fields", []):
        parts += [item["name"], item["value"]]
    return [*parts, embed.get("footer", {}).get("text", "")]


def _readable_component(component: dict[str, Any]) -> list[str]:
    parts = [str(component.get(key) or "") for key in ("content", "label", "placeholder")]
    accessory = [component["accessory"]] if component.get("accessory") else []
    for inner in [*component.get("components", []), *accessory]:
        parts += _readable_component(inner)
    return parts
