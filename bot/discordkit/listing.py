"""The commands of cogs, as rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from discord import app_commands
from discord.ext import commands


@dataclass(frozen=True, slots=True)
class Listed:
    """One command as people see it."""

    name: str
    description: str
    options: tuple[tuple[str, str], ...]


def listed(cogs: Iterable[commands.Cog]) -> Iterator[Listed]:
    """Every slash command of the cogs."""
    for cog in cogs:
        for command in cog.walk_app_commands():
            if isinstance(command, app_commands.Command):
                yield _row(command)


def _row(command: app_commands.Command[Any, ..., Any]) -> Listed:
    options = tuple((option.display_name, str(option.description)) for option in command.parameters)
    return Listed(command.qualified_name, command.description, options)
