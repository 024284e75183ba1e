"""The first answer to an interaction: a message, a deferral, an update, choices or a modal."""

from typing import Any

from sandbox.discord.errors import FormError
from sandbox.discord.interactions import (
    AnswerKind,
    Interaction,
    InteractionKind,
    Interactions,
    answer_message_kind,
    origin_of,
)
from sandbox.discord.model import EPHEMERAL, Message, User
from sandbox.discord.payloads import message_json
from sandbox.discord.permissions import Permissions
from sandbox.discord.posting import Posting
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.validation import check_modal
from sandbox.discord.world import World

_TO_AUTOCOMPLETE = {AnswerKind.AUTOCOMPLETE}
_TO_COMMAND = {AnswerKind.MESSAGE, AnswerKind.DEFERRED_MESSAGE, AnswerKind.MODAL}
_TO_COMPONENT = _TO_COMMAND | {AnswerKind.DEFERRED_UPDATE, AnswerKind.UPDATE}
_TO_MODAL = {AnswerKind.MESSAGE, AnswerKind.DEFERRED_MESSAGE}
_TO_MODAL_OF_COMPONENT = _TO_MODAL | {AnswerKind.DEFERRED_UPDATE, AnswerKind.UPDATE}


class CallbackRoutes:
    def __init__(self, world: World, interactions: Interactions, posting: Posting) -> None:
        self._world = world
        self._interactions = interactions
        self._posting = posting

    def routes(self) -> list[Route]:
        path = "/interactions/{interaction_id}/{interaction_token}/callback"
        return [Route("POST", path, self._answer, is_interaction=True)]

    async def _answer(self, request: Request) -> Reply:
        interaction = self._interactions.to_answer(request.id("interaction_id"), request.params["interaction_token"])
        kind = _answer_kind(interaction, request.required("type"))
        data = request.body.get("data") or {}
        if kind is AnswerKind.MESSAGE:
            interaction.original = self._message(interaction, data, request)
        elif kind is AnswerKind.DEFERRED_MESSAGE:
            interaction.original = self._reserve(interaction, data)
        elif kind is AnswerKind.MODAL:
            check_modal(data)
            interaction.modal = data
        elif kind is AnswerKind.AUTOCOMPLETE:
            interaction.choices = _checked_choices(data.get("choices") or [])
        else:
            interaction.original = interaction.source
            if kind is AnswerKind.UPDATE:
                self._update(interaction, data, request)
        interaction.answer_kind = kind
        interaction.acknowledged_seconds = request.call.arrived_seconds
        interaction.changes.announce()
        return _reply(interaction) if request.query.get("with_response") else NO_CONTENT

    def _message(self, interaction: Interaction, data: dict[str, Any], request: Request) -> Message:
        hidden_for = reader_of(interaction, data)
        interaction.ephemeral = hidden_for is not None
        return self._posting.create(
            interaction.channel,
            self._world.bot,
            data,
            request.uploads,
            kind=answer_message_kind(interaction),
            origin=origin_of(interaction, self._world.application_id),
            ephemeral_for=hidden_for,
        )

    def _reserve(self, interaction: Interaction, data: dict[str, Any]) -> Message:
        hidden_for = reader_of(interaction, data)
        interaction.ephemeral = hidden_for is not None
        return self._posting.reserve(
            interaction.channel,
            self._world.bot,
            kind=answer_message_kind(interaction),
            origin=origin_of(interaction, self._world.application_id),
            ephemeral_for=hidden_for,
        )

    def _update(self, interaction: Interaction, data: dict[str, Any], request: Request) -> None:
        assert interaction.source is not None
        interaction.ephemeral = interaction.source.is_ephemeral
        self._posting.edit(interaction.source, data, request.uploads)


def reader_of(interaction: Interaction, data: dict[str, Any]) -> User | None:
    """The one person who will see the answer; None is everybody. Forced where external apps may not speak up."""
    is_private = bool(int(data.get("flags") or 0) & EPHEMERAL)
    if interaction.is_user_install_only:
        may_speak = Permissions.USE_EXTERNAL_APPS in interaction.channel.permissions_of(interaction.user)
        is_private = is_private or not may_speak
    return interaction.user if is_private else None


def _answer_kind(interaction: Interaction, value: Any) -> AnswerKind:
    allowed = {
        InteractionKind.AUTOCOMPLETE: _TO_AUTOCOMPLETE,
        InteractionKind.COMMAND: _TO_COMMAND,
        InteractionKind.COMPONENT: _TO_COMPONENT,
        InteractionKind.MODAL: _TO_MODAL if interaction.source is None else _TO_MODAL_OF_COMPONENT,
    }[interaction.kind]
    if value not in {int(kind) for kind in allowed}:
        names = ", ".join(str(int(kind)) for kind in sorted(allowed))
        raise FormError(("type", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({names}).'))
    return AnswerKind(value)


def _checked_choices(choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    problems = []
    if len(choices) > 25:
        problems.append(("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."))
    for index, choice in enumerate(choices):
        if not 1 <= len(choice["name"]) <= 100 or len(str(choice["value"])) > 100:
            problems.append((f"data.choices.{index}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."))
    if problems:
        raise FormError(*problems)
    return choices


def _reply(interaction: Interaction) -> Reply:
    kind = interaction.answer_kind
    assert kind is not None
    told: dict[str, Any] = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "channel_id": str(interaction.channel.id),
    }
    if interaction.guild is not None:
        told["guild_id"] = str(interaction.guild.id)
    body: dict[str, Any] = {"interaction": told}
    message = interaction.original
    if message is not None:
        told["response_message_id"] = str(message.id)
        told["response_message_loading"] = message.is_loading
        told["response_message_ephemeral"] = message.is_ephemeral
        if kind in {AnswerKind.MESSAGE, AnswerKind.UPDATE}:
            body["resource"] = {"type": int(kind), "message": message_json(message)}
    return Reply(body)
