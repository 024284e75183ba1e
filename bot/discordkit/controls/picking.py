"""Asking which creator is meant, with a select instead of an error, and then doing what was asked."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.discordkit.controls.components import action_id, view_of
from bot.domain import text
from bot.domain.errors import BadInputError, PickCreatorError

PICK_VERB = "creator"
OPTION = "creator"
CHOICES = 25
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
        options = [
            discord.SelectOption(
                label=f"@{text.plain_name(one.handle, 60)}",
                value=one.id,
                description=text.plain_name(one.display_name, 60) if one.display_name else None,
            )
            for one in error.choices[:CHOICES]
        ]
        picker: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=action_id(PICK_VERB, token), placeholder="Pick a creator …", options=options
        )
        return view_of([picker])

    async def pick(self, interaction: discord.Interaction, token: str, values: list[str]) -> None:
        """Run the command that waited, for this creator."""
        asked = self._asked.get(token)
        if asked is None or asked.person != interaction.user.id or not values:
            raise BadInputError(AGAIN)
        options = app_commands.Namespace(interaction, {}, [])
        options.__dict__.update({**asked.options.__dict__, OPTION: values[0]})
        # discord.py has no public way to run a command with options of our own.
        await asked.command._invoke_with_namespace(interaction, options)  # noqa: SLF001
