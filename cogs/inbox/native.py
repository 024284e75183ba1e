"""Discord's own Reply on a card: only a person's true reply counts, and each has an outcome its author sees."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Any

import discord

from bot.discordkit.cards import deliveries_in
from bot.discordkit.failures import Failures
from bot.discordkit.files import enclosures
from bot.discordkit.people import author_of
from bot.discordkit.words import plain_words
from bot.domain.accounts import ChannelId, MessageId
from bot.domain.drafts import Draft
from bot.domain.errors import BadInputError
from bot.services import Services
from bot.services.inbox import CardMessage

LOOKED_AT = 500
AT_ONCE = 6
SENT = "sent"
PING_OFF = (
    "Your reply reached me without its text, because its **@** was off. Turn the @ on when you reply, or press "
    "**Reply** on the card. Nothing was sent."
)
WHICH = (
    "That message holds cards about several fans. Pick one in the menu below it and press **Reply** there. "
    "Nothing was sent."
)
STICKER = "Stickers live in Discord alone: fans could not see it. Send words or a picture instead. Nothing was sent."
EDITED = (
    "The fan has what you wrote at first: an edit does not reach them. Press **Unsend** on the card and reply anew, "
    "or send what is missing as another reply."
)
EDITED_UNSENT = "An edit is not sent. Reply to the card again instead."


class NativeReplies:
    """A reply is known by its message, so it is sent once, whenever it is found."""

    def __init__(self, services: Services, failures: Failures) -> None:
        self._inbox = services.inbox
        self._replies = services.replies
        self._attaching = services.attaching
        self._failures = failures

    async def handle(self, message: discord.Message, *, is_live: bool) -> None:
        """Send a person's true reply to a card; anything else is none of our business."""
        if not is_true_reply(message):
            return
        try:
            card = _replied_to(message)
            if card is None:
                return
            await self._answer(message, card, is_live=is_live)
        except Exception as error:  # noqa: BLE001 - presented where the person wrote
            await self._failures.present_in_reply(message, error)
            await mark(message, "⚠️")

    async def catch_up(self, client: discord.Client) -> None:
        """What was written to cards while nobody listened; what carries a mark of ours was seen."""
        for place in await self._inbox.places():
            try:
                channel: Any = client.get_channel(place) or await client.fetch_channel(place)
                found = [message async for message in channel.history(limit=LOOKED_AT)]
            except discord.HTTPException:
                continue
            by_card: dict[int | None, list[discord.Message]] = defaultdict(list)
            for message in reversed(found):
                if is_true_reply(message) and not any(reaction.me for reaction in message.reactions):
                    by_card[message.reference.message_id if message.reference else None].append(message)
            turns = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._in_order(written, turns) for written in by_card.values()))

    async def _in_order(self, written: list[discord.Message], turns: asyncio.Semaphore) -> None:
        """The replies to one card, the oldest first."""
        async with turns:
            for message in written:
                await self.handle(message, is_live=False)

    async def edited(self, message: discord.Message) -> None:
        """Say that an edit of a reply changes nothing for the fan."""
        if message.edited_at is None or not is_true_reply(message):
            return
        with suppress(BadInputError):
            if _replied_to(message) is None:
                return
        outcome = await self._replies.outcome(_source(message))
        if outcome is not None:
            words = EDITED if outcome == SENT else EDITED_UNSENT
            await self._failures.present_in_reply(message, BadInputError(words))

    async def _answer(self, message: discord.Message, card: CardMessage, *, is_live: bool) -> None:
        conversation = await self._inbox.open(author_of(message), card)
        to, source = conversation.recipient, _source(message)
        if message.stickers:
            raise BadInputError(STICKER)
        words = plain_words(message)
        if not words and not message.attachments:
            raise BadInputError(PING_OFF)
        media: tuple[str, ...] = ()
        if message.attachments and await self._replies.outcome(source) is None:
            media = await self._attaching.upload(to.grant, await enclosures(message.attachments))
        draft = Draft(words, media)
        if is_live:
            is_sent = await self._replies.send(to, draft, source=source) is not None
        else:
            is_sent = await self._replies.resume(to, draft, source=source, written_at=message.created_at)
        if is_sent:
            await mark(message, "✅")


async def mark(message: discord.Message | discord.PartialMessage, emoji: str) -> None:
    """React, where that is allowed: a mark that cannot be made changes nothing about what was done."""
    with suppress(discord.HTTPException):
        await message.add_reaction(emoji)


def is_true_reply(message: discord.Message) -> bool:
    """Whether a person truly replied; forwards, bots, webhooks and system messages do not count."""
    reference = message.reference
    is_person = not message.author.bot and message.webhook_id is None
    if not is_person or message.type is not discord.MessageType.reply or reference is None:
        return False
    return reference.type is discord.MessageReferenceType.reply


def _source(message: discord.Message) -> str:
    return f"message:{message.id}"


def _replied_to(message: discord.Message) -> CardMessage | None:
    """The card it is a reply to."""
    replied = message.reference.resolved if message.reference else None
    if not isinstance(replied, discord.Message) or replied.author.id != _own_id(message):
        return None
    return _as_card(replied)


def _own_id(message: discord.Message) -> int | None:
    """The bot's id where the message was written; another bot's buttons could look like ours."""
    if message.guild is not None:
        return message.guild.me.id
    return message.channel.me.id if isinstance(message.channel, discord.DMChannel) else None


def _as_card(message: discord.Message) -> CardMessage | None:
    """The card a message is; of several cards none can be meant by the message alone."""
    found = deliveries_in(message)
    if len(found) > 1:
        raise BadInputError(WHICH)
    if not found:
        return None
    return CardMessage(MessageId(message.id), ChannelId(message.channel.id), found[0])
