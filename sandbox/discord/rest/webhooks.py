"""What follows an interaction's first answer: its original message and the follow-ups, by token."""

from sandbox.discord.errors import ApiError
from sandbox.discord.interactions import USER_INSTALL_FOLLOWUPS, Interaction, Interactions, origin_of
from sandbox.discord.model import Message, MessageKind
from sandbox.discord.payloads import message_json
from sandbox.discord.posting import Posting
from sandbox.discord.rest.callbacks import reader_of
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World

_BASE = "/webhooks/{webhook_id}/{webhook_token}"


class WebhookRoutes:
    def __init__(self, world: World, interactions: Interactions, posting: Posting) -> None:
        self._world = world
        self._interactions = interactions
        self._posting = posting

    def routes(self) -> list[Route]:
        one = _BASE + "/messages/{message_id}"
        return [
            Route("POST", _BASE, self._follow_up, is_interaction=True),
            Route("GET", one, self._get, is_interaction=True),
            Route("PATCH", one, self._edit, is_interaction=True),
            Route("DELETE", one, self._delete, is_interaction=True),
        ]

    def _of(self, request: Request) -> Interaction:
        return self._interactions.to_follow(request.id("webhook_id"), request.params["webhook_token"])

    def _message(self, interaction: Interaction, request: Request) -> Message:
        """`@original` or a follow-up of this very interaction; 10008 for any other."""
        if request.params["message_id"] == "@original":
            found = interaction.original
        else:
            wanted = request.id("message_id")
            own = [message for message in (interaction.original, *interaction.followups) if message is not None]
            found = next((message for message in own if message.id == wanted), None)
        if found is None or found.is_deleted:
            raise ApiError(10008)
        return found

    async def _follow_up(self, request: Request) -> Reply:
        """A further message. The first one after a deferral fills the waiting message, and keeps its visibility."""
        interaction = self._of(request)
        waiting = interaction.original
        if waiting is not None and waiting.is_loading:
            self._posting.edit(waiting, request.body, request.uploads)
            interaction.changes.announce()
            return Reply(message_json(waiting))
        if interaction.is_user_install_only and len(interaction.followups) >= USER_INSTALL_FOLLOWUPS:
            raise ApiError(40094)
        message = self._posting.create(
            interaction.channel,
            self._world.bot,
            request.body,
            request.uploads,
            kind=MessageKind.DEFAULT,
            origin=origin_of(interaction, self._world.application_id),
            ephemeral_for=reader_of(interaction, request.body),
        )
        interaction.followups.append(message)
        interaction.changes.announce()
        return Reply(message_json(message))

    async def _get(self, request: Request) -> Reply:
        return Reply(message_json(self._message(self._of(request), request)))

    async def _edit(self, request: Request) -> Reply:
        interaction = self._of(request)
        message = self._message(interaction, request)
        self._posting.edit(message, request.body, request.uploads)
        interaction.changes.announce()
        return Reply(message_json(message))

    async def _delete(self, request: Request) -> Reply:
        interaction = self._of(request)
        self._posting.delete(self._message(interaction, request))
        interaction.changes.announce()
        return NO_CONTENT
