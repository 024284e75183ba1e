"""Sends messages with cards through Discord's REST, paced, each with a nonce of its own."""

import asyncio
import hashlib
from typing import Any

import discord
import structlog
from discord.http import MultipartParameters, handle_message_parameters

from bot.alerts.sending import (
    CardGoneError,
    ContentRefusedError,
    Outgoing,
    TryLaterError,
    UndeliverableError,
)
from bot.discordkit.archived import opened_for
from bot.discordkit.cards import deliveries_in
from bot.discordkit.desk_posts import DeskPosts
from bot.discordkit.desk_tags import UNTAGGED
from bot.discordkit.direct import DirectMessages
from bot.discordkit.drawing import Drawing, draw
from bot.discordkit.pacer import Pacer
from bot.discordkit.people import is_age_restricted
from bot.domain.accounts import ChannelId, DiscordUserId, MessageId
from bot.domain.alerts import PlaceKind, Sent
from bot.domain.faults import where

log = structlog.get_logger(__name__)

NONCE_LENGTH = 24
HISTORY_LENGTH = 50
CONTENT_REFUSED = 50035
CARD_GONE = frozenset({10003, 10008, 50005, 50083, 160005})
"""Its channel or itself deleted, sent by the bot under another account, or in a post that others closed."""
POST_GONE = frozenset({10003, 50083, 160005})
REASONS = {
    10003: "the channel does not exist any more",
    10004: "the bot is no longer in the server",
    40067: UNTAGGED,
    50001: "the bot cannot see the channel",
    50007: "this person takes no direct messages from the bot",
    50013: "the bot may not write in the channel",
    CONTENT_REFUSED: "Discord refused the card's content",
    50278: "the bot shares no server with this person",
}
UNDRAWABLE = "the card could not be drawn"
CLOSED = frozenset(REASONS) - {CONTENT_REFUSED}
"""What refuses one card refuses the next one too."""


class AlertSender:
    """The worker's way to Discord."""

    def __init__(self, client: discord.Client, direct: DirectMessages, posts: DeskPosts, pacer: Pacer) -> None:
        self._client = client
        self._direct = direct
        self._posts = posts
        self._pacer = pacer

    async def send(self, outgoing: Outgoing, written: asyncio.Event | None = None) -> Sent:
        """One message; Discord gives back the first one when the same is sent again within minutes."""
        try:
            if written is not None and not _has_channel(outgoing):
                await written.wait()
            channel = await self._channel_id(outgoing)
            message = _packed(outgoing, await self._drawn(outgoing, channel))
            if written is not None:
                await written.wait()
            await self._pacer.slot()
            sent = await self._client.http.send_message(channel, params=message)
        except discord.HTTPException as error:
            raise await self._translated(error, outgoing) from None
        return Sent(channel, MessageId(int(sent["id"])))

    async def find(self, outgoing: Outgoing) -> Sent | None:
        """The message among the place's latest; recognised by the ids of its components."""
        wanted = {alert.delivery for alert in outgoing.alerts}
        try:
            channel = await self._channel_id(outgoing)
            await self._pacer.slot()
            async for message in self._client.get_partial_messageable(channel).history(limit=HISTORY_LENGTH):
                if message.author.id == self._own_id() and wanted.intersection(deliveries_in(message)):
                    return Sent(channel, MessageId(message.id))
        except discord.HTTPException as error:
            raise await self._translated(error, outgoing) from None
        return None

    async def change(self, outgoing: Outgoing, sent: Sent) -> None:
        """Draw a standing message as it is now; nobody is mentioned for that."""
        try:
            drawing = await self._drawn(outgoing, sent.channel)
            partial = self._client.get_partial_messageable(sent.channel).get_partial_message(sent.message)
            silently = discord.AllowedMentions.none()
            await self._pacer.slot()
            await opened_for(
                self._client,
                self._pacer,
                sent.channel,
                lambda: partial.edit(embeds=drawing.embeds, view=drawing.view, allowed_mentions=silently),
            )
        except discord.HTTPException as error:
            if error.code in CARD_GONE:
                raise CardGoneError from None
            raise _translated(error) from None

    async def _channel_id(self, outgoing: Outgoing) -> ChannelId:
        place = outgoing.place
        if outgoing.channel is not None:
            return outgoing.channel
        if place.kind is PlaceKind.DM:
            return await self._direct.channel_of(DiscordUserId(place.target))
        if place.kind is PlaceKind.FORUM:
            return await self._posts.thread_of(outgoing)
        return ChannelId(place.target)

    async def _drawn(self, outgoing: Outgoing, channel: ChannelId) -> Drawing:
        has_text = any(alert.event.text for alert in outgoing.alerts)
        shows_text = outgoing.place.kind is not PlaceKind.DM and has_text and await self._is_age_restricted(channel)
        try:
            return draw(outgoing, shows_text=shows_text)
        except Exception as error:  # noqa: BLE001 - what cannot be drawn is refused as Discord would, and dies alone
            log.error("card_not_drawn", delivery=outgoing.id, error=where(error))
            raise ContentRefusedError(UNDRAWABLE) from None

    async def _is_age_restricted(self, channel: ChannelId) -> bool:
        known: Any = self._client.get_channel(channel)
        if known is None:
            await self._pacer.slot()
            known = await self._client.fetch_channel(channel)
        if isinstance(known, discord.Thread) and known.parent is None:
            await self._pacer.slot()
            known = await self._client.fetch_channel(known.parent_id)
        return is_age_restricted(known)

    async def _translated(self, error: discord.HTTPException, outgoing: Outgoing) -> Exception:
        if outgoing.place.kind is PlaceKind.FORUM and error.code in POST_GONE:
            return TryLaterError() if await self._posts.lost(outgoing) else _translated(error)
        return _translated(error)

    def _own_id(self) -> int | None:
        return self._client.user.id if self._client.user else None


def nonce_of(outgoing: Outgoing) -> str:
    """The same for every try of one message, and for no other."""
    return hashlib.sha256(outgoing.seed.encode()).hexdigest()[:NONCE_LENGTH]


def _packed(outgoing: Outgoing, drawing: Drawing) -> MultipartParameters:
    """All of a message that is sent to a channel, as ``send`` would pack it: nothing is left to do but to send it."""
    return handle_message_parameters(
        content=f"<@&{outgoing.role}>" if outgoing.role else None,
        embeds=drawing.embeds,
        view=drawing.view,
        nonce=nonce_of(outgoing),
        flags=discord.MessageFlags(suppress_notifications=True) if outgoing.is_silent else discord.utils.MISSING,
        allowed_mentions=_allowed(outgoing),
    )


def _has_channel(outgoing: Outgoing) -> bool:
    """Whether its channel is there already: asking for one can open it."""
    return outgoing.channel is not None or outgoing.place.kind is PlaceKind.CHANNEL


def _allowed(outgoing: Outgoing) -> discord.AllowedMentions:
    """Nobody but the rule's own role."""
    if outgoing.role is None:
        return discord.AllowedMentions.none()
    role = discord.Object(outgoing.role)
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=[role])


def _translated(error: discord.HTTPException) -> Exception:
    reason, cause = REASONS.get(error.code), str(error.code)
    if error.code == CONTENT_REFUSED:
        return ContentRefusedError(REASONS[CONTENT_REFUSED], cause)
    if reason:
        return UndeliverableError(reason, cause, is_place_closed=error.code in CLOSED)
    if isinstance(error, discord.NotFound | discord.Forbidden):
        return UndeliverableError("Discord refused it", cause)
    return TryLaterError()
