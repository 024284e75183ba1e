"""All of this Discord in memory, and how to build it."""

from datetime import UTC, datetime
from typing import Any

from sandbox.discord.errors import ApiError
from sandbox.discord.model import Channel, ChannelKind, Guild, Member, Message, Role, ThreadState, User
from sandbox.discord.permissions import EVERYONE, NONE, Permissions, PermissionsLike, permissions_from
from sandbox.discord.snowflakes import Snowflakes

BOT_PERMISSIONS = EVERYONE | Permissions.MANAGE_THREADS | Permissions.CREATE_PRIVATE_THREADS


class World:
    """Owns every user, guild and channel. Lookups raise Discord's own 404s and 403s."""

    def __init__(self, application_id: int, bot_name: str) -> None:
        self.snowflakes = Snowflakes()
        self.application_id = application_id
        self.bot = User(application_id, bot_name, is_bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.dms: dict[int, Channel] = {}

    # -- building

    def add_user(self, name: str, user_id: int | None) -> User:
        user = User(user_id or self.snowflakes.mint(), name)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, *, is_bot_in: bool) -> Guild:
        guild = Guild(self.snowflakes.mint(), name, owner, is_bot_in)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE, 0)
        self.guilds[guild.id] = guild
        self.add_member(guild, owner, NONE)
        if is_bot_in:
            self.add_member(guild, self.bot, BOT_PERMISSIONS)
        return guild

    def add_member(self, guild: Guild, user: User, permissions: PermissionsLike) -> Member:
        """Joins a person; given again, replaces the permissions. They live in a role of that person's own."""
        member = guild.members.setdefault(user.id, Member(user, datetime.now(UTC)))
        bits = permissions_from(permissions)
        own = next((role for role in member.roles if role.is_managed), None)
        if own is None and (bits or user.is_bot):
            own = self.add_role(guild, user.name, bits)
            own.is_managed = True
            member.roles.append(own)
        elif own is not None:
            own.permissions = bits
        return member

    def add_role(self, guild: Guild, name: str, permissions: PermissionsLike = 0) -> Role:
        role = Role(self.snowflakes.mint(), name, permissions_from(permissions), len(guild.roles))
        guild.roles[role.id] = role
        return role

    def add_channel(self, guild: Guild, name: str, kind: ChannelKind, *, nsfw: bool = False) -> Channel:
        channel = Channel(self.snowflakes.mint(), kind, name, guild, nsfw=nsfw, position=len(guild.channels))
        return self._register(channel)

    def add_thread(
        self, parent: Channel, name: str, owner: User, *, kind: ChannelKind, thread_id: int | None
    ) -> Channel:
        now = datetime.now(UTC)
        state = ThreadState(owner.id, now, archive_changed_at=now, member_ids={owner.id})
        thread = Channel(thread_id or self.snowflakes.mint(), kind, name, parent.guild, parent=parent, thread=state)
        return self._register(thread)

    def open_dm(self, user: User) -> Channel:
        if user.id not in self.dms:
            self.dms[user.id] = Channel(self.snowflakes.mint(), ChannelKind.DM, recipient=user)
            self.channels[self.dms[user.id].id] = self.dms[user.id]
        return self.dms[user.id]

    def remove_channel(self, channel: Channel) -> None:
        self.channels.pop(channel.id, None)
        if channel.guild is not None:
            channel.guild.channels.pop(channel.id, None)

    def _register(self, channel: Channel) -> Channel:
        assert channel.guild is not None
        channel.guild.channels[channel.id] = channel
        self.channels[channel.id] = channel
        return channel

    # -- looking up, with Discord's refusals

    def user(self, user_id: int) -> User:
        return self.users.get(user_id) or _unknown(10013)

    def guild_for_bot(self, guild_id: int) -> Guild:
        guild = self.guilds.get(guild_id) or _unknown(10004)
        if not guild.is_bot_in:
            raise ApiError(50001)
        return guild

    def channel_for_bot(self, channel_id: int) -> Channel:
        """A channel the bot can see: 10003 when there is none, 50001 when it may not look."""
        channel = self.channels.get(channel_id) or _unknown(10003)
        if channel.guild is not None:
            is_member = self.bot.id in channel.guild.members
            if not is_member or Permissions.VIEW_CHANNEL not in channel.permissions_of(self.bot):
                raise ApiError(50001)
        return channel

    def message_for_bot(self, channel_id: int, message_id: int) -> Message:
        """A message the bot can fetch; ephemeral ones are not found this way."""
        channel = self.channel_for_bot(channel_id)
        require(channel, self.bot, Permissions.READ_MESSAGE_HISTORY, 50001)
        return find_message(channel, message_id)

    def role(self, guild: Guild, role_id: int) -> Role:
        return guild.roles.get(role_id) or _unknown(10011)

    def member(self, guild: Guild, user_id: int) -> Member:
        return guild.members.get(user_id) or _unknown(10007)

    def share_a_guild(self, user: User) -> bool:
        return any(guild.is_bot_in and user.id in guild.members for guild in self.guilds.values())

    def threads_of(self, guild: Guild) -> list[Channel]:
        return [channel for channel in guild.channels.values() if channel.thread is not None]


def require(channel: Channel, user: User, needed: Permissions, code: int = 50013) -> None:
    """Raises that code unless the user holds all these permissions in the channel."""
    if needed & ~channel.permissions_of(user):
        raise ApiError(code)


def find_message(channel: Channel, message_id: int) -> Message:
    message = channel.history.get(message_id)
    if message is None or message.is_deleted or message.is_ephemeral:
        raise ApiError(10008)
    return message


def visible_messages(channel: Channel, viewer: User | None = None) -> list[Message]:
    """What stands in the channel, oldest first: ephemeral messages only for the person they were meant for."""
    return [
        message
        for message in channel.history.values()
        if not message.is_deleted and (not message.is_ephemeral or (viewer and message.ephemeral_for is viewer))
    ]


def _unknown(code: int) -> Any:
    raise ApiError(code)
