"""Writing, changing and deleting messages: one way for channels, webhooks, interactions and people."""

import json
import mimetypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.discord import components as parts
from sandbox.discord.errors import ApiError
from sandbox.discord.events import Events
from sandbox.discord.model import COMPONENTS_V2, EPHEMERAL, LOADING, Attachment, Channel, Message, MessageKind, User
from sandbox.discord.permissions import Permissions
from sandbox.discord.validation import check_files, check_message
from sandbox.discord.world import World

_USER_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")
_SETTABLE_FLAGS = (1 << 2) | EPHEMERAL | (1 << 12) | COMPONENTS_V2
_URL_PREFIX = "attachment://"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a request; `index` is the n of `files[n]`."""

    index: int
    filename: str
    data: bytes
    content_type: str | None = None


class Posting:
    """Turns payloads into messages, after Discord's checks, and tells the gateway."""

    def __init__(self, world: World, events: Events, cdn_url: Callable[[], str]) -> None:
        self._world = world
        self._events = events
        self._cdn_url = cdn_url
        self.files: dict[int, Attachment] = {}

    def create(
        self,
        channel: Channel,
        author: User,
        payload: dict[str, Any],
        uploads: Sequence[Upload] = (),
        *,
        kind: MessageKind = MessageKind.DEFAULT,
        origin: dict[str, Any] | None = None,
        ephemeral_for: User | None = None,
        referenced: Message | None = None,
        message_id: int | None = None,
    ) -> Message:
        """A new message, announced. Raises ApiError for what Discord would not take.

        The first one of a forum's post has the post's own id.
        """
        flags = int(payload.get("flags") or 0) & _SETTABLE_FLAGS & ~EPHEMERAL
        flags |= EPHEMERAL if ephemeral_for is not None else 0
        self._check(payload, uploads, flags)
        message = Message(
            message_id or self._world.snowflakes.mint(),
            channel,
            author,
            kind=kind,
            flags=flags,
            origin=origin,
            ephemeral_for=ephemeral_for,
            referenced=referenced,
            reference=_reference_to(referenced, kind),
            nonce=None if payload.get("nonce") is None else str(payload["nonce"]),
        )
        self._fill(message, payload, uploads)
        if referenced is not None and _pings_author(message, payload.get("allowed_mentions")):
            message.mentions.append(referenced.author)
        if _is_empty(message):
            raise ApiError(50006)
        self.place(message)
        return message

    def place(self, message: Message) -> None:
        """Puts a finished message into its channel and announces it."""
        message.channel.history[message.id] = message
        state = message.channel.thread
        if state is not None and state.is_archived:
            state.is_archived = False
            self._events.channel_changed("THREAD_UPDATE", message.channel)
        self._events.message_created(message)

    def edit(self, message: Message, payload: dict[str, Any], uploads: Sequence[Upload] = ()) -> None:
        """Changes what the payload names and leaves the rest, announced."""
        flags = message.flags | (int(payload.get("flags") or 0) & COMPONENTS_V2)
        self._check(payload, uploads, flags)
        state = message.channel.thread
        if state is not None and state.is_archived:
            raise ApiError(50083)
        self._fill(message, payload, uploads)
        if _is_empty(message):
            raise ApiError(50006)
        message.mark_edited()
        message.flags = flags & ~LOADING
        self._events.message_updated(message)

    def reserve(
        self, channel: Channel, author: User, *, kind: MessageKind, origin: dict[str, Any], ephemeral_for: User | None
    ) -> Message:
        """The "is thinking" message of a deferral, to be filled by an edit."""
        flags = LOADING | (EPHEMERAL if ephemeral_for is not None else 0)
        message = Message(
            self._world.snowflakes.mint(),
            channel,
            author,
            kind=kind,
            flags=flags,
            origin=origin,
            ephemeral_for=ephemeral_for,
        )
        self.place(message)
        return message

    def delete(self, message: Message) -> None:
        message.is_deleted = True
        message.revision += 1
        self._events.message_deleted(message)

    def attach(self, channel: Channel, upload: Upload, description: str | None = None) -> Attachment:
        """Stores a file where the CDN serves it."""
        attachment_id = self._world.snowflakes.mint()
        url = f"{self._cdn_url()}/attachments/{channel.id}/{attachment_id}/{quote(upload.filename)}"
        kind = upload.content_type
        if kind in {None, "application/octet-stream"}:
            kind = mimetypes.guess_type(upload.filename)[0]
        attachment = Attachment(
            attachment_id, upload.filename, upload.data, url, kind or "application/octet-stream", description
        )
        self.files[attachment.id] = attachment
        return attachment

    def _check(self, payload: dict[str, Any], uploads: Sequence[Upload], flags: int) -> None:
        check_files([len(upload.data) for upload in uploads])
        check_message(payload, flags)

    def _fill(self, message: Message, payload: dict[str, Any], uploads: Sequence[Upload]) -> None:
        if "attachments" in payload or uploads:
            self._fill_attachments(message, payload, uploads)
        if "content" in payload:
            message.content = (payload["content"] or "").strip()
            self._fill_mentions(message, payload.get("allowed_mentions"))
        if "embeds" in payload:
            message.embeds = [_finished_embed(embed, message.attachments) for embed in payload["embeds"] or []]
        if "components" in payload:
            message.components = _copied(payload["components"] or [])
            parts.complete(message.components)
            _link_media(message.components, message.attachments)

    def _fill_attachments(self, message: Message, payload: dict[str, Any], uploads: Sequence[Upload]) -> None:
        listed = {str(item["id"]): item for item in payload.get("attachments") or []}
        kept = [a for a in message.attachments if "attachments" not in payload or str(a.id) in listed]
        new = [
            self.attach(message.channel, upload, listed.get(str(upload.index), {}).get("description"))
            for upload in uploads
        ]
        message.attachments = [*kept, *new]

    def _fill_mentions(self, message: Message, allowed: dict[str, Any] | None) -> None:
        parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or [])
        users = {int(user_id) for user_id in (allowed or {}).get("users") or []}
        roles = {int(role_id) for role_id in (allowed or {}).get("roles") or []}
        pinged = message.referenced and message.referenced.author
        message.mentions = [user for user in message.mentions if user is pinged]
        for found in _USER_MENTION.findall(message.content):
            user = self._world.users.get(int(found))
            if user is not None and ("users" in parse or user.id in users) and user not in message.mentions:
                message.mentions.append(user)
        named = [int(found) for found in _ROLE_MENTION.findall(message.content)]
        message.mentioned_roles = [role_id for role_id in named if "roles" in parse or role_id in roles]
        may = Permissions.MENTION_EVERYONE in message.channel.permissions_of(message.author)
        loud = "@everyone" in message.content or "@here" in message.content
        message.mentions_everyone = may and loud and "everyone" in parse


