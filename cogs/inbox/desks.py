"""A desk's own buttons: what was said before, and the forum's tags."""

import discord

from bot.discordkit.alerts import desk_tags
from bot.discordkit.inbox.views import PAST_VERB, TAGS_VERB, done, past_embed, past_view
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.domain.access import Capability
from bot.domain.accounts import CreatorId, FanId
from bot.services import Services


class Desks:
    """History is for one reader alone; tags are made by those who set up alerts."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._conversations = services.conversations
        self._desk = services.desk
        kit.actions.on_press(PAST_VERB, self._past)
        kit.actions.on_press(TAGS_VERB, self._make_tags)

    async def _past(self, interaction: discord.Interaction, argument: str) -> None:
        """From a header as an answer of its own; turning pages stays in that answer."""
        shown = interaction.message
        if shown is not None and shown.flags.ephemeral:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        creator, fan, page = [*argument.split("|"), "", ""][:3]
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.REPLY)
        past = await self._conversations.past(grant, FanId(fan), int(page) if page.isdecimal() else 1)
        await interaction.edit_original_response(
            content=None, embed=past_embed(past, grant.handle), view=past_view(past, grant.creator)
        )

    async def _make_tags(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        creator, _, fan = key.partition("|")
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.ALERTS)
        await self._desk.require_post(grant, FanId(fan), interaction.channel_id or 0)
        made = await desk_tags.make(interaction.channel)
        await self._desk.changed(grant, FanId(fan))
        line = f"The forum now has: **{', '.join(made)}**. I set them from now on." if made else "They are all there."
        await interaction.edit_original_response(embed=done("Tags ✓", line))
