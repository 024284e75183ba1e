"""Prepared messages: by folder, looked at first, sent from the box."""

import discord

from bot.discordkit.controls.components import BOX_VERB
from bot.discordkit.controls.forms import open_form
from bot.discordkit.inbox import views
from bot.discordkit.inbox.answer_box import answer_box
from bot.discordkit.kit import Kit
from bot.domain.drafts import Draft
from bot.domain.errors import BadInputError
from bot.services import Services
from bot.services.inbox.replies import Recipient
from cogs.inbox.whom import whom


class Templates:
    """What is picked is a reply that is kept: nothing is sent but from the box."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._conversations = services.conversations
        self._replies = services.replies
        kit.actions.on_press(views.TEMPLATES_VERB, self._templates)
        kit.actions.on_pick(views.TEMPLATE_VERB, self._template)

    async def _templates(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant, _ = await whom(self._access, interaction, key)
        prepared = await self._conversations.templates(grant)
        if not prepared:
            raise BadInputError("There are no templates at Fanvue yet. Make some there, and they appear here.")
        await interaction.edit_original_response(
            embed=views.templates_embed(prepared), view=views.templates_view(prepared, key)
        )

    async def _template(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        """Into the box, as a reply that is kept until it is sent from there."""
        grant, fan = await whom(self._access, interaction, key)
        if values[0].startswith(views.FOLDER):
            await interaction.response.defer()
            prepared = await self._conversations.templates(grant)
            folder = values[0].removeprefix(views.FOLDER)
            await interaction.edit_original_response(
                embed=views.templates_embed(prepared, folder), view=views.templates_view(prepared, key, folder)
            )
            return
        found = await self._conversations.template(grant, values[0])
        draft = Draft(found.text, found.media, found.price)
        source = f"interaction:{interaction.id}"
        kept_reply = await self._replies.keep(Recipient(grant, fan), draft, BadInputError(""), source=source)
        box = answer_box("this fan", grant.handle, BOX_VERB, kept_reply.edit, draft=draft)
        await open_form(interaction, box)
