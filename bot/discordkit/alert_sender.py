"""Sends cards through Discord's REST, paced, each with a nonce of its own."""

import hashlib
from typing import Any

import discord

from bot.alerts.sending import Alert, TryLaterError, UndeliverableError
from bot.discordkit.cards import card_embed, card_view, delivery_in
from bot.discordkit.direct import DirectMessages
from bot.discordkit.pacer import Pacer
from bot.discordkit.people import is_age_restricted
from bot.domain.accounts import ChannelId, DiscordUserId, MessageId
from bot.domain.alerts import Card, Place, PlaceKind, Sent, card_for

NONCE_LENGTH = 24
HISTORY_LENGTH = 50
REASONS = {
    10003: "the channel does not exist any more",
    50001: "the bot cannot see the channel",
    50007: "this person takes no direct messages from the bot",
    50013: "the bot may not write in the channel",
    50035: "Discord refused the card's content",
    50278: "the bot shares no server with this person",
}


class AlertSender:
    """The worker's way to Discord."""

    def __init__(self, client: discord.Client, direct: DirectMessages, pacer: Pacer) -> None:
        self._client = client
        self._direct = direct
        self._pacer = pacer

    async def send(self, alert: Alert, place: Place) -> Sent:
        """One card; Discord gives back the first one when the same delivery is sent again within minutes."""
        try:
            channel = await self._channel_id(place)
            card = await self._card(alert, place, channel)
            await self._pacer.slot()
            message = await self._client.get_partial_messageable(channel).send(
                embed=card_embed(card, alert.answer),
                view=card_view(card),
                nonce=nonce_of(alert),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as error:
            raise _translated(error) from None
        return Sent(channel, MessageId(message.id))

    async def find(self, alert: Alert, place: Place) -> Sent | None:
        """The card among the place's latest messages; recognised by the ids of its buttons."""
        try:
            channel = await self._channel_id(place)
            await self._pacer.slot()
            async for message in self._client.get_partial_messageable(channel).history(limit=HISTORY_LENGTH):
                if message.author.id == self._own_id() and delivery_in(message) == alert.delivery:
                    return Sent(channel, MessageId(message.id))
        except discord.HTTPException as error:
            raise _translated(error) from None
        return None

    async def update(self, alert: Alert, place: Place, sent: Sent) -> None:
        """Draw the card again; one that is gone, or in a place that is closed now, is left alone."""
        try:
            card = await self._card(alert, place, sent.channel)
            await self._pacer.slot()
            partial = self._client.get_partial_messageable(sent.channel).get_partial_message(sent.message)
            await partial.edit(
                embed=card_embed(card, alert.answer),
                view=card_view(card),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except (discord.Forbidden, discord.NotFound):
            return

    async def _channel_id(self, place: Place) -> ChannelId:
        if place.kind is PlaceKind.DM:
            return await self._direct.channel_of(DiscordUserId(place.target))
        return ChannelId(place.target)

    async def _card(self, alert: Alert, place: Place, channel: ChannelId) -> Card:
        shows_text = place.kind is PlaceKind.CHANNEL and await self._is_age_restricted(channel)
        return card_for(
            alert.event,
            alert.delivery,
            alert.creator_handle,
            shows_text=shows_text,
            shows_amounts=alert.shows_amounts,
        )

    async def _is_age_restricted(self, channel: ChannelId) -> bool:
        known: Any = self._client.get_channel(channel)
        if known is None:
            await self._pacer.slot()
            known = await self._client.fetch_channel(channel)
        return is_age_restricted(known)

    def _own_id(self) -> int | None:
        return self._client.user.id if self._client.user else None


def nonce_of(alert: Alert) -> str:
    """The same for every try of one delivery, and for no other."""
    return hashlib.sha256(f"{alert.event.key}|{alert.delivery}".encode()).hexdigest()[:NONCE_LENGTH]


def _translated(error: discord.HTTPException) -> Exception:
    reason = REASONS.get(error.code)
    if reason:
        return UndeliverableError(reason)
    if isinstance(error, discord.NotFound | discord.Forbidden):
        return UndeliverableError("Discord refused it")
    return TryLaterError()
