"""The panel of a team: everybody with a right, one person in full, and what can be pressed on it."""

from collections.abc import Sequence

import discord

from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.discordkit.team import panel
from bot.domain.access import GIVEABLE, Capability, Grant
from bot.domain.accounts import CreatorId, DiscordUserId
from bot.domain.errors import BadInputError
from bot.services import Services


class People:
    """Answers that are edited in place; every press asks for the right again."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._team = services.team
        kit.actions.on_press(panel.TEAM_VERB, self._back)
        kit.actions.on_pick(panel.WHO_VERB, self._pick_member)
        kit.actions.on_pick(panel.TAKE_VERB, self._take_some)
        kit.actions.on_press(panel.ALL_VERB, self._take_all)
        kit.actions.on_press(panel.LIFT_VERB, self._lift)
        kit.actions.on_press(panel.HAND_VERB, self._hand_over)

    async def _back(self, interaction: discord.Interaction, creator: str) -> None:
        await self.show(interaction, await self._pressed(interaction, creator))

    async def _pick_member(self, interaction: discord.Interaction, creator: str, values: Sequence[str]) -> None:
        grant = await self._pressed(interaction, creator)
        await self.show_member(interaction, grant, DiscordUserId(int(values[0])))

    async def _take_some(self, interaction: discord.Interaction, argument: str, values: Sequence[str]) -> None:
        creator, _, person = argument.partition(",")
        grant = await self._pressed(interaction, creator)
        await self.take(grant, DiscordUserId(int(person)), [Capability(value) for value in values])
        await self.show_member(interaction, grant, DiscordUserId(int(person)))

    async def _take_all(self, interaction: discord.Interaction, argument: str) -> None:
        creator, _, person = argument.partition(",")
        grant = await self._pressed(interaction, creator)
        await self.take(grant, DiscordUserId(int(person)), GIVEABLE)
        await self.show(interaction, grant)

    async def _lift(self, interaction: discord.Interaction, argument: str) -> None:
        creator, _, person = argument.partition(",")
        grant = await self._pressed(interaction, creator)
        await self._team.lift_shifts(grant, DiscordUserId(int(person)))
        await self.show_member(interaction, grant, DiscordUserId(int(person)))

    async def _hand_over(self, interaction: discord.Interaction, argument: str) -> None:
        creator, giver, taker = argument.split(",")
        grant = await self._pressed(interaction, creator)
        await self._team.hand_over(grant, DiscordUserId(int(giver)), DiscordUserId(int(taker)))
        await self.show(interaction, grant)

    async def _pressed(self, interaction: discord.Interaction, creator: str) -> Grant:
        await interaction.response.defer()
        return await self._access.require(actor_of(interaction), CreatorId(creator), Capability.MANAGE)

    async def take(self, grant: Grant, person: DiscordUserId, capabilities: Sequence[Capability]) -> None:
        """Take rights back. BadInputError where they had none of them."""
        if not await self._team.take(grant, person, capabilities):
            raise BadInputError("They had no such right. `/team list` shows who has which.")

    async def show(self, interaction: discord.Interaction, grant: Grant, note: str = "") -> None:
        """Everybody who may act for the creator, in place of what was there."""
        members = await self._team.members(grant)
        names = await panel.names_of(interaction, [member.person for member in members])
        embed, view = panel.team_embed(grant, members, names, note), panel.team_view(grant, members)
        await interaction.edit_original_response(embed=embed, view=view)

    async def show_member(self, interaction: discord.Interaction, grant: Grant, person: DiscordUserId) -> None:
        """One person in full."""
        members = {member.person: member for member in await self._team.members(grant)}
        if person not in members:
            await self.show(interaction, grant, f"<@{person}> has no right for this creator now.")
            return
        member = members[person]
        names = await panel.names_of(interaction, [person])
        embed = panel.member_embed(grant, member, names)
        await interaction.edit_original_response(embed=embed, view=panel.member_view(grant, member))
