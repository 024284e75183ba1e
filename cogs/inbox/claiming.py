"""Being on a fan: take, let go, put off, hand over."""

from datetime import timedelta

import discord

from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.zones import locale_of
from bot.discordkit.inbox import views
from bot.discordkit.kit import Kit
from bot.discordkit.responses.long_texts import TEXT_ID
from bot.domain.accounts import DiscordUserId
from bot.services import Services
from cogs.inbox.chats import Chats, box
from cogs.inbox.whom import whom

DAY_SECONDS = 86_400
TOLD = "Handed over ✓ They were told under the fan's card."
NOT_TOLD = "Handed over ✓ Tell them yourself, please: no server has a card of this fan where I could mention them."


class Claiming:
    """Every press ends in the conversation as it is then."""

    def __init__(self, services: Services, kit: Kit, chats: Chats) -> None:
        self._access = services.access
        self._chats = chats
        self._claims = services.claims
        self._preferences = services.preferences
        kit.actions.on_press(views.TAKE_VERB, self._take)
        kit.actions.on_press(views.FREE_VERB, self._free)
        kit.actions.on_pick(views.SNOOZE_VERB, self._snooze)
        kit.actions.on_form(views.SNOOZE_VERB, self._snooze_until, self._ask_until)
        kit.actions.on_pick(views.HAND_VERB, self._hand)

    async def _take(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await self._claims.take(grant, fan)
        await self._chats.show_done(interaction, grant, fan)

    async def _free(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await self._claims.release(grant, fan)
        await self._chats.show_done(interaction, grant, fan)

    async def _snooze(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        if not values[0].isdecimal():
            await self._ask_until(interaction, key)
            return
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await self._claims.snooze(grant, fan, timedelta(seconds=min(int(values[0]), DAY_SECONDS)))
        await self._chats.show_done(interaction, grant, fan)

    async def _ask_until(self, interaction: discord.Interaction, key: str) -> None:
        grant, _ = await whom(self._access, interaction, key)
        zone = await self._preferences.typed_zone(grant, locale_of(interaction))
        label = f"Until when, in {zone.key}"[:45]
        await open_form(interaction, box("Snooze", views.SNOOZE_VERB, key, label, 40, "tomorrow 18:00"))

    async def _snooze_until(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        zone = await self._preferences.typed_zone(grant, locale_of(interaction))
        await self._claims.snooze_until(grant, fan, values.get(TEXT_ID, ""), zone)
        await self._chats.show_done(interaction, grant, fan)

    async def _hand(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        person = values[0] if values[0].isdecimal() else "0"
        is_told = await self._claims.hand_over(
            grant, fan, DiscordUserId(int(person)), _picked_name(interaction, person)
        )
        await self._chats.show_done(interaction, grant, fan, TOLD if is_told else NOT_TOLD)


def _picked_name(interaction: discord.Interaction, person: str) -> str:
    """What Discord calls somebody who was picked."""
    data = dict(interaction.data or {})
    resolved = data.get("resolved") or {}
    member = resolved.get("members", {}).get(person, {})  # type: ignore[attr-defined]
    user = resolved.get("users", {}).get(person, {})  # type: ignore[attr-defined]
    return str(member.get("nick") or user.get("global_name") or user.get("username") or "somebody")
