"""/status: each thing fine, or with its fix."""

from collections.abc import Iterator

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.connecting import connect_view
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.discordkit.welcome import missing_rights
from bot.domain import text
from bot.domain.accounts import Connection
from bot.domain.alerts import Place, PlaceKind
from bot.domain.scopes import Feature, features_with
from bot.services import Services
from bot.services.status import AlertsStatus, CreatorStatus, Status

CREATORS_SHOWN = 5
FIELD_LIMIT = 1024


class StatusPanel(commands.Cog):
    """Shows what the asking person may know."""

    def __init__(self, services: Services) -> None:
        self._status = services.status

    @app_commands.command(name="status")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def status(self, interaction: discord.Interaction) -> None:
        """See whether everything works, and how to mend what does not"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        status = await self._status.of(actor_of(interaction))
        embed = _embed(status, interaction.client)
        await interaction.edit_original_response(embed=embed, view=_view(status))


def _embed(status: Status, client: discord.Client) -> discord.Embed:
    embed = discord.Embed(title="Status", colour=Colour.BRAND)
    if not status.creators:
        embed.description = "❌ No Fanvue account is connected, and nobody gave you a right on theirs. Press Connect."
        return embed
    for one in status.creators[:CREATORS_SHOWN]:
        name = f"@{text.name(one.connection.account.handle)}"
        embed.add_field(name=name, value=_within_limit(_lines(one, client)), inline=False)
    embed.add_field(name="Your direct messages", value=_dm_line(status), inline=False)
    hidden = len(status.creators) - CREATORS_SHOWN
    if hidden > 0:
        embed.set_footer(text=f"{hidden} more creators are not shown")
    return embed


def _within_limit(lines: Iterator[str]) -> str:
    """Whole lines that fit a field."""
    shown = ""
    for line in lines:
        if len(shown) + len(line) + 3 > FIELD_LIMIT:
            return f"{shown}\n…"
        shown = f"{shown}\n{line}" if shown else line
    return shown


def _lines(one: CreatorStatus, client: discord.Client) -> Iterator[str]:
    yield _connection_line(one)
    yield from _feature_lines(one.connection, is_own=one.is_own)
    if one.alerts is not None:
        yield from _alert_lines(one.alerts, client)


def _connection_line(one: CreatorStatus) -> str:
    if one.connection.is_active:
        return f"✅ Connected · last renewed {discord.utils.format_dt(one.connection.refreshed_at, 'R')}"
    fix = "Press Reconnect." if one.is_own else "Its creator has to use `/connect`."
    return f"❌ Fanvue no longer accepts the connection. {fix}"


def _feature_lines(connection: Connection, *, is_own: bool) -> Iterator[str]:
    working = features_with(connection.scopes)
    labels = ", ".join(feature.label for feature in Feature if feature in working)
    if labels:
        yield f"✅ Allowed at Fanvue: {labels}"
    for feature in Feature:
        if feature not in working:
            mark = "⚠️" if feature in connection.features else "▫️"
            fix = "`/connect` adds it." if is_own else "Its creator can add it with `/connect`."
            yield f"{mark} {feature.label}: not allowed at Fanvue. {fix}"


def _alert_lines(alerts: AlertsStatus, client: discord.Client) -> Iterator[str]:
    if alerts.received_at is None:
        yield "▫️ Fanvue has reported nothing yet. If fans did write, whoever runs this bot should check its webhook."
    else:
        yield f"✅ Fanvue last reported something {discord.utils.format_dt(alerts.received_at, 'R')}"
    if not alerts.places:
        yield "⚠️ Alerts go nowhere. `/alerts dm` sends them to you."
    for place in alerts.places:
        if place.kind is PlaceKind.CHANNEL:
            yield _channel_line(place, client)
    if not alerts.unsent:
        yield "✅ No card waits or was lost in the last day"
    for unsent in alerts.unsent:
        what = "not delivered" if unsent.is_dead else "waiting"
        mark = "❌" if unsent.is_dead else "⏳"
        reason = f": {text.escape(unsent.reason)}" if unsent.reason else ""
        yield f"{mark} {_place(unsent.place)}: {unsent.count} {what}{reason}"


def _channel_line(place: Place, client: discord.Client) -> str:
    channel = client.get_channel(place.target)
    if not isinstance(channel, discord.abc.GuildChannel):
        return f"❌ {_place(place)}: I cannot see it. Give me View Channel there, or pick another: `/alerts channel`."
    missing = missing_rights(channel)
    if missing:
        return f"❌ {_place(place)}: give me {', '.join(missing)} there."
    return f"✅ {_place(place)}: I may write there"


def _place(place: Place) -> str:
    return f"<#{place.target}>" if place.kind is PlaceKind.CHANNEL else f"Direct messages of <@{place.target}>"


def _dm_line(status: Status) -> str:
    if status.has_dm:
        return "✅ Open. If cards to you are not delivered, allow direct messages in a server that we share."
    return "▫️ Not opened yet: the first card for you opens them."


def _view(status: Status) -> discord.ui.View | None:
    if not status.creators:
        return connect_view((), "Connect")
    first = status.creators[0]
    if first.is_own and not first.connection.is_active:
        return connect_view(first.connection.features, "Reconnect")
    return None


def build(services: Services, _kit: Kit) -> commands.Cog:
    """The cog."""
    return StatusPanel(services)
