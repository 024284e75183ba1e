"""/insights: how it is going."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.controls.options import creator_choices, zone_choices
from bot.discordkit.controls.periods import PERIOD, period_choices
from bot.discordkit.insights.earnings import Shown
from bot.discordkit.kit import Kit
from bot.domain.access import Capability
from bot.domain.periods import Preset, asked
from bot.domain.reports import Source
from bot.services import Services
from cogs.insights.audience import Audience
from cogs.insights.creators import Creators
from cogs.insights.earnings import Earnings
from cogs.insights.goals import Goals
from cogs.insights.sales import Sales
from cogs.insights.zones import Zones

SOURCES = [app_commands.Choice(name=source.label, value=source.value) for source in Source]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Insights(commands.GroupCog, name="insights", description="See how it is going"):
    """Private answers about money and audience; each file beside this one answers for some of them."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._preferences = services.preferences
        zones = Zones(services, kit)
        self._earnings = Earnings(services, kit, zones)
        self._audience = Audience(services, kit, zones)
        self._sales = Sales(services, kit, zones)
        self._goals = Goals(services, kit, zones)
        self._side_by_side = Creators(services, kit)

    @app_commands.command(name="earnings")
    @app_commands.describe(
        period=PERIOD,
        source="Where it came from",
        creator="Whose earnings",
        timezone="Whose midnight counts; remembered for you",
    )
    @app_commands.choices(source=SOURCES)
    async def earnings(
        self,
        interaction: discord.Interaction,
        period: str | None = None,
        source: app_commands.Choice[str] | None = None,
        creator: str | None = None,
        timezone: str | None = None,
    ) -> None:
        """See what you earned, by day and source, against the time before"""
        state = _state(creator, period, Preset.LAST_7, source)
        await self._earnings.show(interaction, state, timezone)

    @app_commands.command(name="subscribers")
    @app_commands.describe(period=PERIOD, creator="Whose subscribers")
    async def subscribers(
        self, interaction: discord.Interaction, period: str | None = None, creator: str | None = None
    ) -> None:
        """See who came and who left, and who is about to"""
        await self._audience.show_subscribers(interaction, _state(creator, period, Preset.LAST_28))

    @app_commands.command(name="top-fans")
    @app_commands.describe(period=PERIOD, creator="Whose fans")
    async def top_fans(
        self, interaction: discord.Interaction, period: str | None = None, creator: str | None = None
    ) -> None:
        """See who spent most, and what share of your income that is"""
        await self._audience.show_top_fans(interaction, _state(creator, period, Preset.LAST_28))

    @app_commands.command(name="fan")
    @app_commands.describe(fan="Who; start typing a name", creator="Whose fan")
    async def fan(self, interaction: discord.Interaction, fan: str, creator: str | None = None) -> None:
        """See what one fan spent, on what, and whether they renew"""
        await self._audience.show_fan(interaction, fan, creator)

    @app_commands.command(name="transactions")
    @app_commands.describe(period=PERIOD, source="Where it came from", creator="Whose payments")
    @app_commands.choices(source=SOURCES)
    async def transactions(
        self,
        interaction: discord.Interaction,
        period: str | None = None,
        source: app_commands.Choice[str] | None = None,
        creator: str | None = None,
    ) -> None:
        """See single payments, exact to the cent, page by page or as a spreadsheet"""
        await self._sales.show_payments(interaction, _state(creator, period, Preset.LAST_28, source))

    @app_commands.command(name="posts")
    @app_commands.describe(period="Whose unlocks count, such as the last 28 days", creator="Whose posts")
    async def posts(
        self, interaction: discord.Interaction, period: str | None = None, creator: str | None = None
    ) -> None:
        """See which posts earned: unlocks, tips, likes, comments"""
        await self._sales.show_posts(interaction, _state(creator, period, Preset.LAST_90))

    @app_commands.command(name="links")
    @app_commands.describe(creator="Whose links")
    async def links(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See what your tracking links brought, from clicks to payers, and make new ones"""
        await self._sales.show_links(interaction, creator)

    @app_commands.command(name="goal")
    @app_commands.describe(creator="Whose goal")
    async def goal(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See how far this month is on its way to your goal, and set one"""
        await self._goals.show(interaction, creator)

    @app_commands.command(name="creators")
    @app_commands.describe(period=PERIOD)
    async def creators(self, interaction: discord.Interaction, period: str | None = None) -> None:
        """See all creators you look after side by side: who earned what, against the time before"""
        await self._side_by_side.show(interaction, _state(None, period, Preset.LAST_7))

    @earnings.autocomplete("period")
    @creators.autocomplete("period")
    @subscribers.autocomplete("period")
    @top_fans.autocomplete("period")
    @transactions.autocomplete("period")
    @posts.autocomplete("period")
    async def _periods(self, _interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return period_choices(current)

    @earnings.autocomplete("creator")
    @subscribers.autocomplete("creator")
    @top_fans.autocomplete("creator")
    @fan.autocomplete("creator")
    @transactions.autocomplete("creator")
    @posts.autocomplete("creator")
    @links.autocomplete("creator")
    @goal.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.INSIGHTS)

    @earnings.autocomplete("timezone")
    async def _zones(self, _interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await zone_choices(self._preferences, current)

    @fan.autocomplete("fan")
    async def _fans(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await self._audience.fan_choices(interaction, current)


def _state(
    creator: str | None, period: str | None, otherwise: Preset, source: app_commands.Choice[str] | None = None
) -> Shown:
    return Shown(creator or "", asked(period or otherwise), Source(source.value) if source else Source.ALL)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Insights(services, kit)
