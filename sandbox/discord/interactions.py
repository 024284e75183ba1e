"""Interactions: their life from the person's act to the answer, and the record a script looks at."""

import secrets
import time
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Self

from sandbox.discord.errors import ApiError
from sandbox.discord.model import Channel, Guild, Message, MessageKind, User
from sandbox.discord.payloads import channel_json, member_json, message_json, user_json
from sandbox.discord.permissions import NONE, Permissions
from sandbox.discord.recording import Changes
from sandbox.discord.validation import MAX_FILE_BYTES
from sandbox.discord.world import World

USER_INSTALL_FOLLOWUPS = 5


class InteractionKind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class AnswerKind(IntEnum):
    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


@dataclass(slots=True, eq=False)
class Interaction:
    """What a person did and what the bot made of it.

    `messages` holds what stands now: the answer (or the message it changed) and the follow-ups, without what still
    loads or was deleted. `deferred` tells that the first answer put the real one off.
    """

    id: int
    token: str
    kind: InteractionKind
    user: User
    channel: Channel
    data: dict[str, Any]
    source: Message | None = None
    trigger: "Interaction | None" = None
    is_user_install_only: bool = False
    sent_seconds: float = field(default_factory=time.monotonic)
    answer_kind: AnswerKind | None = None
    acknowledged_seconds: float | None = None
    ephemeral: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    source_revision: int = 0
    changes: Changes = field(default_factory=Changes)

    @property
    def guild(self) -> Guild | None:
        return self.channel.guild

    @property
    def acknowledged(self) -> bool:
        return self.answer_kind is not None

    @property
    def deferred(self) -> bool:
        return self.answer_kind in {AnswerKind.DEFERRED_MESSAGE, AnswerKind.DEFERRED_UPDATE}

    @property
    def messages(self) -> list[Message]:
        standing = [self.original, *self.followups] if self._shows_original else self.followups
        return [m for m in standing if m is not None and not m.is_deleted and not m.is_loading]

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.messages)

    @property
    def is_answered(self) -> bool:
        """Whether the person sees an outcome: a message, a change, a modal, choices. A mere deferral is none."""
        if self.modal is not None or self.choices is not None:
            return True
        return bool(self.messages) or (self._shows_original and self.original is not None and self.original.is_deleted)

    @property
    def _shows_original(self) -> bool:
        """A deferred update counts once the source message really changed."""
        if self.original is None or self.original is not self.source:
            return True
        return self.original.revision != self.source_revision

    async def wait(self, timeout: float = 30) -> Self:  # noqa: ASYNC109 - the name testers expect
        """Returns itself once answered; TimeoutError tells how far it came."""
        await self.changes.until(
            lambda: self.is_answered, timeout, what=lambda: f"no answer within {timeout} s: {self!r}"
        )
        return self

    async def wait_acknowledged(self, timeout: float = 30) -> Self:  # noqa: ASYNC109 - as above
        """Returns itself once the bot acknowledged in any way, a bare deferral included."""
        await self.changes.until(
            lambda: self.acknowledged, timeout, what=lambda: f"not acknowledged within {timeout} s: {self!r}"
        )
        return self

    def __repr__(self) -> str:
        state = "unacknowledged" if self.answer_kind is None else self.answer_kind.name.lower()
        name = self.data.get("name") or self.data.get("custom_id")
        return f"<Interaction {self.kind.name.lower()} {name!r} by {self.user.name}: {state}>"


