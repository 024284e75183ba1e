"""Where a creator's days end: guessed, asked once, changed by whoever manages them."""

from zoneinfo import ZoneInfo

import discord

from bot.discordkit.controls.zones import (
    CHANGE_VERB,
    RIGHT_VERB,
    SETTLE_VERB,
    ask_creators_zone,
    question,
    with_answers,
    without_answers,
)
from bot.discordkit.kit import Kit
from bot.discordkit.people import actor_of
from bot.domain import text
from bot.domain.access import Capability, Grant
from bot.domain.accounts import CreatorId
from bot.services import Services


class Zones:
    """Puts the question under an answer until somebody who may has answered it."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._preferences = services.preferences
        kit.actions.on_press(RIGHT_VERB, self._right)
        kit.actions.on_press(CHANGE_VERB, ask_creators_zone)
        kit.actions.on_form(SETTLE_VERB, self._settle, ask_creators_zone)

    async def asked(
        self, grant: Grant, zone: ZoneInfo, view: discord.ui.View, key: str = ""
    ) -> tuple[str | None, discord.ui.View]:
        """What stands above an answer and the components below it: the question, to those who may answer it."""
        if await self._preferences.settled_zone(grant) or not await self._may_answer(grant):
            return None, view
        return question(grant.handle, zone), with_answers(view, grant.creator, zone, key)

    async def settle(self, interaction: discord.Interaction, creator: str, named: str, *, replaces: bool) -> str:
        """Have the creator's days end there; words for it."""
        grant = await self._access.require(actor_of(interaction), CreatorId(creator), Capability.MANAGE)
        zone = await self._preferences.settle_zone(grant, named, replaces=replaces)
        return f"Days of @{text.name(grant.handle)} end at midnight in **{zone.key}**, for everybody who reads them."

    async def _may_answer(self, grant: Grant) -> bool:
        return grant.is_owner or await self._access.may(grant.actor.user, grant.creator, Capability.MANAGE)

    async def _right(self, interaction: discord.Interaction, argument: str) -> None:
        """What another answer settled meanwhile stands."""
        creator, _, named = argument.partition("|")
        await self._answered(interaction, await self._said(interaction, creator, named, replaces=False))

    async def _settle(self, interaction: discord.Interaction, creator: str, values: dict[str, str]) -> None:
        words = await self._said(interaction, creator, values.get("zone", ""), replaces=True)
        await self._answered(interaction, f"{words} Ask again to see the numbers so.")

    async def _said(self, interaction: discord.Interaction, creator: str, named: str, *, replaces: bool) -> str:
        await interaction.response.defer()
        return await self.settle(interaction, creator, named, replaces=replaces)

    async def _answered(self, interaction: discord.Interaction, words: str) -> None:
        view = without_answers(interaction.message) if interaction.message else None
        await interaction.edit_original_response(content=words, view=view)
