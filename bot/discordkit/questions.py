"""The question whether a draft may go out: where it stands it says what became of it, and its author is told."""

import discord
import structlog

from bot.discordkit import draft_cards as cards
from bot.discordkit.outcomes import insisting, say
from bot.discordkit.pacer import Pacer
from bot.domain.accounts import ChannelId, MessageId
from bot.domain.errors import StorageBusyError
from bot.services.drafts import DraftsService, Opened

log = structlog.get_logger(__name__)


class Questions:
    """Decided from anywhere; what Discord refuses here undoes nothing of what was decided."""

    def __init__(self, drafts: DraftsService, pacer: Pacer) -> None:
        self._drafts = drafts
        self._pacer = pacer

    async def ask(self, interaction: discord.Interaction, opened: Opened) -> None:
        """Everybody where the team can see it."""
        embed, view = cards.asking_embed(opened), cards.asking_view(opened.draft)
        asked = await interaction.followup.send(embed=embed, view=view, wait=True)
        await self._drafts.asked(opened, ChannelId(asked.channel.id), MessageId(asked.id))

    async def settle(
        self, interaction: discord.Interaction, opened: Opened, words: str, view: discord.ui.View | None = None
    ) -> None:
        """Say what became of it: where it was pressed, where it was asked, and to its author there."""
        embed = cards.decided_embed(opened, words)
        try:
            question = await self._drafts.question(opened)
        except StorageBusyError:
            question = None
        pressed = interaction.message.id if interaction.message else None
        is_at_question = question is None or question[1] == pressed
        await say(interaction, embed, view if is_at_question else None)
        if question is None:
            return
        place = interaction.client.get_partial_messageable(question[0])
        message = place.get_partial_message(question[1])
        try:
            if not is_at_question:
                await self._pacer.slot()
                await insisting(lambda: message.edit(embed=embed, view=view))
            await self._pacer.slot()
            await insisting(
                lambda: place.send(
                    cards.told_words(opened, words),
                    reference=message.to_reference(fail_if_not_exists=False),
                    allowed_mentions=discord.AllowedMentions(
                        everyone=False, roles=False, replied_user=False, users=[discord.Object(opened.draft.author)]
                    ),
                    nonce=interaction.id,
                )
            )
        except discord.HTTPException as error:
            log.info("question_out_of_reach", status=error.status)
