"""Reactions on a message."""

from sandbox.discord.errors import ApiError
from sandbox.discord.events import Events
from sandbox.discord.model import Message, User
from sandbox.discord.payloads import user_json
from sandbox.discord.permissions import Permissions
from sandbox.discord.rest.routing import NO_CONTENT, Reply, Request, Route
from sandbox.discord.world import World, require

_ALL = "/channels/{channel_id}/messages/{message_id}/reactions"
_ONE = _ALL + "/{emoji}"


class ReactionRoutes:
    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def routes(self) -> list[Route]:
        return [
            Route("PUT", _ONE + "/@me", self._add),
            Route("DELETE", _ONE + "/@me", self._remove_own),
            Route("DELETE", _ONE + "/{user_id}", self._remove),
            Route("GET", _ONE, self._who),
            Route("DELETE", _ONE, self._clear_one),
            Route("DELETE", _ALL, self._clear_all),
        ]

    def _message(self, request: Request) -> Message:
        message = self._world.message_for_bot(request.id("channel_id"), request.id("message_id"))
        if message.channel.thread is not None and message.channel.thread.is_archived:
            raise ApiError(50083)
        return message

    async def _add(self, request: Request) -> Reply:
        message = self._message(request)
        if request.params["emoji"] not in message.reactions:
            require(message.channel, self._world.bot, Permissions.ADD_REACTIONS)
        react(self._events, message, request.params["emoji"], self._world.bot)
        return NO_CONTENT

    async def _remove_own(self, request: Request) -> Reply:
        unreact(self._events, self._message(request), request.params["emoji"], self._world.bot)
        return NO_CONTENT

    async def _remove(self, request: Request) -> Reply:
        message = self._message(request)
        require(message.channel, self._world.bot, Permissions.MANAGE_MESSAGES)
        unreact(self._events, message, request.params["emoji"], self._world.user(request.id("user_id")))
        return NO_CONTENT

    async def _who(self, request: Request) -> Reply:
        ids = self._message(request).reactions.get(request.params["emoji"], [])
        return Reply([user_json(self._world.user(user_id)) for user_id in ids])

    async def _clear_one(self, request: Request) -> Reply:
        message = self._message(request)
        require(message.channel, self._world.bot, Permissions.MANAGE_MESSAGES)
        message.reactions.pop(request.params["emoji"], None)
        return NO_CONTENT

    async def _clear_all(self, request: Request) -> Reply:
        message = self._message(request)
        require(message.channel, self._world.bot, Permissions.MANAGE_MESSAGES)
        message.reactions.clear()
        return NO_CONTENT


def react(events: Events, message: Message, emoji: str, user: User) -> None:
    """Adds one reaction, once per person, announced."""
    users = message.reactions.setdefault(emoji, [])
    if user.id not in users:
        users.append(user.id)
        events.reaction_changed("MESSAGE_REACTION_ADD", message, emoji, user)


def unreact(events: Events, message: Message, emoji: str, user: User) -> None:
    """Takes one reaction away; the last one takes the emoji with it. 10014 where there is none."""
    users = message.reactions.get(emoji, [])
    if user.id not in users:
        raise ApiError(10014)
    users.remove(user.id)
    if not users:
        del message.reactions[emoji]
    events.reaction_changed("MESSAGE_REACTION_REMOVE", message, emoji, user)
