"""Discord's own Reply on a card: only a person's true reply counts, and each has an outcome its author sees."""

import time
from contextlib import suppress

import discord
import structlog

from bot.discordkit.alerts.cards import OPEN_VERB, deliveries_in
from bot.discordkit.attachments import incoming
from bot.discordkit.controls.components import PREFIX
from bot.discordkit.inbox.turns import Turns
from bot.discordkit.inbox.views import WRITE_VERB
from bot.discordkit.inbox.words import plain_words
from bot.discordkit.kit import Kit
from bot.discordkit.owing import Owed
from bot.discordkit.people import author_of
from bot.discordkit.responses.failures import embed_of, failure_for
from bot.discordkit.responses.outcomes import insisting
from bot.domain.accounts import ChannelId, FanId, MessageId
from bot.domain.drafts import Draft
from bot.domain.errors import BadInputError, DomainError, NotAllowedError, NotHereError, WhichFanError
from bot.services import Services
from bot.services.inbox.cards import CardMessage
from bot.services.inbox.replies import Recipient
from bot.services.inbox.reply_places import DIRECT
from cogs.inbox.missed import MissedReplies, is_true_reply

log = structlog.get_logger(__name__)

Choice = tuple[int, str]
"""A card's delivery, and how a menu calls it."""

NOBODY = FanId("")
SENT = "sent"
PING_OFF = (
    "Your reply reached me without its text, because its **@** was off. Turn the @ on when you reply, or press "
    "**Open the box** and write it there. Nothing was sent."
)
EMPTY = "There is nothing in that reply but the @. Write it in the box, or reply again. Nothing was sent."
STICKER = "Stickers live in Discord alone: fans could not see it. Send words or a picture instead. Nothing was sent."
POLL = "Polls live in Discord alone: fans could not vote. Ask them in words. Nothing was sent."
NO_CARD = (
    "That is a note of mine, not a card. Reply to the fan's card itself, or press its **Reply**. Nothing was sent."
)
HEADER = (
    "That is the fan's header, not a card. Reply to a card below, or press **Write** on the header. Nothing was sent."
)
EDITED = (
    "The fan has what you wrote at first: an edit does not reach them. Press **Unsend** on the card and reply anew, "
    "or send what is missing as another reply."
)
EDITED_UNSENT = "An edit is not sent. Use the buttons under your message, or reply to the card again."
DELETED = "A reply was deleted here, and the fan still has it. Press **Unsend** on the card to take it back there too."
TOLD_SECONDS = 600
"""An outsider who goes on trying hears of it once in so long."""
TOLD_AT_MOST = 30
NOTE_SECONDS = 120


