"""Opening forms, and opening one that did not go through with what was typed into it."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import discord

from bot.domain.errors import BadInputError

CHANGE_VERB = "form_again"
KEPT_SECONDS = 900
KEPT_AT_MOST = 500
LOST = "What you typed there is kept for a quarter of an hour, and no longer. Begin again where you opened the form."
TYPED = "typed"


@dataclass(frozen=True, slots=True, repr=False)
class Filled:
    """A form as somebody filled it in."""

    person: int
    verb: str
    argument: str
    values: Mapping[str, str]


class Refused:
    """What was typed into forms that did not go through: in memory, until they do or a quarter of an hour is over."""

    def __init__(self, kept_seconds: float = KEPT_SECONDS) -> None:
        self._kept_seconds = kept_seconds
        self._kept: OrderedDict[str, Filled] = OrderedDict()

    def keep(self, interaction: discord.Interaction, filled: Filled) -> str:
        """Keep it; what stands for it, which is the same where Discord delivers a form twice."""
        token = str(interaction.id)
        self._kept[token] = filled
        while len(self._kept) > KEPT_AT_MOST:
            self._kept.popitem(last=False)
        asyncio.get_running_loop().call_later(self._kept_seconds, self._kept.pop, token, None)
        return token

    def of(self, person: int, token: str) -> Filled:
        """What that person typed. BadInputError once it is gone."""
        filled = self._kept.get(token)
        if filled is None or filled.person != person:
            raise BadInputError(LOST)
        return filled

    def forget(self, person: int, verb: str, argument: str) -> None:
        """Let go of what that person typed into that form before."""
        for token, one in list(self._kept.items()):
            if (one.person, one.verb, one.argument) == (person, verb, argument):
                del self._kept[token]


async def open_form(interaction: discord.Interaction, modal: discord.ui.Modal) -> None:
    """Show it; where it did not go through before, with what was typed then."""
    typed: Mapping[str, str] = interaction.extras.get(TYPED, {})
    for item in modal.walk_children():
        if isinstance(item, discord.ui.TextInput) and item.custom_id in typed:
            item.default = typed[item.custom_id] or None
        elif isinstance(item, discord.ui.Select) and item.custom_id in typed:
            for option in item.options:
                option.default = option.value == typed[item.custom_id]
    await interaction.response.send_modal(modal)
