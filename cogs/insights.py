"""/insights: how it is going."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.earnings import PERIOD_VERB, earnings_embed, period_view
from bot.discordkit.kit import Kit
from bot.discordkit.options import creator_choices, zone_choices
from bot.discordkit.people import actor_of, deferred
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.errors import ChartError
from bot.domain.periods import Preset
from bot.domain.reports import EarningsReport
from bot.services import Services

PERIODS = [app_commands.Choice(name=preset.label, value=preset.value) for preset in Preset]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Insights(commands.GroupCog, name="insights", description="See how it is going"):
    """Private answers about money."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._insights = services.insights
        self._preferences = services.preferences
        kit.actions.on_pick(PERIOD_VERB, self._pick_period)

    @app_commands.command(name="earnings")
    @app_commands.describe(
        period="Which days to count", creator="Whose earnings", timezone="Whose midnight counts; remembered for you"
    )
    @app_commands.choices(period=PERIODS)
    async def earnings(
        self,
        interaction: discord.Interaction,
        period: app_commands.Choice[str] | None = None,
        creator: str | None = None,
        timezone: str | None = None,
    ) -> None:
        """See what you earned, by source, against the period before"""
        preset = Preset(period.value) if period else Preset.LAST_7
        grant, report = await deferred(interaction, self._report(interaction, creator, preset, timezone))
        await self._show(interaction, grant, report)

    @earnings.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.INSIGHTS)

    @earnings.autocomplete("timezone")
    async def _zones(self, _interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await zone_choices(self._preferences, current)

    async def _pick_period(self, interaction: discord.Interaction, creator: str, values: list[str]) -> None:
        await interaction.response.defer()
        preset = Preset(values[0]) if values and values[0] in set(Preset) else Preset.LAST_7
        grant, report = await self._report(interaction, CreatorId(creator), preset, None)
        await self._show(interaction, grant, report)

    async def _report(
        self, interaction: discord.Interaction, creator: str | None, preset: Preset, timezone: str | None
    ) -> tuple[Grant, EarningsReport]:
        actor = actor_of(interaction)
        grant = await self._access.choose(actor, creator, Capability.INSIGHTS)
        zone = await self._preferences.zone(actor.user, timezone)
        return grant, await self._insights.earnings(grant, preset, zone)

    async def _show(self, interaction: discord.Interaction, grant: Grant, report: EarningsReport) -> None:
        """The numbers at once, the picture as soon as it is drawn."""
        view = period_view(report, grant.creator)
        await interaction.edit_original_response(embed=earnings_embed(report), view=view, attachments=[])
        try:
            picture = await self._insights.chart(report)
        except ChartError:
            return
        file = discord.File(io.BytesIO(picture.png), picture.filename, description=picture.alt_text)
        await interaction.edit_original_response(
            embed=earnings_embed(report, picture.filename), view=period_view(report, grant.creator), attachments=[file]
        )


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Insights(services, kit)
