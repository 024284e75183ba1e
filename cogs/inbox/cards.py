"""The buttons on cards: answer, show, mark read, claim, unsend, and sending again what did not go out."""

from contextlib import suppress

import discord

from bot.discordkit.cards import (
    CLAIM_VERB,
    OPEN_VERB,
    READ_VERB,
    REPLY_VERB,
    SHOW_VERB,
    UNSEND_VERB,
    Part,
    card_embed,
    card_view,
    deliveries_in,
)
from bot.discordkit.components import AGAIN_VERB
from bot.discordkit.inbox import (
    TEMPLATE_ID,
    TEXT_ID,
    UNSEND_ONE_VERB,
    answer_form,
    done,
    kept,
    sent_view,
    thread_embed,
    thread_view,
)
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import Grant
from bot.domain.accounts import ChannelId, CreatorId, MessageId
from bot.domain.conversations import Prepared
from bot.domain.drafts import Draft
from bot.domain.errors import CardUnknownError, DomainError
from bot.services import Services
from bot.services.inbox import CardMessage
from bot.services.replies import Recipient
from cogs.inbox.native import mark

SHOWN_LIMIT = 3500


class CardActs:
    """Every act authorises anew, from the card's own record."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._inbox = services.inbox
        self._replies = services.replies
        self._claims = services.claims
        self._conversations = services.conversations
        kit.actions.on_press(REPLY_VERB, self._ask)
        kit.actions.on_press(SHOW_VERB, self._show)
        kit.actions.on_press(READ_VERB, self._read)
        kit.actions.on_press(CLAIM_VERB, self._claim)
        kit.actions.on_press(UNSEND_VERB, self._unsend)
        kit.actions.on_press(UNSEND_ONE_VERB, self._unsend_one)
        kit.actions.on_press(AGAIN_VERB, self._again)
        kit.actions.on_pick(OPEN_VERB, self._open_one)
        kit.actions.on_form(REPLY_VERB, self._submit)

    async def send(self, interaction: discord.Interaction, to: Recipient, values: dict[str, str]) -> None:
        """Send what a form holds, words or a template, and say so; what could not be sent is given back."""
        words = values.get(TEXT_ID, "")
        chosen = values.get(TEMPLATE_ID) or next((key for key in values if key not in {TEXT_ID, TEMPLATE_ID}), "")
        try:
            draft = Draft(words)
            if chosen:
                found = await self._conversations.template(to.grant, chosen)
                draft = Draft(words or values.get(chosen) or found.text, found.media, found.price)
            sent = await self._replies.send(to, draft, source=f"interaction:{interaction.id}")
        except Exception:
            await interaction.followup.send(embed=kept(words or values.get(chosen, "")), ephemeral=True)
            raise
        view = sent_view(to.grant.creator, sent.id) if sent else discord.utils.MISSING
        await interaction.edit_original_response(embed=done("Sent ✓"), view=view)

    async def templates(self, grant: Grant) -> list[Prepared]:
        """What a form can offer; none where they cannot be had at once."""
        try:
            return await self._conversations.templates(grant)
        except DomainError:
            return []

    async def _ask(self, interaction: discord.Interaction, argument: str) -> None:
        conversation = await self._inbox.open(actor_of(interaction), _pressed(interaction, argument))
        to, fan = conversation.recipient, conversation.event.fan
        prepared = await self.templates(to.grant)
        name = fan.name if fan else "a fan"
        await interaction.response.send_modal(answer_form(name, to.grant.handle, REPLY_VERB, argument, prepared))

    async def _submit(self, interaction: discord.Interaction, argument: str, values: dict[str, str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            conversation = await self._inbox.open(actor_of(interaction), _pressed(interaction, argument))
            to = conversation.recipient
        except Exception:
            await interaction.followup.send(embed=kept(values.get(TEXT_ID, "")), ephemeral=True)
            raise
        await self.send(interaction, to, values)

    async def _show(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        conversation = await self._inbox.open(actor_of(interaction), _pressed(interaction, argument))
        words = await self._inbox.show(conversation)
        fan = conversation.event.fan
        writer = (
            f"@{text.name(conversation.grant.handle)}" if conversation.is_sent else text.name(fan.name if fan else "")
        )
        embed = discord.Embed(
            title=f"{writer} wrote",
            description=text.escape(text.shorten(words, SHOWN_LIMIT))[:4096],
            colour=Colour.CALM,
            timestamp=conversation.event.happened_at,
        )
        await interaction.edit_original_response(embed=embed)

    async def _read(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._inbox.mark_read(await self._inbox.open(actor_of(interaction), _pressed(interaction, argument)))
        await interaction.edit_original_response(embed=done("Read ✓", "Fanvue shows the chat as read."))

    async def _claim(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        conversation = await self._inbox.open(actor, _pressed(interaction, argument))
        grant, fan = conversation.grant, conversation.fan
        claim = await self._claims.take(grant, fan)
        if claim.holder != actor.user:
            since = discord.utils.format_dt(claim.since, "R")
            line = f"**{text.name(claim.holder_name)}** took this fan {since}. Ask them to hand over or let go."
            embed = discord.Embed(title="Somebody is on it", description=line, colour=Colour.QUIET)
            await interaction.edit_original_response(embed=embed)
            return
        thread = await self._conversations.open(grant, fan)
        await interaction.edit_original_response(
            content="You are on it for an hour. Answering keeps it yours.",
            embed=thread_embed(thread, claim, grant.handle),
            view=thread_view(thread, claim, actor, grant.creator),
        )

    async def _unsend(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        conversation = await self._inbox.open(actor_of(interaction), _pressed(interaction, argument))
        last = await self._replies.last_sent(conversation.grant, conversation.fan)
        when = discord.utils.format_dt(last.created_at, "R")
        line = f"The latest answer from here, by **{text.name(last.author_name or 'somebody')}**, {when}."
        await interaction.edit_original_response(
            embed=discord.Embed(title="Take it back?", description=line, colour=Colour.TROUBLE),
            view=sent_view(conversation.grant.creator, last.id),
        )

    async def _unsend_one(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, _, reply = key.partition("|")
        await self._replies.unsend(actor_of(interaction), CreatorId(creator), reply)
        await interaction.edit_original_response(embed=done("Unsent ✓", "The fan no longer has that message."))

    async def _again(self, interaction: discord.Interaction, key: str) -> None:
        """Send a reply that did not go out; what stood under the author's message is done with then."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, _, reply = key.partition("|")
        sent = await self._replies.again(actor_of(interaction), CreatorId(creator), reply)
        await interaction.edit_original_response(embed=done("Sent ✓"), view=sent_view(creator, sent.id))
        notice = interaction.message
        if notice is None or notice.flags.ephemeral or notice.reference is None or notice.reference.message_id is None:
            return
        written = notice.channel.get_partial_message(notice.reference.message_id)  # type: ignore[union-attr]
        await mark(written, "✅")
        with suppress(discord.HTTPException):
            await notice.delete()

    async def _open_one(self, interaction: discord.Interaction, _argument: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        alerts = await self._inbox.alerts(actor_of(interaction), _pressed(interaction, values[0]))
        part = Part(alerts, shows_text=False)
        await interaction.edit_original_response(embed=card_embed(part), view=card_view(part))


def _pressed(interaction: discord.Interaction, argument: str) -> CardMessage:
    """The card whose button or entry it was; the argument is checked like any word from outside."""
    message = interaction.message
    if message is None or not argument.isdecimal() or int(argument) not in deliveries_in(message):
        raise CardUnknownError
    return CardMessage(MessageId(message.id), ChannelId(message.channel.id), int(argument))
