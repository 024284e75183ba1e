"""Servers the bot comes to, leaves, and comes back to."""

from collections.abc import Callable

import discord
from discord.ext import commands

from bot.discordkit.kit import Kit
from bot.discordkit.welcome import welcome, welcome_back, welcome_late
from bot.domain.accounts import GuildId
from bot.services import Services


class Servers(commands.Cog):
    """Keeps what is stored about servers in step with where the bot is."""

    def __init__(self, services: Services) -> None:
        self._guilds = services.guilds

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Introduce the bot, or say that all is as it was; Discord reports a join once, never on reconnects."""
        if await self._guilds.returned(GuildId(guild.id)):
            await welcome_back(guild)
        else:
            await welcome(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Start the server's clock; an outage is no removal, and is not reported as one."""
        await self._guilds.left(GuildId(guild.id))

    async def catch_up(self, client: discord.Client) -> None:
        """Look which servers came and went while nobody listened."""
        back = await self._guilds.compare([GuildId(guild.id) for guild in client.guilds], _of_this_shard(client))
        for guild in list(client.guilds):
            await (welcome_back(guild) if guild.id in back else welcome_late(guild))


def _of_this_shard(client: discord.Client) -> Callable[[GuildId], bool]:
    """Whether Discord tells this process about a server (the rule is Discord's)."""
    count, shard = client.shard_count or 1, client.shard_id or 0
    return lambda guild: (guild >> 22) % count == shard


def build(services: Services, _kit: Kit) -> commands.Cog:
    """The cog."""
    return Servers(services)
