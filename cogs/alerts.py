"""/alerts: where cards go."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.kit import Kit
from bot.discordkit.look import KIND_NAMES, Colour
from bot.discordkit.options import creator_choices
from bot.discordkit.people import actor_of, is_age_restricted
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import GuildId
from bot.domain.alerts import Place, PlaceKind, Route
from bot.domain.errors import BadInputError
from bot.domain.events import EventKind
from bot.services import Services
from bot.services.alerts import CARD_KINDS

KINDS = [app_commands.Choice(name="Everything", value="all")] + [
    app_commands.Choice(name=name, value=kind.value) for kind, name in KIND_NAMES.items()
]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class Alerts(commands.GroupCog, name="alerts", description="Choose where messages and sales show up"):
    """Routes of events to places."""

    def __init__(self, services: Services) -> None:
        self._access = services.access
        self._alerts = services.alerts

    @app_commands.command(name="show")
    @app_commands.describe(creator="Whose alerts")
    async def show(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See where alerts go now"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        await self._report(interaction, grant)

    @app_commands.command(name="channel")
    @app_commands.guild_only()
    @app_commands.describe(
        channel="Where the cards go; this channel when left out",
        kind="What to show there",
        amounts="Whether everybody there may see amounts",
        creator="Whose alerts",
    )
    @app_commands.choices(kind=KINDS)
    async def channel(
        self,
        interaction: discord.Interaction,
        channel: discord.TextChannel | None = None,
        kind: app_commands.Choice[str] | None = None,
        amounts: bool = False,
        creator: str | None = None,
    ) -> None:
        """Send alerts to a channel of this server"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        chosen = channel or interaction.channel
        if not isinstance(chosen, discord.TextChannel):
            raise BadInputError("Pick a text channel in the `channel` option.")
        _require_usable(interaction, chosen)
        place = Place(PlaceKind.CHANNEL, chosen.id, GuildId(chosen.guild.id))
        await self._alerts.send_to(grant, place, _kinds(kind), shows_amounts=amounts)
        await self._report(interaction, grant, note=_channel_note(chosen))

    @app_commands.command(name="dm")
    @app_commands.describe(kind="What to send you", creator="Whose alerts")
    @app_commands.choices(kind=KINDS)
    async def dm(
        self,
        interaction: discord.Interaction,
        kind: app_commands.Choice[str] | None = None,
        creator: str | None = None,
    ) -> None:
        """Send alerts to your direct messages"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        await self._alerts.send_to(grant, self._alerts.own_dm(grant), _kinds(kind), shows_amounts=True)
        await self._report(interaction, grant)

    @app_commands.command(name="off")
    @app_commands.describe(
        channel="The channel to stop; your direct messages when left out", kind="What to stop", creator="Whose alerts"
    )
    @app_commands.choices(kind=KINDS)
    async def off(
        self,
        interaction: discord.Interaction,
        channel: discord.TextChannel | None = None,
        kind: app_commands.Choice[str] | None = None,
        creator: str | None = None,
    ) -> None:
        """Stop alerts to a channel, or to your direct messages"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        place = Place(PlaceKind.CHANNEL, channel.id) if channel else self._alerts.own_dm(grant)
        await self._alerts.stop(grant, place, _kinds(kind))
        await self._report(interaction, grant)

    @show.autocomplete("creator")
    @channel.autocomplete("creator")
    @dm.autocomplete("creator")
    @off.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.ALERTS)

    async def _grant(self, interaction: discord.Interaction, creator: str | None) -> Grant:
        return await self._access.choose(actor_of(interaction), creator, Capability.ALERTS)

    async def _report(self, interaction: discord.Interaction, grant: Grant, note: str = "") -> None:
        embed = discord.Embed(
            title=f"Alerts of @{text.name(grant.handle)}",
            description=_summary(await self._alerts.routes(grant)) + note,
            colour=Colour.BRAND,
        )
        embed.set_footer(text="/alerts channel · /alerts dm · /alerts off")
        await interaction.edit_original_response(embed=embed)


def _kinds(choice: app_commands.Choice[str] | None) -> tuple[EventKind, ...]:
    return CARD_KINDS if choice is None or choice.value == "all" else (EventKind(choice.value),)


def _require_usable(interaction: discord.Interaction, channel: discord.TextChannel) -> None:
    person, bot = interaction.user, channel.guild.me
    if isinstance(person, discord.Member) and not channel.permissions_for(person).view_channel:
        raise BadInputError("Pick a channel that you can see yourself.")
    allowed = channel.permissions_for(bot)
    if not (allowed.view_channel and allowed.send_messages and allowed.embed_links):
        raise BadInputError(
            f"I may not write in {channel.mention}. Give me View Channel, Send Messages and Embed Links there, "
            "then try again."
        )


def _channel_note(channel: discord.TextChannel) -> str:
    if is_age_restricted(channel):
        return f"\n\n{channel.mention} is age-restricted, so cards show the fan's text to everybody there."
    return f"\n\nIn {channel.mention} the fan's text stays behind **Show**, for those who may answer."


def _summary(routes: Sequence[Route]) -> str:
    by_place: dict[str, list[Route]] = {}
    for route in routes:
        by_place.setdefault(route.place.key, []).append(route)
    lines = [f"{_place(entries[0].place)}: {_names(entries)}" for entries in by_place.values()]
    return "\n".join(lines) or "No alerts are set. `/alerts dm` sends them to you."


def _place(place: Place) -> str:
    return f"<#{place.target}>" if place.kind is PlaceKind.CHANNEL else f"Direct messages of <@{place.target}>"


def _names(routes: Sequence[Route]) -> str:
    kinds = {route.kind for route in routes}
    named = [KIND_NAMES[kind].lower() for kind in CARD_KINDS if kind in kinds]
    names = "everything" if kinds >= set(CARD_KINDS) else ", ".join(named)
    return names if any(route.shows_amounts for route in routes) else f"{names} (amounts hidden)"


def build(services: Services, _kit: Kit) -> commands.Cog:
    """The cog."""
    return Alerts(services)
