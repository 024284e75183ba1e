"""Asking which creator is meant, with a select instead of an error, and then doing what was asked."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.discordkit.controls.components import view_of
from bot.discordkit.controls.menus import OPTIONS, Select, menu, option
from bot.domain import missing, text
from bot.domain.accounts import FanvueAccount
from bot.domain.errors import BadInputError, PickCreatorError

PICK_VERB = "creator"
OPTION = "creator"
MENUS = 5
"""As many as Discord puts below one message."""
MOST = MENUS * OPTIONS
KEPT_AT_MOST = 500
AGAIN = "Use the command again and pick somebody in its `creator` option."


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A command that waits for its creator, with its other options as they were given."""

    person: int
    command: app_commands.Command[Any, ..., Any]
    options: app_commands.Namespace


class Picker:
    """Holds what people asked for until they pick; it is run as if they had named the creator, rights and all.

    Only so many are held, and none over a restart: whoever comes too late is told to use the command again.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[str, Asked] = OrderedDict()

    def offer(self, interaction: discord.Interaction, error: PickCreatorError) -> discord.ui.View | None:
        """A select of the creators that could be meant; ``None`` where it could not be put into the command."""
        command = interaction.command
        if not isinstance(command, app_commands.Command) or command.get_parameter(OPTION) is None:
            return None
        token = secrets.token_hex(8)
        self._asked[token] = Asked(interaction.user.id, command, interaction.namespace)
        while len(self._asked) > KEPT_AT_MOST:
            self._asked.popitem(last=False)
        known = sorted(error.choices, key=lambda one: one.handle.lower())
        if len(known) > MOST:
            missing.note(f"{MOST} of {len(known)} are offered. The command's `creator` option takes any of them.")
        pages = [known[first : first + OPTIONS] for first in range(0, min(len(known), MOST), OPTIONS)]
        return view_of([_page(page, f"{token}|{number}", is_only=len(pages) == 1) for number, page in enumerate(pages)])

    async def pick(self, interaction: discord.Interaction, argument: str, values: list[str]) -> None:
        """Run the command that waited, for this creator."""
        token = argument.partition("|")[0]
        asked = self._asked.get(token)
        if asked is None or asked.person != interaction.user.id or not values:
            raise BadInputError(AGAIN)
        options = app_commands.Namespace(interaction, {}, [])
        options.__dict__.update({**asked.options.__dict__, OPTION: values[0]})
        # discord.py has no public way to run a command with options of our own.
        await asked.command._invoke_with_namespace(interaction, options)  # noqa: SLF001


def _page(page: Sequence[FanvueAccount], argument: str, *, is_only: bool) -> Select:
    handles = [f"@{text.plain_name(one.handle, 60)}" for one in page]
    options = [
        option(handle, one.id, note=text.plain_name(one.display_name, 60) if one.display_name else None)
        for handle, one in zip(handles, page, strict=True)
    ]
    return menu("Pick a creator …" if is_only else f"{handles[0]} to {handles[-1]}", PICK_VERB, argument, options)
