"""/account and /disconnect: what was given, what works, and how to end it."""

from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.connecting import CONNECT_VERB, features_argument
from bot.discordkit.controls.components import button, view_of
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.discordkit.trust import PAUSE_VERB
from bot.domain import text
from bot.domain.access import Capability
from bot.domain.accounts import Connection, CreatorId
from bot.domain.scopes import USUAL, Feature, features_with
from bot.services import Services
from bot.services.access import AccessService
from bot.services.connections import ConnectionsService

ASK_VERB = "disconnect"
DO_VERB = "disconnect_yes"
KEEP_VERB = "disconnect_no"
CONSEQUENCES = (
    "Its tokens are revoked at Fanvue and deleted here. Alerts stop, and cards can no longer be answered.\n\n"
    "**Deleted for good**, also of creators it manages: where alerts go, the team's rights and shifts, notes about "
    "fans, drafts, mutes and goals. Whoever connects again begins anew."
)
PAUSE_INSTEAD = "**Pause** keeps all of it, and nothing is done with the account until you resume."


class Account(commands.Cog):
    """The owner's view of their own connection."""

    def __init__(self, access: AccessService, connections: ConnectionsService, kit: Kit) -> None:
        self._access = access
        self._connections = connections
        kit.actions.on_press(ASK_VERB, self._ask)
        kit.actions.on_press(DO_VERB, self._disconnect)
        kit.actions.on_press(KEEP_VERB, self._keep)

    @app_commands.command(name="account")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def account(self, interaction: discord.Interaction) -> None:
        """See your connected Fanvue account, its permissions and its health"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), None, Capability.OWN)
        await interaction.edit_original_response(embed=_embed(grant.connection), view=_view(grant.connection))

    @app_commands.command(name="disconnect")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def disconnect(self, interaction: discord.Interaction) -> None:
        """Disconnect your Fanvue account and delete its tokens here"""
        await self._ask(interaction, "")

    async def _ask(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._access.choose(actor_of(interaction), None, Capability.OWN)
        handle = text.name(grant.handle)
        await interaction.edit_original_response(
            embed=discord.Embed(
                title=f"Disconnect @{handle}?",
                description=CONSEQUENCES if grant.connection.paused_at else f"{CONSEQUENCES}\n\n{PAUSE_INSTEAD}",
                colour=Colour.TROUBLE,
            ),
            view=view_of(
                [
                    button("Disconnect", DO_VERB, grant.creator, style=discord.ButtonStyle.danger),
                    *([] if grant.connection.paused_at else [button("Pause", PAUSE_VERB)]),
                    button("Keep it", KEEP_VERB),
                ]
            ),
        )

    async def _disconnect(self, interaction: discord.Interaction, creator: str) -> None:
        await interaction.response.defer()
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.OWN)
        is_revoked = await self._connections.disconnect(grant)
        handle = text.name(grant.handle)
        told = (
            "Its tokens are revoked at Fanvue and deleted here."
            if is_revoked
            else "Nobody can use its tokens here any more, but **Fanvue could not be told yet to revoke them**: it is "
            "tried again. To be sure, revoke the app there: Settings, Account, Third Party Apps Consent."
        )
        await interaction.edit_original_response(
            embed=discord.Embed(title=f"@{handle} is disconnected", description=told, colour=Colour.QUIET), view=None
        )

    async def _keep(self, interaction: discord.Interaction, _argument: str) -> None:
        await interaction.response.edit_message(
            embed=discord.Embed(title="Kept", description="Nothing was changed.", colour=Colour.QUIET), view=None
        )


def _embed(connection: Connection) -> discord.Embed:
    account = connection.account
    working = features_with(connection.scopes)
    embed = discord.Embed(title=f"@{text.name(account.handle)}", colour=Colour.BRAND)
    embed.description = f"{text.name(account.display_name)} · connected {_when(connection.connected_at)}"
    lines = [_feature_line(feature, connection, feature in working) for feature in Feature]
    embed.add_field(name="What works", value="\n".join(lines), inline=False)
    given = "\n".join(f"• {scope.sentence}" for scope in sorted(connection.scopes))
    embed.add_field(name="What you allowed at Fanvue", value=given or "Nothing", inline=False)
    embed.add_field(name="Connection", value=_health(connection), inline=False)
    return embed


def _feature_line(feature: Feature, connection: Connection, is_working: bool) -> str:
    if is_working:
        return f"✅ **{feature.label}**: {feature.sentence}"
    missing = ", ".join(scope.sentence.lower() for scope in sorted(feature.scopes - connection.scopes))
    mark = "⚠️" if feature in connection.features else "▫️"
    return f"{mark} **{feature.label}**: needs “{missing}”"


def _health(connection: Connection) -> str:
    if not connection.is_active:
        return "❌ Fanvue no longer accepts it. Press Reconnect."
    return f"✅ Connected · token renewed {_when(connection.refreshed_at)}, by itself"


def _when(instant: datetime) -> str:
    return discord.utils.format_dt(instant, "R")


def _view(connection: Connection) -> discord.ui.View:
    working = features_with(connection.scopes)
    missing = USUAL - working or frozenset(Feature) - working
    buttons = []
    if not connection.is_active:
        argument = features_argument(connection.features)
        buttons.append(button("Reconnect", CONNECT_VERB, argument, style=discord.ButtonStyle.primary))
    elif missing:
        label = "Add " + ", ".join(feature.label.lower() for feature in Feature if feature in missing)
        buttons.append(button(label, CONNECT_VERB, features_argument(missing), style=discord.ButtonStyle.primary))
    buttons.append(button("Disconnect", ASK_VERB, style=discord.ButtonStyle.danger))
    return view_of(buttons)


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Account(services.access, services.connections, kit)
