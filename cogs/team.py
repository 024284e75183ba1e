"""/team: who else may use the account."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.discordkit.look import Colour
from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import Capability, Grant, Right
from bot.domain.accounts import DiscordUserId
from bot.domain.errors import BadInputError
from bot.services import Services
from bot.services.team import GIVEABLE

EVERYTHING = "all"
RIGHTS = [app_commands.Choice(name="Everything", value=EVERYTHING)] + [
    app_commands.Choice(name=capability.phrase.capitalize(), value=capability.value) for capability in GIVEABLE
]


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Team(commands.GroupCog, name="team", description="Decide who else may use your Fanvue account from here"):
    """Rights on the actor's own creator."""

    def __init__(self, services: Services) -> None:
        self._access = services.access
        self._team = services.team
        self._preferences = services.preferences

    @app_commands.command(name="grant")
    @app_commands.describe(
        person="Who", right="What they may do", until="Until when, such as: tomorrow 18:00; for good when left out"
    )
    @app_commands.choices(right=RIGHTS)
    async def grant(
        self,
        interaction: discord.Interaction,
        person: discord.Member,
        right: app_commands.Choice[str],
        until: str | None = None,
    ) -> None:
        """Let somebody of this server use your account, for exactly what you pick"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if person.bot:
            raise BadInputError("Rights go to people, not to bots.")
        grant = await self._own(interaction)
        zone = await self._preferences.zone(grant.actor.user)
        ends_at = self._team.until(until, zone)
        await self._team.give(grant, DiscordUserId(person.id), _capabilities(right.value), ends_at)
        await self._show(interaction, grant)

    @app_commands.command(name="revoke")
    @app_commands.describe(person="Whose right", right="Which one; all of them when left out")
    @app_commands.choices(right=RIGHTS)
    async def revoke(
        self, interaction: discord.Interaction, person: discord.User, right: app_commands.Choice[str] | None = None
    ) -> None:
        """Take rights back; it counts at once, also for open cards and forms"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant = await self._own(interaction)
        capabilities = _capabilities(right.value if right else EVERYTHING)
        if not await self._team.take(grant, DiscordUserId(person.id), capabilities):
            raise BadInputError("They had no such right. `/team list` shows who has which.")
        await self._show(interaction, grant)

    @app_commands.command(name="list")
    async def list(self, interaction: discord.Interaction) -> None:
        """See who may use your account, and for what"""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, await self._own(interaction))

    async def _own(self, interaction: discord.Interaction) -> Grant:
        return await self._access.choose(actor_of(interaction), None, Capability.MANAGE)

    async def _show(self, interaction: discord.Interaction, grant: Grant) -> None:
        rights = await self._team.members(grant)
        embed = discord.Embed(
            title=f"Team of @{text.name(grant.handle)}",
            description=_lines(rights) or "Nobody else may use this account. `/team grant` changes that.",
            colour=Colour.BRAND,
        )
        embed.set_footer(text="Only you can change this; administrators of a server cannot")
        await interaction.edit_original_response(embed=embed)


def _capabilities(value: str) -> tuple[Capability, ...]:
    return GIVEABLE if value == EVERYTHING else (Capability(value),)


def _lines(rights: Sequence[Right]) -> str:
    by_person: dict[int, list[Right]] = {}
    for right in rights:
        by_person.setdefault(right.person, []).append(right)
    return "\n".join(f"<@{person}> may {_phrases(held)}" for person, held in by_person.items())


def _phrases(rights: Sequence[Right]) -> str:
    parts = [
        right.capability.phrase + (f" (until {discord.utils.format_dt(right.until, 'f')})" if right.until else "")
        for right in rights
    ]
    return ", ".join(parts)


def build(services: Services, _kit: object) -> commands.Cog:
    """The cog."""
    return Team(services)