class NativeReplies:
    """A reply is known by its message, so it is sent once, whenever it is found."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._inbox = services.inbox
        self._replies = services.replies
        self._media = services.media
        self._places = services.reply_places
        self._failures = kit.failures
        self._owed = kit.owed
        self._missed = MissedReplies(services.inbox, kit.pacer, self.handle)
        self._turns = Turns()
        self._client: discord.Client | None = None
        self._told: dict[int, float] = {}

    async def handle(self, message: discord.Message, *, is_live: bool) -> None:
        """Send a person's true reply to a card; anything else is none of our business."""
        if not is_true_reply(message):
            return
        try:
            cards = await self._replied_to(message)
            if cards:
                await self._answer(message, cards, is_live=is_live)
        except NotAllowedError as error:
            await self._refuse(message, error)
            await mark(self._owed, message, "⚠️")
        except Exception as error:  # noqa: BLE001 - presented where the person wrote
            await self._failures.present_in_reply(message, error)
            await mark(self._owed, message, "⚠️")

    async def catch_up(self, client: discord.Client) -> None:
        """What was written to cards while nobody listened."""
        self._client = client
        await self._missed.find(client)

    async def edited(self, message: discord.Message) -> None:
        """Say that an edit of a reply changes nothing for the fan."""
        if message.edited_at is None or not is_true_reply(message):
            return
        outcome = await self._replies.outcome(_source(message.id))
        if outcome is not None:
            words = EDITED if outcome == SENT else EDITED_UNSENT
            await self._failures.present_in_reply(message, BadInputError(words))

    async def deleted(self, payload: discord.RawMessageDeleteEvent) -> None:
        """What was not sent yet never is; what was sent stays with the fan, and that is said."""
        outcome = await self._replies.withdraw(_source(payload.message_id))
        if outcome != SENT or self._client is None:
            return
        embed = embed_of(failure_for(BadInputError(DELETED)))
        with suppress(discord.HTTPException):
            place = self._client.get_partial_messageable(payload.channel_id)
            note = await place.send(embed=embed, allowed_mentions=discord.AllowedMentions.none())
            await note.delete(delay=NOTE_SECONDS)

    async def _answer(self, message: discord.Message, cards: list[Choice], *, is_live: bool) -> None:
        delivery, _ = cards[-1]
        card = CardMessage(_replied_id(message), ChannelId(message.channel.id), delivery)
        conversation = await self._inbox.open(author_of(message, is_live=is_live), card)
        to = conversation.recipient
        async with self._turns.turn((message.author.id, to.grant.creator, to.fan)):
            is_sent = await self._sent(message, to, cards, is_live=is_live)
        if is_sent:
            await mark(self._owed, message, "✅")

    async def _sent(self, message: discord.Message, to: Recipient, cards: list[Choice], *, is_live: bool) -> bool:
        """Whether the fan has it now; false when it is under way already."""
        source, draft = _source(message.id), Draft(plain_words(message))
        if is_live or await self._replies.outcome(source) is None:
            draft = await self._allowed(message, to, cards, draft)
        if is_live:
            return await self._replies.send(to, draft, source=source) is not None
        return await self._replies.resume(to, draft, source=source, written_at=message.created_at)

    async def _allowed(self, message: discord.Message, to: Recipient, cards: list[Choice], draft: Draft) -> Draft:
        """What may be sent from there as it is, with its files; else it is kept, and the error leads to it."""
        problem: DomainError | None = None
        try:
            for attached in message.attachments:
                medium = await self._media.upload(to.grant, incoming(attached))
                draft = Draft(draft.text, (*draft.media, medium.uuid))
        except DomainError as error:
            problem = error
        place = _place(message)
        if not await self._places.allows(to.grant, place):
            problem = NotHereError(to.grant.creator, place, is_owner=to.grant.is_owner)
        if len(cards) > 1:
            problem, to = WhichFanError(cards), Recipient(to.grant, NOBODY, to.card)
        problem = _oddity(message, draft) or problem
        if problem is not None:
            raise await self._replies.keep(to, draft, problem, source=_source(message.id))
        return draft

    async def _replied_to(self, message: discord.Message) -> list[Choice]:
        """The cards it is a reply to; what Discord no longer shows is looked up. BadInputError for a note of ours."""
        replied = message.reference.resolved if message.reference else None
        if not isinstance(replied, discord.Message):
            known = await self._inbox.deliveries_of(_replied_id(message))
            return [(one, f"Card {one}") for one in known]
        if replied.author.id != _own_id(message):
            return []
        if found := _choices(replied):
            return found
        if _is_header(replied):
            raise BadInputError(HEADER)
        if replied.type is discord.MessageType.reply:
            raise BadInputError(NO_CARD)
        return []

    async def _refuse(self, message: discord.Message, error: NotAllowedError) -> None:
        """Privately, and not again and again; in the channel only where no direct message gets through."""
        now = time.monotonic()
        self._told = {person: at for person, at in self._told.items() if now - at < TOLD_SECONDS}
        if message.author.id in self._told:
            return
        if len(self._told) < TOLD_AT_MOST:
            self._told[message.author.id] = now
            with suppress(discord.HTTPException):
                await message.author.send(embed=embed_of(failure_for(error)))
                return
        await self._failures.present_in_reply(message, error)


async def mark(owed: Owed, message: discord.Message | discord.PartialMessage, emoji: str) -> None:
    """React, where that is allowed, or once Discord is back: a mark changes nothing about what was done."""
    try:
        await insisting(lambda: message.add_reaction(emoji))
    except discord.DiscordServerError:
        owed.owe((message.id, emoji), lambda: message.add_reaction(emoji))
    except discord.HTTPException as error:
        log.info("mark_refused", status=error.status)


def _oddity(message: discord.Message, draft: Draft) -> DomainError | None:
    """What fans could not get, or what did not get here."""
    if message.stickers:
        return BadInputError(STICKER)
    if message.poll is not None:
        return BadInputError(POLL)
    if not draft.is_wordless or message.attachments:
        return None
    is_told = message.guild is None or message.guild.me in message.mentions
    return BadInputError(EMPTY if is_told else PING_OFF)


def _source(message_id: int) -> str:
    return f"message:{message_id}"


def _replied_id(message: discord.Message) -> MessageId:
    reference = message.reference
    return MessageId(reference.message_id or 0) if reference else MessageId(0)


def _place(message: discord.Message) -> int:
    """What its creator chooses about: a channel, a thread's parent, or all direct messages."""
    channel = message.channel
    if message.guild is None:
        return DIRECT
    return channel.parent_id if isinstance(channel, discord.Thread) else channel.id


def _own_id(message: discord.Message) -> int | None:
    """The bot's id where the message was written; another bot's buttons could look like ours."""
    if message.guild is not None:
        return message.guild.me.id
    return message.channel.me.id if isinstance(message.channel, discord.DMChannel) else None


def _is_header(message: discord.Message) -> bool:
    parts = (part for row in message.components for part in getattr(row, "children", ()))
    return any(str(part.custom_id or "").startswith(f"{PREFIX}:{WRITE_VERB}:") for part in parts)


def _choices(message: discord.Message) -> list[Choice]:
    """The cards a message holds, as its menu calls them."""
    names: dict[str, str] = {}
    for row in message.components:
        for component in getattr(row, "children", ()):
            if str(component.custom_id or "").startswith(f"{PREFIX}:{OPEN_VERB}:"):
                names.update({option.value: option.label for option in component.options})
    return [(delivery, names.get(str(delivery), "")) for delivery in deliveries_in(message)]
