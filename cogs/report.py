"""/report: how it goes, without asking."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.controls.options import creator_choices
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.insights.briefs import OFF, STOP_VERB, WHEN_VERB, brief_embed, brief_view, when_words
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of, deferred
from bot.discordkit.pictures import picture_file
from bot.discordkit.responses.patience import show_whole
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.domain.briefs import Brief, Rhythm, Subscription
from bot.services import Services

WHAT = {Rhythm.MORNING: "Your morning brief", Rhythm.WEEKLY: "Your week"}


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class Report(commands.GroupCog, name="report", description="Get how it goes, without asking"):
    """The summary as it would come now, and when it comes by itself."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._briefs = services.briefs
        self._preferences = services.preferences
        kit.actions.on_pick(WHEN_VERB, self._pick)
        kit.actions.on_press(STOP_VERB, self._stop)

    @app_commands.command(name="morning")
    @app_commands.describe(creator="About whom")
    async def morning(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See what yesterday brought and what waits today, and get it every morning"""
        await self._show(interaction, Rhythm.MORNING, creator)

    @app_commands.command(name="weekly")
    @app_commands.describe(creator="About whom")
    async def weekly(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See how last week went, day by day, and get it every Monday"""
        await self._show(interaction, Rhythm.WEEKLY, creator)

    @morning.autocomplete("creator")
    @weekly.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.INSIGHTS)

    async def _show(self, interaction: discord.Interaction, rhythm: Rhythm, creator: str | None) -> None:
        grant, brief = await deferred(interaction, self._made(interaction, rhythm, creator), WHAT[rhythm])
        picture = await self._briefs.picture(brief.report)
        wanted = await self._briefs.subscription(grant, rhythm)
        embed = brief_embed(brief, picture.filename if picture else None)
        view = brief_view(rhythm, grant.creator, wanted)
        await show_whole(interaction, when_words(wanted), embed, view, picture_file(picture) if picture else None)

    async def _made(self, interaction: discord.Interaction, rhythm: Rhythm, creator: str | None) -> tuple[Grant, Brief]:
        grant = await self._access.choose(actor_of(interaction), creator, Capability.INSIGHTS)
        zone = await self._preferences.zone_for(grant, locale=locale_of(interaction))
        return grant, await self._briefs.brief(grant, rhythm, zone)

    async def _pick(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        rhythm, creator = _read(key)
        if values[0] == OFF:
            await self._end(interaction, rhythm, creator)
            return
        grant = await self._access.require(actor_of(interaction), creator, Capability.INSIGHTS)
        zone = await self._preferences.typed_zone(grant, locale_of(interaction))
        wanted = await self._briefs.subscribe(grant, rhythm, _minute(values[0]), zone)
        await self._said(interaction, rhythm, creator, wanted)

    async def _stop(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        await self._end(interaction, *_read(key))

    async def _end(self, interaction: discord.Interaction, rhythm: Rhythm, creator: CreatorId) -> None:
        await self._briefs.unsubscribe(actor_of(interaction).user, creator, rhythm)
        await self._said(interaction, rhythm, creator, None)

    async def _said(
        self, interaction: discord.Interaction, rhythm: Rhythm, creator: CreatorId, wanted: Subscription | None
    ) -> None:
        """What was shown stands; above it whether it comes again."""
        words = when_words(wanted) if wanted else "It does not come by itself any more."
        await interaction.edit_original_response(content=words, view=brief_view(rhythm, creator, wanted))


def _read(key: str) -> tuple[Rhythm, CreatorId]:
    """Of a component that an older version of this may have made."""
    rhythm, _, creator = key.partition("|")
    return Rhythm(rhythm) if rhythm in set(Rhythm) else Rhythm.MORNING, CreatorId(creator)


def _minute(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 4 else -1  # noqa: PLR2004 - a day's


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Report(services, kit)
