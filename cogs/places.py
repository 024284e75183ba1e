"""The buttons of a notice that a place refuses cards."""

import discord
from discord.ext import commands

from bot.discordkit.alerts.heralds import MOVE_VERB, RETRY_VERB
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.services import Services
from bot.services.alerts.reopening import ReopeningService


class Places(commands.Cog):
    """Whoever may set up the alerts may mend them."""

    def __init__(self, reopening: ReopeningService, kit: Kit) -> None:
        self._reopening = reopening
        kit.actions.on_press(RETRY_VERB, self._retry)
        kit.actions.on_press(MOVE_VERB, self._move)

    async def _retry(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        waited = await self._reopening.retry(actor_of(interaction), key)
        held = f" {waited} that waited are on their way." if waited > 1 else ""
        embed = discord.Embed(
            title="Trying again ✓",
            description=f"Alerts go there again.{held} If the place still refuses them, I will tell you.",
            colour=Colour.BRAND,
        )
        await interaction.edit_original_response(embed=embed)

    async def _move(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._reopening.move(actor_of(interaction), key)
        embed = discord.Embed(
            title="Moved to your direct messages ✓",
            description="What went there comes to you from now on. `/alerts panel` changes it again.",
            colour=Colour.BRAND,
        )
        await interaction.edit_original_response(embed=embed)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Places(services.reopening, kit)