class Interactions:
    """Every interaction by id and token, with the two deadlines Discord sets."""

    def __init__(self, world: World, *, first_answer_seconds: float, token_seconds: float) -> None:
        self.first_answer_seconds = first_answer_seconds
        self.token_seconds = token_seconds
        self._world = world
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def begin(
        self,
        kind: InteractionKind,
        user: User,
        channel: Channel,
        data: dict[str, Any],
        *,
        source: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        interaction = Interaction(
            self._world.snowflakes.mint(),
            secrets.token_urlsafe(48),
            kind,
            user,
            channel,
            data,
            source=source,
            trigger=trigger,
            is_user_install_only=channel.guild is not None and not channel.guild.is_bot_in,
            source_revision=0 if source is None else source.revision,
        )
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        return interaction

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The interaction to give a first answer to: 10062 if unknown or too late, 40060 if it has one."""
        interaction = self._by_id.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise ApiError(10062)
        if interaction.acknowledged:
            raise ApiError(40060)
        if time.monotonic() - interaction.sent_seconds > self.first_answer_seconds:
            raise ApiError(10062)
        return interaction

    def to_follow(self, application_id: int, token: str) -> Interaction:
        """The interaction whose token is used: 10015 without a first answer, 50027 when the token died."""
        interaction = self._by_token.get(token)
        if interaction is None or application_id != self._world.application_id or not interaction.acknowledged:
            raise ApiError(10015)
        if time.monotonic() - interaction.sent_seconds > self.token_seconds:
            raise ApiError(50027)
        return interaction

    def payload(self, interaction: Interaction) -> dict[str, Any]:
        """INTERACTION_CREATE as the gateway sends it."""
        channel, user = interaction.channel, interaction.user
        bot_permissions = channel.permissions_of(self._world.bot)
        payload: dict[str, Any] = {
            "id": str(interaction.id),
            "application_id": str(self._world.application_id),
            "type": int(interaction.kind),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": channel_json(channel) | {"permissions": str(int(channel.permissions_of(user)))},
            "app_permissions": str(int(bot_permissions)),
            "locale": user.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": integration_owners(interaction),
            "context": 0 if channel.guild is not None else 1,
            "attachment_size_limit": MAX_FILE_BYTES,
        }
        if interaction.source is not None:
            payload["message"] = message_json(interaction.source)
        return payload | _actor(channel, user)


def _actor(channel: Channel, user: User) -> dict[str, Any]:
    guild = channel.guild
    if guild is None:
        return {"user": user_json(user)}
    return {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": member_json(guild.members[user.id], channel.permissions_of(user)),
    }


def integration_owners(interaction: Interaction) -> dict[str, str]:
    """Who brought the app: the guild ("0"), the user ("1") or both."""
    owners: dict[str, str] = {}
    guild = interaction.guild
    if guild is None:
        owners["0"] = "0"
    elif guild.is_bot_in:
        owners["0"] = str(guild.id)
    if interaction.user.has_installed_app or not owners:
        owners["1"] = str(interaction.user.id)
    return owners


def origin_of(interaction: Interaction, application_id: int) -> dict[str, Any]:
    """The part of a message that tells which interaction it came from."""
    metadata: dict[str, Any] = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user_json(interaction.user),
        "authorizing_integration_owners": integration_owners(interaction),
    }
    if interaction.kind is InteractionKind.COMPONENT and interaction.source is not None:
        metadata["interacted_message_id"] = str(interaction.source.id)
    if interaction.kind is InteractionKind.MODAL and interaction.trigger is not None:
        metadata["triggering_interaction_metadata"] = origin_of(interaction.trigger, application_id)[
            "interaction_metadata"
        ]
    origin: dict[str, Any] = {
        "interaction_metadata": metadata,
        "application_id": str(application_id),
        "webhook_id": str(application_id),
    }
    if interaction.kind is InteractionKind.COMMAND:
        origin["interaction"] = {
            "id": str(interaction.id),
            "type": int(interaction.kind),
            "name": interaction.data["name"],
            "user": user_json(interaction.user),
        }
    return origin


def answer_message_kind(interaction: Interaction) -> MessageKind:
    if interaction.kind is not InteractionKind.COMMAND:
        return MessageKind.DEFAULT
    is_slash = interaction.data.get("type", 1) == 1
    return MessageKind.CHAT_INPUT_COMMAND if is_slash else MessageKind.CONTEXT_MENU_COMMAND


def may_use_application_commands(channel: Channel, user: User) -> bool:
    wanted = Permissions.VIEW_CHANNEL | Permissions.USE_APPLICATION_COMMANDS
    return (wanted & ~channel.permissions_of(user)) == NONE
