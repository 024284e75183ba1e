"""Which gateway event follows from which change, and what of it each session may read."""

from typing import Any

from sandbox.discord.gateway import Gateway
from sandbox.discord.model import Channel, Guild, Member, Message, User
from sandbox.discord.payloads import channel_json, emoji_json, guild_create_json, member_json, message_json
from sandbox.discord.sessions import Intents
from sandbox.discord.world import World


class Events:
    """Tells the gateway what happened. Ephemeral messages are told to nobody."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def message_created(self, message: Message) -> None:
        self._tell_of_message("MESSAGE_CREATE", message)

    def message_updated(self, message: Message) -> None:
        self._tell_of_message("MESSAGE_UPDATE", message)

    def message_deleted(self, message: Message) -> None:
        if message.is_ephemeral or not self._sees(message.channel):
            return
        data = {"id": str(message.id)} | _place(message.channel)
        self._gateway.dispatch(
            "MESSAGE_DELETE", data, guild_id=_guild_id(message.channel), intent=_message_intent(message.channel)
        )

    def reaction_changed(self, event: str, message: Message, emoji: str, user: User) -> None:
        channel = message.channel
        data = _place(channel) | {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "emoji": emoji_json(emoji),
            "burst": False,
            "type": 0,
        }
        intent = Intents.DIRECT_MESSAGE_REACTIONS if channel.is_dm else Intents.GUILD_MESSAGE_REACTIONS
        if channel.guild is not None and event == "MESSAGE_REACTION_ADD":
            data["member"] = member_json(channel.guild.members[user.id])
        self._gateway.dispatch(event, data, guild_id=_guild_id(channel), intent=intent)

    def channel_changed(self, event: str, channel: Channel) -> None:
        """CHANNEL_CREATE, CHANNEL_UPDATE, CHANNEL_DELETE and their THREAD_ likes."""
        if channel.guild is not None and channel.guild.is_bot_in:
            self._gateway.dispatch(event, channel_json(channel), guild_id=channel.guild.id, intent=Intents.GUILDS)

    def guild_joined(self, guild: Guild) -> None:
        data = guild_create_json(guild, self._world.bot)
        self._gateway.dispatch("GUILD_CREATE", data, guild_id=guild.id, intent=Intents.GUILDS)

    def guild_left(self, guild: Guild) -> None:
        self._gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id, intent=Intents.GUILDS)

    def member_changed(self, event: str, guild: Guild, member: Member) -> None:
        """GUILD_MEMBER_ADD, _UPDATE and _REMOVE: by privilege only, but the bot always hears of itself."""
        data: dict[str, Any] = member_json(member) | {"guild_id": str(guild.id)}
        is_bot_itself = event == "GUILD_MEMBER_UPDATE" and member.user is self._world.bot
        intent = 0 if is_bot_itself else Intents.GUILD_MEMBERS
        self._gateway.dispatch(event, data, guild_id=guild.id, intent=intent)

    def interaction_created(self, payload: dict[str, Any], guild: Guild | None) -> None:
        self._gateway.dispatch("INTERACTION_CREATE", payload, guild_id=guild.id if guild else None)

    def may_read(self, message: Message, intents: int) -> bool:
        """Whether the bot gets a message's content: its own, a DM, a mention (a ping counts), or by privilege."""
        bot = self._world.bot
        return (
            message.author is bot
            or message.channel.is_dm
            or bot in message.mentions
            or bool(intents & Intents.MESSAGE_CONTENT)
        )

    def _tell_of_message(self, event: str, message: Message) -> None:
        channel = message.channel
        if message.is_ephemeral or not self._sees(channel):
            return
        place = _place(channel) | self._author_member(message)
        for session in self._gateway.hearing(_guild_id(channel), _message_intent(channel)):
            data = message_json(message, has_content=self.may_read(message, session.intents)) | place
            if message.referenced is not None and not message.referenced.is_deleted:
                may_read = self.may_read(message.referenced, session.intents)
                data["referenced_message"] = message_json(message.referenced, has_content=may_read, is_nested=True)
            session.dispatch(event, data)

    def _author_member(self, message: Message) -> dict[str, Any]:
        guild = message.channel.guild
        member = guild.members.get(message.author_id) if guild is not None else None
        if member is None:
            return {}
        payload = member_json(member)
        del payload["user"]
        return {"member": payload}

    def _sees(self, channel: Channel) -> bool:
        return channel.guild is None or (channel.guild.is_bot_in and bool(channel.permissions_of(self._world.bot)))


def _guild_id(channel: Channel) -> int | None:
    return None if channel.guild is None else channel.guild.id


def _place(channel: Channel) -> dict[str, Any]:
    place: dict[str, Any] = {"channel_id": str(channel.id), "channel_type": int(channel.kind)}
    return place if channel.guild is None else place | {"guild_id": str(channel.guild.id)}


def _message_intent(channel: Channel) -> int:
    return Intents.DIRECT_MESSAGES if channel.is_dm else Intents.GUILD_MESSAGES
