"""/insights goal: a month against what it should bring."""

import discord

from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.insights.goals import GOAL_VERB, goal_embed, goal_form, goal_view
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.pictures import drawn
from bot.discordkit.responses.patience import show_whole
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.goals import Progress
from bot.domain.reports import EarningsReport
from bot.services import Services
from cogs.insights.zones import Zones

WHAT = "This month so far"


class Goals:
    """Whoever may see insights sees how far it is; whoever manages sets it."""

    def __init__(self, services: Services, kit: Kit, zones: Zones) -> None:
        self._zones = zones
        self._access = services.access
        self._goals = services.goals
        self._preferences = services.preferences
        kit.actions.on_press(GOAL_VERB, self._ask)
        kit.actions.on_form(GOAL_VERB, self._set, self._ask)

    async def show(self, interaction: discord.Interaction, creator: str | None) -> None:
        """Answer with how far the month is."""
        grant, report, progress = await deferred(interaction, self._month(interaction, creator), WHAT)
        await self._fill(interaction, grant, report, progress)

    async def _ask(self, interaction: discord.Interaction, creator: str) -> None:
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.MANAGE)
        await open_form(interaction, goal_form(grant.creator, await self._goals.of(grant)))

    async def _set(self, interaction: discord.Interaction, creator: str, values: dict[str, str]) -> None:
        """Who may not see the answer changes nothing; what it was made from a moment ago is not asked for again."""
        await interaction.response.defer()
        actor, whose = actor_of(interaction), CreatorId(creator)
        manager = await self._access.require(actor, whose, Capability.MANAGE)
        await self._access.require(actor, whose, Capability.INSIGHTS)
        await self._goals.set(manager, values.get("amount", ""))
        await self._fill(interaction, *await self._month(interaction, creator, goes_on=True))

    async def _month(
        self, interaction: discord.Interaction, creator: str | None, *, goes_on: bool = False
    ) -> tuple[Grant, EarningsReport, Progress | None]:
        grant = await self._access.choose(actor_of(interaction), creator, Capability.INSIGHTS)
        zone = await self._preferences.zone_for(grant, locale=locale_of(interaction))
        return grant, *await self._goals.month(grant, zone, goes_on=goes_on)

    async def _fill(
        self, interaction: discord.Interaction, grant: Grant, report: EarningsReport, progress: Progress | None
    ) -> None:
        picture = await drawn(self._goals.chart(report, progress))
        may_set = await self._access.may(grant.actor.user, grant.creator, Capability.MANAGE)
        view = goal_view(grant.creator, progress, may_set=may_set)
        content, view = await self._zones.asked(grant, report.period.zone, view)
        embed = goal_embed(report, progress, picture.filename if picture else None, may_set=may_set)
        await show_whole(interaction, content, embed, view, picture)
