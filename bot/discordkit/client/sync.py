"""Bringing Discord's list of commands up to date, only when it differs."""

from typing import Any

import structlog
from discord import app_commands

log = structlog.get_logger(__name__)

COMPARED = {"name", "description", "type", "required", "choices", "value", "min_value", "max_value", "autocomplete"}


async def sync_commands(tree: app_commands.CommandTree[Any]) -> bool:
    """Upload the commands when Discord has others; true when it did."""
    if await are_known(tree):
        return False
    await tree.sync()
    log.info("commands_synced", count=len(tree.get_commands()))
    return True


async def are_known(tree: app_commands.CommandTree[Any]) -> bool:
    """Whether Discord has exactly these commands, as people notice them."""
    there = sorted((_shape(command.to_dict()) for command in await tree.fetch_commands()), key=str)
    here = sorted((_shape(command.to_dict(tree)) for command in tree.get_commands()), key=str)
    return there == here


def _shape(payload: Any) -> dict[str, Any]:
    """What people notice of a command, without what Discord adds."""
    shape = {key: value for key, value in payload.items() if key in COMPARED and value not in (None, False, [], {})}
    options = [_shape(option) for option in payload.get("options") or ()]
    if options:
        shape["options"] = options
    return shape
