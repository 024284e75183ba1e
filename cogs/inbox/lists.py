"""The creator's own lists: which a fan is on, on and off, and a new one."""

from collections.abc import Iterable

import discord

from bot.discordkit.controls.components import button, form, view_of
from bot.discordkit.controls.forms import open_form
from bot.discordkit.controls.menus import menu, option
from bot.discordkit.inbox.views import LISTED_VERB, LISTS_VERB, NEW_LIST_VERB
from bot.discordkit.kit import Kit
from bot.discordkit.look import Colour
from bot.discordkit.responses.long_texts import TEXT_ID
from bot.domain import text
from bot.services import Services
from bot.services.inbox.fan_lists import NAME_LIMIT, OWN_ONLY, FanList
from cogs.inbox.whom import whom


class FanLists:
    """Every press asks for the right again, and shows what Fanvue has then."""

    def __init__(self, services: Services, kit: Kit) -> None:
        self._access = services.access
        self._lists = services.fan_lists
        kit.actions.on_press(LISTS_VERB, self._show)
        kit.actions.on_pick(LISTED_VERB, self._put)
        kit.actions.on_press(NEW_LIST_VERB, self._ask)
        kit.actions.on_form(NEW_LIST_VERB, self._create, self._ask)

    async def _show(self, interaction: discord.Interaction, key: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        grant, fan = await whom(self._access, interaction, key)
        await _answer(interaction, key, await self._lists.of(grant, fan), is_own=grant.managed is None)

    async def _put(self, interaction: discord.Interaction, key: str, values: list[str]) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await _answer(interaction, key, await self._lists.put(grant, fan, values))

    async def _ask(self, interaction: discord.Interaction, key: str) -> None:
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(custom_id=TEXT_ID, max_length=NAME_LIMIT)
        await open_form(interaction, form("A new list with this fan", NEW_LIST_VERB, key, {"Name": field}))

    async def _create(self, interaction: discord.Interaction, key: str, values: dict[str, str]) -> None:
        await interaction.response.defer()
        grant, fan = await whom(self._access, interaction, key)
        await _answer(interaction, key, await self._lists.create(grant, fan, values.get(TEXT_ID, "")))


async def _answer(interaction: discord.Interaction, key: str, found: list[FanList], *, is_own: bool = True) -> None:
    """What can be changed is offered; of a managed creator's lists, which the fan is on."""
    names = _names(one for one in found if one.is_on)
    lines = [f"On: {names}." if names else "On none of the creator's lists."]
    if long := _names(one for one in found if one.is_on is None):
        lines.append(f"Too long to look through here: {long}.")
    if not is_own:
        lines.append(OWN_ONLY)
    embed = discord.Embed(title="Lists at Fanvue", description="\n".join(lines)[:4096], colour=Colour.CALM)
    if not is_own:
        await interaction.edit_original_response(embed=embed)
        return
    items: list[discord.ui.Item[discord.ui.View]] = []
    if found:
        entries = [option(text.plain_name(one.name, 90), one.id, note=_count(one)) for one in found]
        chosen = [one.id for one in found if one.is_on]
        items.append(
            menu("Which lists is this fan on?", LISTED_VERB, key, entries, chosen=chosen, at_least=0, at_most=25)
        )
    items.append(button("New list", NEW_LIST_VERB, key, emoji="🆕"))
    await interaction.edit_original_response(embed=embed, view=view_of(items))


def _names(found: Iterable[FanList]) -> str:
    return ", ".join(f"**{text.name(one.name)}**" for one in found)


def _count(one: FanList) -> str:
    return "1 person" if one.members == 1 else f"{one.members} people"
