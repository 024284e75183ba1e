"""The buttons on cards: show, mark read, claim, unsend, and opening one of several."""

import discord

from bot.discordkit.alerts.cards import (
    CLAIM_VERB,
    OPEN_VERB,
    READ_VERB,
    SHOW_VERB,
    UNSEND_VERB,
    Part,
    card_embed,
    card_view,
    deliveries_in,
)
from bot.discordkit.inbox.views import (
    UNSEND_ONE_VERB,
    done,
    sent_view,
    thread_embed,
    thread_view,
)
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.discordkit.responses.outcomes import say, showing
from bot.domain import text
from bot.domain.accounts import ChannelId, CreatorId, MessageId
from bot.domain.errors import CardUnknownError
from bot.services import Services
from bot.services.inbox.cards import CardMessage

SHOWN_LIMIT = 3500


class CardActs:
    """Every act authorises anew, from the card's own record."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._inbox = services.inbox
        self._unsending = services.unsending
        self._claims = services.claims
        self._conversations = services.conversations
        kit.actions.on_press(SHOW_VERB, self._show)
        kit.actions.on_press(READ_VERB, self._read)
        kit.actions.on_press(CLAIM_VERB, self._claim)
        kit.actions.on_press(UNSEND_VERB, self._unsend)
        kit.actions.on_press(UNSEND_ONE_VERB, self._unsend_one)
        kit.actions.on_pick(OPEN_VERB, self._open_one)

    async def _show(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        conversation = await self._inbox.open(actor_of(interaction), pressed(interaction, argument))
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
        await self._inbox.mark_read(await self._inbox.open(actor_of(interaction), pressed(interaction, argument)))
        await interaction.edit_original_response(embed=done("Read ✓", "Fanvue shows the chat as read."))

    async def _claim(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        conversation = await self._inbox.open(actor, pressed(interaction, argument))
        grant, fan = conversation.grant, conversation.fan
        claim = await self._claims.take(grant, fan)
        if claim.holder != actor.user:
            since = discord.utils.format_dt(claim.since, "R")
            line = f"**{text.name(claim.holder_name)}** took this fan {since}. Ask them to hand over or let go."
            embed = discord.Embed(title="Somebody is on it", description=line, colour=Colour.QUIET)
            await interaction.edit_original_response(embed=embed)
            return
        async with showing(interaction, "You are on it for an hour ✓"):
            thread = await self._conversations.open(grant, fan)
            await interaction.edit_original_response(
                content="You are on it for an hour. Answering keeps it yours.",
                embed=thread_embed(thread, claim, grant.handle),
                view=thread_view(thread, claim, actor, grant.creator),
            )

    async def _unsend(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        conversation = await self._inbox.open(actor_of(interaction), pressed(interaction, argument))
        last = await self._unsending.last_sent(conversation.grant, conversation.fan)
        when = discord.utils.format_dt(last.created_at, "R")
        line = f"The latest answer from here, by **{text.name(last.author_name or 'somebody')}**, {when}."
        await interaction.edit_original_response(
            embed=discord.Embed(title="Take it back?", description=line, colour=Colour.TROUBLE),
            view=sent_view(conversation.grant.creator, last.id),
        )

    async def _unsend_one(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, _, reply = key.partition("|")
        await self._unsending.unsend(actor_of(interaction), CreatorId(creator), reply)
        await say(interaction, done("Unsent ✓", "The fan no longer has that message."))

    async def _open_one(self, interaction: discord.Interaction, _argument: str, values: list[str]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        alerts = await self._inbox.alerts(actor_of(interaction), pressed(interaction, values[0]))
        part = Part(alerts, shows_text=False)
        await interaction.edit_original_response(embed=card_embed(part), view=card_view(part))


def pressed(interaction: discord.Interaction, argument: str) -> CardMessage:
    """The card whose button or entry it was; the argument is checked like any word from outside."""
    message = interaction.message
    if message is None or not argument.isdecimal() or int(argument) not in deliveries_in(message):
        raise CardUnknownError
    return CardMessage(MessageId(message.id), ChannelId(message.channel.id), int(argument))
