"""Replies that were written to cards while nobody listened: each is found once, and sent or told about."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from itertools import chain, repeat, zip_longest
from typing import Any, Protocol

import discord
import structlog

from bot.discordkit.sending.pacer import Pacer
from bot.domain.accounts import ChannelId
from bot.domain.errors import StorageBusyError
from bot.domain.faults import where
from bot.services.inbox.cards import InboxService

log = structlog.get_logger(__name__)

LOOKED_AT = 500
AT_ONCE = 6
PAUSES = (1, 10, 60)
"""Between looks at what could not be read, in seconds; the last one again and again."""


class Handler(Protocol):
    """Sends a true reply, or says why not."""

    def __call__(self, message: discord.Message, *, is_live: bool) -> Awaitable[None]:
        """Never raises."""
        ...


class MissedReplies:
    """What carries a mark of ours, or an answer, was seen; where something was written last is looked at first."""

    def __init__(self, inbox: InboxService, pacer: Pacer, handle: Handler) -> None:
        self._inbox = inbox
        self._pacer = pacer
        self._handle = handle
        self._round = object()

    async def find(self, client: discord.Client) -> None:
        """Look at every place that cards came to lately; one that cannot be read keeps no other waiting.

        It is looked at again until it can be, or is closed for good, or a later call looks at everything anyway. So it
        is where storage does not tell the places.
        """
        self._round = this = object()
        places: Sequence[ChannelId] | None = None
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            with suppress(StorageBusyError):
                places = await self._inbox.places() if places is None else places
                places = await self._unread(client, _latest_first(client, places))
            if places is not None and not places:
                return
            await asyncio.sleep(pause)
            if self._round is not this:
                return

    async def _unread(self, client: discord.Client, places: Sequence[ChannelId]) -> list[ChannelId]:
        """Look at these; those that could not be read and may be another time."""
        turns = asyncio.Semaphore(AT_ONCE)
        is_done = await asyncio.gather(*(self._look(client, place, turns) for place in places))
        return [place for place, done in zip(places, is_done, strict=True) if not done]

    async def _look(self, client: discord.Client, place: ChannelId, turns: asyncio.Semaphore) -> bool:
        async with turns:
            try:
                found = await self._unseen(client, place)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one place is not wrong with the others
                log.info("place_not_read", error=where(error))
                return not isinstance(error, discord.DiscordServerError)
            await asyncio.gather(*(self._in_order(written) for written in found))
            return True

    async def _unseen(self, client: discord.Client, place: ChannelId) -> list[list[discord.Message]]:
        """The true replies there that nobody saw, by the card they answer, the oldest first."""
        await self._pacer.slot()
        channel: Any = client.get_channel(place) or await client.fetch_channel(place)
        by_card: dict[int | None, list[discord.Message]] = defaultdict(list)
        messages = [one async for one in channel.history(limit=LOOKED_AT)]
        told = {one.reference.message_id for one in messages if one.reference and one.author == client.user}
        for message in reversed(messages):
            is_seen = message.id in told or any(reaction.me for reaction in message.reactions)
            if is_true_reply(message) and not is_seen:
                by_card[message.reference.message_id if message.reference else None].append(message)
        return list(by_card.values())

    async def _in_order(self, written: list[discord.Message]) -> None:
        for message in written:
            await self._handle(message, is_live=False)


def _latest_first(client: discord.Client, places: Sequence[ChannelId]) -> list[ChannelId]:
    """By their newest message, as the gateway told it; those it tells nothing of (direct messages) in between."""
    newest = {place: getattr(client.get_channel(place), "last_message_id", None) or 0 for place in places}
    known = sorted((one for one in places if newest[one]), key=newest.__getitem__, reverse=True)
    unknown = [one for one in places if not newest[one]]
    return [one for pair in zip_longest(known, unknown) for one in pair if one is not None]


def is_true_reply(message: discord.Message) -> bool:
    """Whether a person truly replied; forwards, bots, webhooks and system messages do not count."""
    reference = message.reference
    is_person = not message.author.bot and message.webhook_id is None
    if not is_person or message.type is not discord.MessageType.reply or reference is None:
        return False
    return reference.type is discord.MessageReferenceType.reply
