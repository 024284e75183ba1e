"""Acting as a person: what a Discord client lets somebody do, and the events that follow."""

import time
from collections.abc import Sequence
from typing import Any

from sandbox.discord import components as parts
from sandbox.discord.commands import CHAT_INPUT, MESSAGE_COMMAND, USER_COMMAND, Command, Commands
from sandbox.discord.errors import PlayError
from sandbox.discord.events import Events
from sandbox.discord.forms import filled
from sandbox.discord.interactions import Interaction, InteractionKind, Interactions, may_use_application_commands
from sandbox.discord.invoking import Filling
from sandbox.discord.model import Attachment, Channel, ChannelKind, Message, MessageKind, Role, User
from sandbox.discord.payloads import message_json
from sandbox.discord.permissions import Permissions
from sandbox.discord.posting import Posting, Upload
from sandbox.discord.world import World

GUILD_CONTEXT, BOT_DM_CONTEXT = 0, 1
USER_INSTALL = 1


class People:
    """Refuses, with PlayError, what a client would not offer: no such command, a disabled button, a hidden channel."""

    def __init__(
        self, world: World, events: Events, posting: Posting, interactions: Interactions, commands: Commands
    ) -> None:
        self._world = world
        self._events = events
        self._posting = posting
        self._interactions = interactions
        self._commands = commands

    def slash(self, user: User, channel: Channel | None, text: str, options: dict[str, Any]) -> Interaction:
        place = self._place(user, channel)
        command, path = self._command(user, place, text)
        data = self._filling(place).data(command, path, options)
        return self._send(self._interactions.begin(InteractionKind.COMMAND, user, place, data))

    def autocomplete(
        self, user: User, channel: Channel | None, text: str, focused: str, value: Any, options: dict[str, Any]
    ) -> Interaction:
        place = self._place(user, channel)
        command, path = self._command(user, place, text)
        filling = self._filling(place, focused)
        data = filling.data(command, path, options | {focused: value})
        return self._send(self._interactions.begin(InteractionKind.AUTOCOMPLETE, user, place, data))

    def context_menu(self, user: User, channel: Channel | None, name: str, target: Message | User) -> Interaction:
        place = self._place(user, channel)
        kind = MESSAGE_COMMAND if isinstance(target, Message) else USER_COMMAND
        command = self._available(user, place, name, kind)
        filling = self._filling(place)
        filling.resolve(target)
        data = {"id": command["id"], "name": name, "type": kind, "target_id": str(target.id)}
        data |= {"resolved": filling.resolved}
        return self._send(self._interactions.begin(InteractionKind.COMMAND, user, place, data))

    def click(self, user: User, message: Message, wanted: str) -> Interaction:
        self._require_seen(user, message)
        button = parts.find_clickable(message.components, wanted)
        data = {"component_type": parts.BUTTON, "custom_id": button["custom_id"], "id": button.get("id", 0)}
        return self._send(
            self._interactions.begin(InteractionKind.COMPONENT, user, message.channel, data, source=message)
        )

    def select(self, user: User, message: Message, custom_id: str, values: Sequence[Any]) -> Interaction:
        self._require_seen(user, message)
        menu = parts.find_select(message.components, custom_id)
        least, most = menu.get("min_values", 1), menu.get("max_values", 1)
        if not least <= len(values) <= most:
            raise PlayError(f"the select {custom_id!r} takes {least} to {most} values, not {len(values)}")
        filling = self._filling(message.channel)
        data = {
            "component_type": menu["type"],
            "custom_id": menu["custom_id"],
            "id": menu.get("id", 0),
            "values": [_selected(menu, value, filling) for value in values],
        }
        if filling.resolved:
            data["resolved"] = filling.resolved
        return self._send(
            self._interactions.begin(InteractionKind.COMPONENT, user, message.channel, data, source=message)
        )

    def submit(self, user: User, opened: Interaction, answers: dict[str, Any]) -> Interaction:
        modal = opened.modal
        if modal is None or opened.user is not user:
            raise PlayError(f"no modal stands open for {user.name}: {opened!r}")
        filling = self._filling(opened.channel)
        answers = {name: self._uploaded(answer, filling) for name, answer in answers.items()}
        data: dict[str, Any] = {"custom_id": modal["custom_id"], "components": filled(modal, answers)}
        if filling.resolved:
            data["resolved"] = filling.resolved
        return self._send(
            self._interactions.begin(
                InteractionKind.MODAL, user, opened.channel, data, source=opened.source, trigger=opened
            )
        )

    def say(
        self,
        user: User,
        channel: Channel | None,
        text: str,
        *,
        reply_to: Message | None,
        ping: bool,
        attachments: Sequence[tuple[str, bytes]],
    ) -> Message:
        place = self._place(user, channel)
        self._require_speech(user, place)
        uploads = [Upload(index, name, data) for index, (name, data) in enumerate(attachments)]
        payload = {
            "content": text,
            "allowed_mentions": {"parse": ["users", "roles", "everyone"], "replied_user": ping},
        }
        kind = MessageKind.DEFAULT if reply_to is None else MessageKind.REPLY
        if reply_to is not None:
            self._require_seen(user, reply_to)
        return self._posting.create(place, user, payload, uploads, kind=kind, referenced=reply_to)

    def forward(self, user: User, channel: Channel | None, message: Message) -> Message:
        """A forward carries a snapshot and no text of its own."""
        place = self._place(user, channel)
        self._require_speech(user, place)
        self._require_seen(user, message)
        whole = message_json(message, is_nested=True)
        kept = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "mentions")
        snapshot = {key: whole[key] for key in (*kept, "mention_roles", "components")}
        reference = {"type": 1, "channel_id": str(message.channel_id), "message_id": str(message.id)}
        forwarded = Message(
            self._world.snowflakes.mint(),
            place,
            user,
            reference=reference,
            snapshots=[{"message": snapshot}],
            flags=1 << 14,
        )
        self._posting.place(forwarded)
        return forwarded

    # -- what the client knows

    def _place(self, user: User, channel: Channel | None) -> Channel:
        if channel is None:
            user.has_installed_app = user.has_installed_app or not self._world.share_a_guild(user)
            return self._world.open_dm(user)
        if channel.id not in self._world.channels:
            raise PlayError(f"the channel {channel.name!r} is gone")
        if channel.recipient is not None and channel.recipient is not user:
            raise PlayError(f"{user.name} cannot enter the direct messages of {channel.recipient.name}")
        if channel.guild is not None and Permissions.VIEW_CHANNEL not in channel.permissions_of(user):
            raise PlayError(f"{user.name} does not see #{channel.name}")
        return channel

    def _require_seen(self, user: User, message: Message) -> None:
        self._place(user, message.channel)
        if message.is_deleted or (message.is_ephemeral and message.ephemeral_for is not user):
            raise PlayError(f"{user.name} does not see that message")

    def _require_speech(self, user: User, place: Channel) -> None:
        if place.kind is ChannelKind.FORUM:
            raise PlayError("nobody writes into a forum itself; write into a post")
        state = place.thread
        needed = Permissions.SEND_MESSAGES if state is None else Permissions.SEND_MESSAGES_IN_THREADS
        if needed & ~place.permissions_of(user):
            raise PlayError(f"{user.name} may not write in #{place.name}")
        if state is not None and state.is_locked and not place.permissions_of(user) & Permissions.MANAGE_THREADS:
            raise PlayError(f"#{place.name} is locked")

    def _command(self, user: User, place: Channel, text: str) -> tuple[Command, list[str]]:
        name, *path = text.removeprefix("/").split()
        return self._available(user, place, name, CHAT_INPUT), path

    def _available(self, user: User, place: Channel, name: str, kind: int) -> Command:
        """The command as this person's client lists it in this place; PlayError tells why it does not."""
        guild = place.guild
        command = self._commands.named(name, kind, guild.id if guild else None)
        if command is None:
            known = self._commands.names(guild.id if guild else None)
            raise PlayError(f"no command {name!r} was uploaded; there are {known}")
        context = BOT_DM_CONTEXT if guild is None else GUILD_CONTEXT
        contexts = command["contexts"]
        if contexts is not None and context not in contexts:
            raise PlayError(f"/{name} is not offered in {'direct messages' if guild is None else 'servers'}")
        if guild is not None and not guild.is_bot_in and USER_INSTALL not in command["integration_types"]:
            raise PlayError(f"/{name} is not offered where the bot is no member")
        self._require_permission(user, place, command)
        if command["nsfw"] and guild is not None and not place.is_nsfw:
            raise PlayError(f"/{name} is offered in age-restricted channels only")
        return command

    def _require_permission(self, user: User, place: Channel, command: Command) -> None:
        if place.guild is None:
            return
        if not may_use_application_commands(place, user):
            raise PlayError(f"{user.name} may not use commands in #{place.name}")
        needed = command["default_member_permissions"]
        if needed is not None:
            held = place.permissions_of(user)
            is_enough = Permissions.ADMINISTRATOR in held or (int(needed) and not int(needed) & ~int(held))
            if not is_enough:
                raise PlayError(f"/{command['name']} is hidden from {user.name}: missing permissions")

    def _filling(self, place: Channel, focused: str | None = None) -> Filling:
        return Filling(place, lambda name, data: self._posting.attach(place, Upload(0, name, data)), focused)

    def _uploaded(self, answer: Any, filling: Filling) -> Any:
        """Files given as (name, bytes) become attachments; people, channels and roles are sent along."""
        if not isinstance(answer, list):
            return self._uploaded([answer], filling)[0]
        ready = [filling.attach(*value) if isinstance(value, tuple) else value for value in answer]
        for value in ready:
            filling.resolve(value)
        return [str(value.id) if isinstance(value, Attachment) else value for value in ready]

    def _send(self, interaction: Interaction) -> Interaction:
        payload = self._interactions.payload(interaction)
        interaction.sent_seconds = time.monotonic()
        self._events.interaction_created(payload, interaction.guild)
        return interaction


def _selected(menu: dict[str, Any], value: Any, filling: Filling) -> str:
    if menu["type"] != parts.STRING_SELECT:
        if not isinstance(value, User | Role | Channel):
            raise PlayError(f"the select {menu['custom_id']!r} takes people, roles or channels")
        filling.resolve(value)
        return str(value.id)
    for option in menu["options"]:
        if value in {option["value"], option["label"]}:
            return str(option["value"])
    raise PlayError(f"the select {menu['custom_id']!r} offers {[option['value'] for option in menu['options']]}")
