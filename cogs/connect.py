"""/connect: a private link, for the features somebody picks."""

from collections.abc import Iterable

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.connecting import CONNECT_VERB, features_from, link_embed
from bot.discordkit.controls.components import action_id, link_button, view_of
from bot.discordkit.kit import Kit
from bot.discordkit.people import person_of
from bot.domain.scopes import USUAL, Feature
from bot.services import Services
from bot.services.connections import ConnectionsService
from bot.services.links import Link, PrivateMessage

PICK_VERB = "connect_pick"


class Connect(commands.Cog):
    """Gives links; the rest of connecting happens in the browser."""

    def __init__(self, connections: ConnectionsService, kit: Kit) -> None:
        self._connections = connections
        kit.actions.on_press(CONNECT_VERB, self._press)
        kit.actions.on_pick(PICK_VERB, self._pick)

    @app_commands.command(name="connect")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def connect(self, interaction: discord.Interaction) -> None:
        """Connect your Fanvue account, or add a permission to it"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        held = await self._connections.of(person_of(interaction.user).id)
        await self._offer(interaction, held.features if held else USUAL)

    async def _press(self, interaction: discord.Interaction, argument: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._offer(interaction, features_from(argument))

    async def _pick(self, interaction: discord.Interaction, _argument: str, values: list[str]) -> None:
        await interaction.response.defer()
        await self._offer(interaction, features_from(",".join(values)))

    async def _offer(self, interaction: discord.Interaction, features: Iterable[Feature]) -> None:
        chosen = frozenset(features)
        link = await self._connections.begin(person_of(interaction.user), chosen)
        message = await interaction.edit_original_response(
            embed=link_embed(link, chosen), view=_link_view(link, chosen)
        )
        await self._connections.remember_message(link.attempt, PrivateMessage(interaction.token, message.id))


def _link_view(link: Link, features: frozenset[Feature]) -> discord.ui.View:
    picker: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=action_id(PICK_VERB),
        placeholder="What should work from Discord?",
        min_values=1,
        max_values=len(Feature),
        options=[
            discord.SelectOption(
                label=feature.label, value=feature.value, description=feature.sentence, default=feature in features
            )
            for feature in Feature
        ],
    )
    return view_of([picker, link_button("Open the connect page", link.url)])


def build(services: Services, kit: Kit) -> commands.Cog:
    """The cog."""
    return Connect(services.connections, kit)
