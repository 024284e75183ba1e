"""/team: who else may act for a creator, for what and when."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.controls.options import creator_choices, day_choices, zone_choices
from bot.discordkit.controls.periods import PERIOD, period_choices
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.insights.earnings import Shown
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.discordkit.team import panel
from bot.domain.access import GIVEABLE, Capability, Grant
from bot.domain.accounts import ChannelId, DiscordUserId, GuildId
from bot.domain.errors import BadInputError
from bot.domain.periods import Preset, asked
from bot.domain.shifts import Shift, clock_from, days_from
from bot.services import Services
from cogs.team.people import People
from cogs.team.scoreboard import Scores

EVERYTHING = "all"
RIGHTS = [app_commands.Choice(name=panel.EVERYTHING.capitalize(), value=EVERYTHING)] + [
    app_commands.Choice(name=capability.phrase.capitalize(), value=capability.value) for capability in GIVEABLE
]
PLACES = [
    app_commands.Choice(name="this channel", value="channel"),
    app_commands.Choice(name="this whole server", value="server"),
]
WHOSE = "For which creator"

Choices = list[app_commands.Choice[str]]


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Team(commands.GroupCog, name="team", description="Decide who else may act for you, and when"):
    """Rights on creators; what may be given by whom is the service's to say."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._team = services.team
        self._preferences = services.preferences
        self._scores = Scores(services, kit)
        self._people = People(services, kit)

    @app_commands.command(name="grant")
    @app_commands.describe(
        person="Who",
        right="What they may do",
        until="Until when, such as: tomorrow 18:00; until taken back when left out",
        passing_on="Whether they may give it to others, when they may manage the team too",
        creator=WHOSE,
    )
    @app_commands.choices(right=RIGHTS)
    @app_commands.rename(passing_on="may_pass_on")
    async def grant(
        self,
        interaction: discord.Interaction,
        person: discord.Member,
        right: app_commands.Choice[str],
        until: str | None = None,
        passing_on: bool = False,
        creator: str | None = None,
    ) -> None:
        """Let somebody of this server act for you, for exactly what you pick"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        ends_at = self._team.until(until, await self._preferences.typed_zone(grant, locale_of(interaction)))
        chosen = await self._team.everything(grant) if right.value == EVERYTHING else (Capability(right.value),)
        await self._team.give(grant, _person(person), chosen, ends_at, may_pass_on=passing_on)
        await self._people.show(interaction, grant)

    @app_commands.command(name="revoke")
    @app_commands.describe(person="Whose right", right="Which one; all of them when left out", creator=WHOSE)
    @app_commands.choices(right=RIGHTS)
    async def revoke(
        self,
        interaction: discord.Interaction,
        person: discord.User,
        right: app_commands.Choice[str] | None = None,
        creator: str | None = None,
    ) -> None:
        """Take rights back; it counts at once, also for open cards and forms"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        chosen = GIVEABLE if right is None or right.value == EVERYTHING else (Capability(right.value),)
        await self._people.take(grant, DiscordUserId(person.id), chosen)
        await self._people.show(interaction, grant)

    @app_commands.command(name="list")
    @app_commands.describe(creator=WHOSE)
    async def show(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See who may act for you, for what, until when and in which shifts"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._people.show(interaction, await self._grant(interaction, creator))

    @app_commands.command(name="handover")
    @app_commands.describe(giver="Who hands over", taker="Who takes over", creator=WHOSE)
    @app_commands.rename(giver="from", taker="to")
    async def handover(
        self,
        interaction: discord.Interaction,
        giver: discord.User,
        taker: discord.Member,
        creator: str | None = None,
    ) -> None:
        """Move everything one person may do to another, in one step"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        rights = await self._team.check_hand_over(grant, DiscordUserId(giver.id), _person(taker))
        await interaction.edit_original_response(
            embed=panel.hand_over_embed(grant, giver.id, taker.id, rights),
            view=panel.hand_over_view(grant, giver.id, taker.id),
        )

    @app_commands.command(name="shift")
    @app_commands.describe(
        person="Whose shift",
        days="On which days it begins, such as: Mon-Fri",
        begins="When it begins, such as: 18:00",
        ends="When it ends, such as: 02:00; the day after, when that is earlier",
        timezone="Whose clock counts",
        creator=WHOSE,
    )
    @app_commands.rename(begins="from", ends="to")
    async def shift(
        self,
        interaction: discord.Interaction,
        person: discord.Member,
        days: str,
        begins: str,
        ends: str,
        timezone: str | None = None,
        creator: str | None = None,
    ) -> None:
        """Let somebody's rights hold in weekly shifts alone; `/team list` lifts them again"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        zone = await self._preferences.typed_zone(grant, locale_of(interaction), timezone)
        shift = Shift(days_from(days), clock_from(begins), clock_from(ends), zone)
        await self._team.set_shift(grant, _person(person), shift)
        await self._people.show_member(interaction, grant, _person(person))

    @app_commands.command(name="default")
    @app_commands.describe(place="Where", creator="Who is meant there; nobody when left out")
    @app_commands.choices(place=PLACES)
    async def default(
        self, interaction: discord.Interaction, place: app_commands.Choice[str], creator: str | None = None
    ) -> None:
        """Choose who is meant here when nobody names a creator; it gives nobody a right"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        guild = GuildId(interaction.guild_id or 0)
        channel = ChannelId(interaction.channel_id or 0) if place.value == "channel" else None
        if creator is None:
            is_cleared = await self._team.clear_default(grant, guild, channel)
            said = "no longer meant" if is_cleared else "not the one meant"
        else:
            await self._team.set_default(grant, guild, channel)
            said = "meant"
        await interaction.edit_original_response(embed=panel.default_embed(grant, said, place.name))

    @app_commands.command(name="scoreboard")
    @app_commands.describe(period=PERIOD, creator="Whose team")
    async def scoreboard(
        self, interaction: discord.Interaction, period: str | None = None, creator: str | None = None
    ) -> None:
        """See who answers fans, how soon, and what came in after their answers"""
        await self._scores.show(interaction, Shown(creator or "", asked(period or Preset.LAST_28)))

    @scoreboard.autocomplete("period")
    async def _periods(self, _interaction: discord.Interaction, current: str) -> Choices:
        return period_choices(current)

    @scoreboard.autocomplete("creator")
    async def _scored(self, interaction: discord.Interaction, current: str) -> Choices:
        return await creator_choices(self._access, interaction, current, Capability.MANAGE, Capability.REPLY)

    @grant.autocomplete("creator")
    @revoke.autocomplete("creator")
    @show.autocomplete("creator")
    @handover.autocomplete("creator")
    @shift.autocomplete("creator")
    @default.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> Choices:
        return await creator_choices(self._access, interaction, current, Capability.MANAGE)

    @shift.autocomplete("timezone")
    async def _zones(self, _interaction: discord.Interaction, current: str) -> Choices:
        return await zone_choices(self._preferences, current)

    @shift.autocomplete("days")
    async def _days(self, _interaction: discord.Interaction, current: str) -> Choices:
        return day_choices(current)

    async def _grant(self, interaction: discord.Interaction, creator: str | None) -> Grant:
        return await self._access.choose(actor_of(interaction), creator, Capability.MANAGE)


def _person(member: discord.Member) -> DiscordUserId:
    if member.bot:
        raise BadInputError("Rights go to people, not to bots.")
    return DiscordUserId(member.id)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Team(services, kit)
