"""Sends messages with cards through Discord's REST, paced, each with a nonce of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import discord
import structlog
from discord.http import MultipartParameters, handle_message_parameters

from bot.alerts.sending import (
    CardGoneError,
    ContentRefusedError,
    Outgoing,
    TryLaterError,
)
from bot.discordkit.alerts.cards import deliveries_in
from bot.discordkit.alerts.desk_posts import DeskPosts
from bot.discordkit.alerts.drawing import Drawing, draw
from bot.discordkit.people import is_age_restricted
from bot.discordkit.sending.archived import opened_for
from bot.discordkit.sending.direct import DirectMessages
from bot.discordkit.sending.nonces import nonce
from bot.discordkit.sending.pacer import Pacer
from bot.discordkit.sending.refusing import UNKNOWN_CHANNEL, is_about_words, translated
from bot.domain.accounts import ChannelId, DiscordUserId, MessageId
from bot.domain.alerts import PlaceKind, Sent
from bot.domain.faults import where

log = structlog.get_logger(__name__)

HISTORY_LENGTH = 100
CARD_GONE = frozenset({UNKNOWN_CHANNEL, 10008, 50005, 50083, 160005})
"""Its channel or itself deleted, sent by the bot under another account, or in a post that others closed."""
POST_GONE = frozenset({UNKNOWN_CHANNEL, 50083, 160005})
UNDRAWABLE = "the card could not be drawn"

T = TypeVar("T")


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
            return await self._shown(outgoing, channel, partial(self._post, outgoing, channel, written))
        except discord.HTTPException as error:
            raise await self._translated(error, outgoing) from None

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
            await self._shown(outgoing, sent.channel, partial(self._edit, sent))
        except discord.HTTPException as error:
            if error.code in CARD_GONE:
                raise CardGoneError from None
            raise translated(error) from None

    async def _channel_id(self, outgoing: Outgoing) -> ChannelId:
        place = outgoing.place
        if outgoing.channel is not None:
            return outgoing.channel
        if place.kind is PlaceKind.DM:
            return await self._direct.channel_of(DiscordUserId(place.target))
        if place.kind is PlaceKind.FORUM:
            return await self._posts.thread_of(outgoing)
        return ChannelId(place.target)

    async def _post(
        self, outgoing: Outgoing, channel: ChannelId, written: asyncio.Event | None, drawing: Drawing
    ) -> Sent:
        message = _packed(outgoing, drawing)
        if written is not None:
            await written.wait()
        await self._pacer.slot()
        sent = await self._client.http.send_message(channel, params=message)
        return Sent(channel, MessageId(int(sent["id"])))

    async def _edit(self, sent: Sent, drawing: Drawing) -> None:
        message = self._client.get_partial_messageable(sent.channel).get_partial_message(sent.message)
        parts: Any = {"embeds": drawing.embeds, "view": drawing.view}
        edit = partial(message.edit, **parts, allowed_mentions=discord.AllowedMentions.none())
        await self._pacer.slot()
        await opened_for(self._client, self._pacer, sent.channel, edit)

    async def _shown(self, outgoing: Outgoing, channel: ChannelId, show: Callable[[Drawing], Awaitable[T]]) -> T:
        """Show its drawing, without fans' words where those are what Discord refuses."""
        has_text = any(alert.event.text for alert in outgoing.alerts)
        shows_text = outgoing.place.kind is not PlaceKind.DM and has_text and await self._is_age_restricted(channel)
        try:
            return await show(_drawn(outgoing, shows_text=shows_text))
        except discord.HTTPException as error:
            if not shows_text or not is_about_words(error):
                raise
        return await show(_drawn(outgoing, shows_text=False))

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
            is_lost = await self._posts.lost(outgoing)
            if is_lost or error.code != UNKNOWN_CHANNEL:
                return TryLaterError()
        person = DiscordUserId(outgoing.place.target)
        if outgoing.place.kind is PlaceKind.DM and await self._direct.is_reopened(person, error):
            return TryLaterError()
        return translated(error)

    def _own_id(self) -> int | None:
        return self._client.user.id if self._client.user else None


def _drawn(outgoing: Outgoing, *, shows_text: bool) -> Drawing:
    try:
        return draw(outgoing, shows_text=shows_text)
    except Exception as error:  # noqa: BLE001 - what cannot be drawn is refused as Discord would, and dies alone
        log.error("card_not_drawn", delivery=outgoing.id, error=where(error))
        raise ContentRefusedError(UNDRAWABLE) from None


def _packed(outgoing: Outgoing, drawing: Drawing) -> MultipartParameters:
    """All of a message that is sent to a channel, as ``send`` would pack it: nothing is left to do but to send it."""
    return handle_message_parameters(
        content=f"<@&{outgoing.role}>" if outgoing.role else None,
        embeds=drawing.embeds,
        view=drawing.view,
        nonce=nonce(outgoing.seed),
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
