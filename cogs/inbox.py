"""Answering fans where the card landed: the Reply button, Show, and Discord's own Reply."""

from contextlib import suppress
from typing import Any

import discord
from discord.ext import commands

from bot.discordkit.cards import OPEN_VERB, READ_VERB, REPLY_VERB, SHOW_VERB, Part, card_embed, card_view, deliveries_in
from bot.discordkit.components import form
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of, author_of
from bot.discordkit.words import plain_words
from bot.domain import text
from bot.domain.accounts import ChannelId, MessageId
from bot.domain.errors import BadInputError, CardUnknownError
from bot.services import Services
from bot.services.inbox import CardMessage, InboxService, require_true

TEXT_ID = "text"
MODAL_LIMIT = 4000
SHOWN_LIMIT = 3500
LOOKED_AT = 100
PING_OFF = (
    "Your reply reached me without its text, because its **@** was off. Turn the @ on when you reply, or press "
    "**Reply** on the card. Nothing was sent."
)
WHICH = (
    "That message holds cards about several fans. Pick one in the menu below it and press **Reply** there. "
    "Nothing was sent."
)


class Inbox(commands.Cog):
    """Every act authorises anew, from the card's own record."""

    def __init__(self, inbox: InboxService, kit: Kit) -> None:
        self._inbox = inbox
        self._failures = kit.failures
        kit.actions.on_press(REPLY_VERB, self._ask)
        kit.actions.on_press(SHOW_VERB, self._show)
        kit.actions.on_press(READ_VERB, self._read)
        kit.actions.on_pick(OPEN_VERB, self._open_one)
        kit.actions.on_form(REPLY_VERB, self._submit)

    async def _ask(self, interaction: discord.Interaction, argument: str) -> None:
        conversation = await self._inbox.open(actor_of(interaction), _pressed(interaction, argument))
        require_true(conversation.event)
        fan = conversation.event.fan
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id=TEXT_ID, style=discord.TextStyle.paragraph, max_length=MODAL_LIMIT, min_length=1
        )
        title = f"Answer {text.plain_name(fan.name, 30)}" if fan else "Answer"
        label = f"Sent as @{text.plain_name(conversation.grant.handle, 30)}"
        await interaction.response.send_modal(form(title, REPLY_VERB, argument, {label: field}))

    async def _submit(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        words = values.get(TEXT_ID, "")
        try:
            conversation = await self._inbox.open(actor_of(interaction), _pressed(interaction, argument))
            await self._inbox.reply(conversation, words, source=f"interaction:{interaction.id}")
        except Exception:
            await interaction.followup.send(embed=_kept(words), ephemeral=True)
            raise
        await interaction.edit_original_response(embed=discord.Embed(title="Sent ✓", colour=Colour.BRAND))

    async def _show(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        conversation = await self._inbox.open(actor_of(interaction), _pressed(interaction, argument))
        words = await self._inbox.show(conversation)
        fan = conversation.event.fan
        embed = discord.Embed(
            title=f"{text.name(fan.name)} wrote" if fan else "They wrote",
            description=text.escape(text.shorten(words, SHOWN_LIMIT))[:4096],
            colour=Colour.CALM,
            timestamp=conversation.event.happened_at,
        )
        await interaction.edit_original_response(embed=embed)

    async def _read(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._inbox.mark_read(await self._inbox.open(actor_of(interaction), _pressed(interaction, argument)))
        embed = discord.Embed(title="Read ✓", description="Fanvue shows the chat as read.", colour=Colour.BRAND)
        await interaction.edit_original_response(embed=embed)

    async def _open_one(self, interaction: discord.Interaction, _argument: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        alerts = await self._inbox.alerts(actor_of(interaction), _pressed(interaction, values[0]))
        part = Part(alerts, shows_text=False)
        await interaction.edit_original_response(embed=card_embed(part), view=card_view(part))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Send a person's true reply to a card; anything else is none of our business."""
        await self._handle(message, is_live=True)

    async def catch_up(self, client: discord.Client) -> None:
        """What was written to cards while nobody listened; what carries a mark of ours was seen."""
        for place in await self._inbox.places():
            try:
                channel: Any = client.get_channel(place) or await client.fetch_channel(place)
                found = [message async for message in channel.history(limit=LOOKED_AT)]
            except discord.HTTPException:
                continue
            for message in reversed(found):
                if not any(reaction.me for reaction in message.reactions):
                    await self._handle(message, is_live=False)

    async def _handle(self, message: discord.Message, *, is_live: bool) -> None:
        if not _is_true_reply(message):
            return
        try:
            card = _replied_to(message)
            if card is None:
                return
            await self._answer(message, card, is_live=is_live)
        except Exception as error:  # noqa: BLE001 - presented where the person wrote
            await self._failures.present_in_reply(message, error)
            await _mark(message, "⚠️")

    async def _answer(self, message: discord.Message, card: CardMessage, *, is_live: bool) -> None:
        conversation = await self._inbox.open(author_of(message), card)
        if not message.content and not message.attachments and not message.stickers:
            raise BadInputError(PING_OFF)
        if message.attachments or message.stickers:
            raise BadInputError("Files and stickers cannot be sent to fans from here yet. Nothing was sent.")
        words, source = plain_words(message), f"message:{message.id}"
        if is_live:
            is_sent = await self._inbox.reply(conversation, words, source=source)
        else:
            is_sent = await self._inbox.resume(conversation, words, source=source, written_at=message.created_at)
        if is_sent:
            await _mark(message, "✅")


async def _mark(message: discord.Message, emoji: str) -> None:
    """React, where that is allowed: a mark that cannot be made changes nothing about what was done."""
    with suppress(discord.HTTPException):
        await message.add_reaction(emoji)


def _is_true_reply(message: discord.Message) -> bool:
    """Whether a person truly replied; forwards, bots, webhooks and system messages do not count."""
    reference = message.reference
    is_person = not message.author.bot and message.webhook_id is None
    if not is_person or message.type is not discord.MessageType.reply or reference is None:
        return False
    return reference.type is discord.MessageReferenceType.reply


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


def _pressed(interaction: discord.Interaction, argument: str) -> CardMessage:
    """The card whose button or entry it was; the argument is checked like any word from outside."""
    message = interaction.message
    if message is None or not argument.isdecimal() or int(argument) not in deliveries_in(message):
        raise CardUnknownError
    return CardMessage(MessageId(message.id), ChannelId(message.channel.id), int(argument))


def _kept(words: str) -> discord.Embed:
    return discord.Embed(
        title="Your text, so that nothing is lost:",
        description=text.escape(words)[:4096],
        colour=Colour.QUIET,
    )


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Inbox(services.inbox, kit)