def _reference_to(referenced: Message | None, kind: MessageKind) -> dict[str, Any] | None:
    if referenced is None or kind is not MessageKind.REPLY:
        return None
    reference = {"type": 0, "channel_id": str(referenced.channel_id), "message_id": str(referenced.id)}
    guild = referenced.channel.guild
    return reference if guild is None else reference | {"guild_id": str(guild.id)}


def _pings_author(message: Message, allowed: dict[str, Any] | None) -> bool:
    referenced = message.referenced
    assert referenced is not None
    is_pingable = not referenced.is_from_interaction  # such answers come from a webhook, which nobody can mention
    if message.kind is not MessageKind.REPLY or not is_pingable or referenced.author in message.mentions:
        return False
    return allowed is None or bool(allowed.get("replied_user"))


def _is_empty(message: Message) -> bool:
    return not (message.content or message.embeds or message.attachments or message.components or message.snapshots)


def _copied(value: Any) -> Any:
    """A copy of JSON, several times quicker than one of just anything."""
    return json.loads(json.dumps(value))


def _finished_embed(embed: dict[str, Any], attachments: list[Attachment]) -> dict[str, Any]:
    finished = {"type": "rich"} | _copied(embed)
    for key in ("image", "thumbnail"):
        if finished.get(key):
            _link(finished[key], attachments)
    for key in ("author", "footer"):
        icon = (finished.get(key) or {}).get("icon_url", "")
        for attachment in _referenced(icon, attachments):
            finished[key]["icon_url"] = attachment.url
    return finished


def _link_media(components: list[dict[str, Any]], attachments: list[Attachment]) -> None:
    for media in parts.media_of(components):
        media.setdefault("id", "0")
        media.setdefault("proxy_url", media["url"])
        _link(media, attachments)
    for _, component in parts.walk(components):
        if component["type"] == parts.FILE:
            shown = next((a for a in attachments if a.url == component["file"]["url"]), None)
            component |= {"name": shown.filename if shown else "", "size": shown.size if shown else 0}


def _link(media: dict[str, Any], attachments: list[Attachment]) -> None:
    for attachment in _referenced(str(media.get("url") or ""), attachments):
        media |= {"url": attachment.url, "proxy_url": attachment.url, "content_type": attachment.content_type}


def _referenced(url: str, attachments: list[Attachment]) -> list[Attachment]:
    """The file an `attachment://` address names; from then on it shows inside, and is no longer listed."""
    name = url.removeprefix(_URL_PREFIX)
    found = [a for a in attachments if url.startswith(_URL_PREFIX) and a.filename == name][:1]
    for attachment in found:
        attachment.is_in_embed = True
    return found
