"""/insights creators: everybody somebody may see, next to each other."""

import discord

from bot.discordkit.controls.zones import locale_of
from bot.discordkit.insights.earnings import Shown
from bot.discordkit.insights.side_by_side import SIDE_VERB, side_by_side_embed, side_by_side_view
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.pictures import drawn
from bot.discordkit.responses.patience import show_whole
from bot.discordkit.responses.under_way import patiently
from bot.domain.periods import Asked, asked
from bot.domain.side_by_side import SideBySide
from bot.services import Services

WHAT = "Your creators"


class Creators:
    """Who leads several sees them in one answer; each as far as they may see it."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._service = services.side_by_side
        kit.actions.on_pick(SIDE_VERB, self._pick)

    async def show(self, interaction: discord.Interaction, state: Shown) -> None:
        """Answer with what each earned."""
        found = await deferred(interaction, self._incomes(interaction, state.asked), WHAT)
        await self._fill(interaction, found)

    async def _pick(self, interaction: discord.Interaction, _key: str, values: list[str]) -> None:
        await interaction.response.defer()
        await self._fill(interaction, await patiently(interaction, self._incomes(interaction, asked(values[0])), WHAT))

    async def _incomes(self, interaction: discord.Interaction, period: Asked) -> SideBySide:
        return await self._service.incomes(actor_of(interaction), period, locale_of(interaction))

    async def _fill(self, interaction: discord.Interaction, found: SideBySide) -> None:
        picture = await drawn(self._service.chart(found))
        embed = side_by_side_embed(found, picture.filename if picture else None)
        await show_whole(interaction, None, embed, side_by_side_view(found.asked), picture)
