"""/insights earnings: money by period, source and day."""

import asyncio
from collections.abc import Awaitable

import discord

from bot.discordkit.controls.zones import CREATORS, ZONE_VERB, ask_zone, locale_of
from bot.discordkit.insights.earnings import (
    CSV_VERB,
    PERIOD_VERB,
    SHARE_VERB,
    SHARED_VERB,
    SOURCE_VERB,
    VIEW_VERB,
    Shown,
    earnings_embed,
    earnings_view,
    masked_embed,
    share_view,
    shown,
)
from bot.discordkit.insights.goals import goal_line
from bot.discordkit.insights.spreadsheets import send_file
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.discordkit.pictures import picture_file
from bot.discordkit.responses.patience import MOMENT_SECONDS, show, show_whole
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.errors import BadInputError, ChartError, DomainError
from bot.domain.periods import asked
from bot.domain.reports import EarningsReport, Reversals, Source, View
from bot.services import Services
from bot.services.insights.spreadsheets import Spreadsheet, Told
from cogs.insights.zones import Zones


class Earnings:
    """Answers that are edited in place; every press asks for the right again."""

    def __init__(self, services: Services, kit: Kit, zones: Zones) -> None:
        self._zones = zones
        self._access = services.access
        self._goals = services.goals
        self._insights = services.insights
        self._spreadsheets = services.spreadsheets
        self._preferences = services.preferences
        self._patience = kit.patience
        kit.actions.on_pick(PERIOD_VERB, self._pick_period)
        kit.actions.on_pick(SOURCE_VERB, self._pick_source)
        kit.actions.on_pick(VIEW_VERB, self._pick_view)
        kit.actions.on_press(SHARE_VERB, self._share)
        kit.actions.on_press(SHARED_VERB, self._shared)
        kit.actions.on_press(CSV_VERB, self._csv)
        kit.actions.on_press(ZONE_VERB, self._ask_zone)
        kit.actions.on_form(ZONE_VERB, self._set_zone, self._ask_zone)

    async def show(self, interaction: discord.Interaction, state: Shown, timezone: str | None) -> None:
        """Answer with the earnings of a period."""
        work = self._totals(interaction, state, timezone)
        grant, report = await self._patience.first(interaction, work, state.asked.label)
        await self._fill(interaction, grant, report, state.view)

    async def _pick_period(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        state = shown(key)
        await self._again(interaction, Shown(state.creator, asked(values[0]), state.source, state.view))

    async def _pick_source(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        state = shown(key)
        source = Source(values[0]) if values[0] in set(Source) else Source.ALL
        view = View.DAYS if state.view is View.SOURCES else state.view
        await self._again(interaction, Shown(state.creator, state.asked, source, view))

    async def _pick_view(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        state = shown(key)
        view = View(values[0]) if values[0] in set(View) else View.DAYS
        source = Source.ALL if view is View.SOURCES else state.source
        await self._again(interaction, Shown(state.creator, state.asked, source, view))

    async def _again(self, interaction: discord.Interaction, state: Shown) -> None:
        work = self._totals(interaction, state, None, goes_on=True)
        grant, report = await self._patience.first(interaction, work, state.asked.label)
        await self._fill(interaction, grant, report, state.view, moment_seconds=MOMENT_SECONDS)

    async def _share(self, interaction: discord.Interaction, key: str) -> None:
        """Ask what everybody may see; nothing is posted yet."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        state = shown(key)
        await self._grant(interaction, state)
        if interaction.guild_id is None or interaction.client.get_guild(interaction.guild_id) is None:
            raise BadInputError("There is no team channel here. Share from a channel of a server that I was added to.")
        await interaction.edit_original_response(
            content="Everybody in this channel will see it. What may they see?", view=share_view(state)
        )

    async def _shared(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer()
        policy, _, key = argument.partition("|")
        state = shown(key)
        grant, report = await self._totals(interaction, state, None, goes_on=True)
        is_open = policy == "amounts"
        report, reversals, picture = await self._details(grant, report, state.view, is_masked=not is_open)
        name = picture.filename if picture else None
        embed = earnings_embed(report, reversals, name, view=state.view) if is_open else masked_embed(report, name)
        embed.set_author(name=f"Shared by {interaction.user.display_name}")
        await interaction.followup.send(embed=embed, files=[picture] if picture else [], ephemeral=False)
        await interaction.edit_original_response(content="Shared.", view=None)

    async def _csv(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        state = shown(key)
        grant = await self._grant(interaction, state)
        zone = await self._preferences.zone_for(grant, locale=locale_of(interaction))

        def made(told: Told) -> Awaitable[Spreadsheet]:
            return self._spreadsheets.payments(
                grant, state.asked, zone, state.source, told=told, file_bytes=interaction.filesize_limit
            )

        await send_file(interaction, made)

    async def _ask_zone(self, interaction: discord.Interaction, key: str) -> None:
        creator = CreatorId(shown(key).creator)
        may_settle = await self._access.may(actor_of(interaction).user, creator, Capability.MANAGE)
        await ask_zone(interaction, key, may_settle=may_settle)

    async def _set_zone(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        state, named = shown(key), values.get("zone") or None
        if values.get("whose") == CREATORS:
            await interaction.response.defer()
            await self._zones.settle(interaction, state.creator, named or "", replaces=True)
            named = None
        grant, report = await self._patience.first(interaction, self._totals(interaction, state, named))
        await self._fill(interaction, grant, report, state.view)

    async def _grant(self, interaction: discord.Interaction, state: Shown) -> Grant:
        return await self._access.require(actor_of(interaction), CreatorId(state.creator), Capability.INSIGHTS)

    async def _totals(
        self, interaction: discord.Interaction, state: Shown, timezone: str | None, *, goes_on: bool = False
    ) -> tuple[Grant, EarningsReport]:
        grant = await self._access.choose(actor_of(interaction), state.creator or None, Capability.INSIGHTS)
        zone = await self._preferences.zone_for(grant, timezone, locale_of(interaction))
        return grant, await self._insights.totals(grant, state.asked, zone, state.source, goes_on=goes_on)

    async def _fill(
        self,
        interaction: discord.Interaction,
        grant: Grant,
        report: EarningsReport,
        view: View,
        *,
        moment_seconds: float = 0,
    ) -> None:
        """The numbers at once; what they compare with, what was taken back and the picture when they are there.

        Where all of it is there in a moment, it comes in one piece.
        """
        state = Shown(grant.creator, report.asked, report.source, view)
        components = earnings_view(state)
        details = asyncio.ensure_future(self._details(grant, report, view))
        try:
            if moment_seconds:
                await asyncio.wait({details}, timeout=moment_seconds)
            if not details.done():
                await show(interaction, earnings_embed(report, is_whole=False), components)
            report, reversals, picture = await details
        finally:
            details.cancel()
        content, components = await self._zones.asked(grant, report.period.zone, components, state.key)
        embed = earnings_embed(report, reversals, picture.filename if picture else None, view=view)
        if progress := await self._goals.progress(grant, report):
            embed.add_field(name="Goal", value=goal_line(progress), inline=False)
        await show_whole(interaction, content, embed, components, picture)

    async def _details(
        self, grant: Grant, report: EarningsReport, view: View, *, is_masked: bool = False
    ) -> tuple[EarningsReport, Reversals | None, discord.File | None]:
        """What takes longer; what cannot be had is left out, the totals stand."""
        await self._patience.calm()
        (report, picture), reversals = await asyncio.gather(
            self._drawn(grant, report, view, is_masked=is_masked), self._reversals(grant, report)
        )
        return report, reversals, picture

    async def _reversals(self, grant: Grant, report: EarningsReport) -> Reversals | None:
        try:
            return await self._insights.reversals(grant, report)
        except DomainError:
            return None

    async def _drawn(
        self, grant: Grant, report: EarningsReport, view: View, *, is_masked: bool
    ) -> tuple[EarningsReport, discord.File | None]:
        try:
            if report.before is None:
                report = await self._insights.compared(grant, report)
            if report.source is not Source.ALL or (view is View.HOURS and not report.hours):
                report = await self._insights.with_rows(grant, report)
            draw = self._insights.masked_chart if is_masked else self._insights.chart
            picture = await draw(report, view)
        except (ChartError, DomainError):
            return report, None
        if picture is None:
            return report, None
        return report, picture_file(picture)
