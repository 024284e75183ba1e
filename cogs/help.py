"""/help: what this person can do in this place; and the first words in a new server."""

from collections.abc import Iterator, Mapping, Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.connecting import connect_view
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.discordkit.welcome import welcome
from bot.domain import text
from bot.domain.access import Capability
from bot.domain.accounts import Connection
from bot.domain.scopes import Feature, features_with
from bot.services import Services

NEEDED = {
    Capability.INSIGHTS: Feature.INSIGHTS,
    Capability.ALERTS: Feature.ALERTS,
    Capability.REPLY: Feature.REPLIES,
    Capability.POST: Feature.POSTING,
}
NAMES_SHOWN = 5

Usable = Mapping[Capability, Sequence[Connection]]


class Help(commands.Cog):
    """Lists only what would work."""

    def __init__(self, services: Services) -> None:
        self._access = services.access

    @app_commands.command(name="help")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction) -> None:
        """See what you can do here, with what you have"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        actor = actor_of(interaction)
        held = await self._access.creators_for(actor, Capability.MANAGE)
        own = held[0] if held else None
        usable = {
            capability: [one for one in await self._access.creators_for(actor, capability) if _works(one, feature)]
            for capability, feature in NEEDED.items()
        }
        embed = discord.Embed(
            title="What you can do here", description="\n".join(_lines(interaction, own, usable)), colour=Colour.BRAND
        )
        await interaction.edit_original_response(embed=embed, view=_next_step(own, usable))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Introduce the bot; Discord reports a join once, never on reconnects."""
        await welcome(guild)


def _works(connection: Connection, feature: Feature) -> bool:
    return connection.is_active and feature in features_with(connection.scopes)


def _lines(interaction: discord.Interaction, own: Connection | None, usable: Usable) -> Iterator[str]:
    guild_id = interaction.guild_id
    is_in_server = guild_id is not None and interaction.client.get_guild(guild_id) is not None
    if own is None:
        yield "`/connect` connects your own Fanvue account."
    yield from _work_lines(usable, is_in_server=is_in_server, has_alerts=not interaction.context.private_channel)
    if own is not None:
        yield "`/account` shows what you allowed, `/disconnect` ends it."
        if is_in_server:
            yield "`/team grant` lets somebody of this server help you."
    yield "`/status` says what works and how to mend what does not."
    yield "`/privacy show` says what is stored about you."


def _work_lines(usable: Usable, *, is_in_server: bool, has_alerts: bool) -> Iterator[str]:
    if usable[Capability.INSIGHTS]:
        yield f"`/insights earnings` shows what {_names(usable[Capability.INSIGHTS])} earned."
    if usable[Capability.ALERTS] and has_alerts:
        names = _names(usable[Capability.ALERTS])
        yield f"`/alerts dm` sends messages and sales of {names} to your direct messages."
        if is_in_server:
            yield f"`/alerts channel` sends those of {names} to a channel here."
    if usable[Capability.REPLY]:
        yield f"**Reply** on a card answers a fan as {_names(usable[Capability.REPLY])}."
    if usable[Capability.POST]:
        yield f"`/post create` posts as {_names(usable[Capability.POST])}, now or later."


def _names(connections: Sequence[Connection]) -> str:
    shown = [f"@{text.name(one.account.handle)}" for one in connections[:NAMES_SHOWN]]
    more = len(connections) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _next_step(own: Connection | None, usable: Usable) -> discord.ui.View | None:
    if own is None:
        return None if any(usable.values()) else connect_view((), "Connect")
    if not own.is_active:
        return connect_view(own.features, "Reconnect")
    missing = frozenset(Feature) - features_with(own.scopes)
    names = ", ".join(feature.label.lower() for feature in Feature if feature in missing)
    return connect_view(missing, f"Add {names}") if missing else None


def build(services: Services, _kit: Kit) -> commands.Cog:
    """The cog."""
    return Help(services)
