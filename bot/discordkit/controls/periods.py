"""Picking a period while typing."""

from discord import app_commands

from bot.domain.errors import BadInputError
from bot.domain.periods import Preset, asked

PERIOD = "A period from the list, or days such as: 2026-03-01 to 2026-03-15"


def period_choices(current: str) -> list[app_commands.Choice[str]]:
    """The presets that hold the words; what was typed, when it is a period itself."""
    words = current.strip().lower()
    listed = [preset for preset in Preset if words in preset.label.lower()]
    if listed or not words:
        return [app_commands.Choice(name=preset.label, value=preset.value) for preset in listed]
    try:
        own = asked(words)
    except BadInputError:
        return []
    return [app_commands.Choice(name=own.label, value=own.key)]
