"""The question whether a draft may go out: where it stands it says what became of it, and its author is told."""

import discord
import structlog

from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.posts import draft_cards as cards
from bot.discordkit.responses.outcomes import beside, insisting, is_cut_off, say
from bot.domain.accounts import ChannelId, MessageId
from bot.domain.errors import StorageBusyError
from bot.services.posts.drafts import DraftsService, Opened

log = structlog.get_logger(__name__)

NOBODY_ASKED = discord.Embed(
    title="It waits for approval",
    description="Nobody could be asked in this place: whoever may approve finds it with `/post drafts`.",
    colour=Colour.TROUBLE,
)


class Questions:
    """Decided from anywhere; what Discord refuses here undoes nothing of what was decided."""

    def __init__(self, drafts: DraftsService, kit: Kit) -> None:
        self._drafts = drafts
        self._pacer = kit.pacer
        self._owed = kit.owed

    async def ask(self, interaction: discord.Interaction, opened: Opened) -> None:
        """Everybody where the team can see it, once Discord is back where it is away; its author, where nobody can."""

        async def ask() -> None:
            try:
                asked = await self._asked(interaction, opened)
            except discord.DiscordServerError:
                raise
            except discord.HTTPException as error:
                log.warning("question_not_asked", status=error.status)
                await beside(interaction, NOBODY_ASKED, None)
            else:
                await self._drafts.asked(opened, ChannelId(asked.channel.id), MessageId(asked.id))

        await self._owed.say(("question", opened.draft.id), ask)

    async def _asked(self, interaction: discord.Interaction, opened: Opened) -> discord.Message:
        """By the interaction; in its channel, where it is too late for that."""
        embed, view = cards.asking_embed(opened), cards.asking_view(opened.draft)
        if not is_cut_off(interaction):
            try:
                return await interaction.followup.send(embed=embed, view=view, wait=True)
            except discord.DiscordServerError:
                raise
            except discord.HTTPException as error:
                log.info("question_is_late", status=error.status)
        await self._pacer.slot()
        place = interaction.client.get_partial_messageable(interaction.channel_id or 0)
        return await place.send(embed=embed, view=view, nonce=interaction.id)

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

        async def tell() -> None:
            if not is_at_question:
                await self._pacer.slot()
                await message.edit(embed=embed, view=view)
            await self._pacer.slot()
            await place.send(
                cards.told_words(opened, words),
                reference=message.to_reference(fail_if_not_exists=False),
                allowed_mentions=discord.AllowedMentions(
                    everyone=False, roles=False, replied_user=False, users=[discord.Object(opened.draft.author)]
                ),
                nonce=interaction.id,
            )

        try:
            await self._owed.say(("decided", opened.draft.id), lambda: insisting(tell))
        except discord.HTTPException as error:
            log.info("question_out_of_reach", status=error.status)
