"""/alerts: where cards go, and what they must be like."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.alerts import places
from bot.discordkit.controls.options import creator_choices
from bot.discordkit.kit import Kit
from bot.discordkit.look import KIND_NAMES
from bot.discordkit.people import actor_of, is_age_restricted
from bot.domain.access import Capability, Grant
from bot.domain.accounts import ChannelId
from bot.domain.alerts import Place, PlaceKind
from bot.domain.errors import BadInputError
from bot.domain.events import EventKind
from bot.services import Services
from bot.services.alerts.routes import CARD_KINDS
from cogs.alerts.copying import Copying
from cogs.alerts.mutes import Mutes
from cogs.alerts.muting import Muting
from cogs.alerts.panel import Panel

KINDS = [app_commands.Choice(name="Everything", value="all")] + [
    app_commands.Choice(name=KIND_NAMES[kind], value=kind.value) for kind in CARD_KINDS
]


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class Alerts(commands.GroupCog, name="alerts", description="Choose where messages and sales show up"):
    """Rules: a creator, a kind of event, a place, and their fine print."""

    def __init__(self, services: Services, panel: Panel) -> None:
        self._access = services.access
        self._alerts = services.alerts
        self._panel = panel

    @app_commands.command(name="panel")
    @app_commands.describe(creator="Whose alerts")
    async def panel(self, interaction: discord.Interaction, creator: str | None = None) -> None:
        """See and change where alerts go, for what, when, and what is muted"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._grant(interaction, creator)
        await self._panel.show(interaction, grant)

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
        await places.require_usable(interaction, chosen)
        await self._alerts.send_to(grant, places.place_of(chosen), _kinds(kind), shows_amounts=amounts)
        await self._panel.show(interaction, grant, _channel_note(chosen))

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
        await self._panel.show(interaction, grant, "Saved ✓")

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
        await self._panel.show(interaction, grant, "Turned off ✓")

    @panel.autocomplete("creator")
    @channel.autocomplete("creator")
    @dm.autocomplete("creator")
    @off.autocomplete("creator")
    async def _creators(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await creator_choices(self._access, interaction, current, Capability.ALERTS)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Rules for a channel that is gone rest, and say so in the panel."""
        await self._alerts.channel_gone(ChannelId(channel.id))

    async def _grant(self, interaction: discord.Interaction, creator: str | None) -> Grant:
        return await self._access.choose(actor_of(interaction), creator, Capability.ALERTS)


def _kinds(choice: app_commands.Choice[str] | None) -> tuple[EventKind, ...]:
    return CARD_KINDS if choice is None or choice.value == "all" else (EventKind(choice.value),)


def _channel_note(channel: discord.TextChannel) -> str:
    if is_age_restricted(channel):
        return f"{channel.mention} is age-restricted, so cards show the fan's text to everybody there."
    return f"In {channel.mention} the fan's text stays behind **Show**, for those who may answer."


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    Muting(services, kit)
    Mutes(services, kit)
    panel = Panel(services, kit)
    Copying(services, kit, panel)
    return Alerts(services, panel)
