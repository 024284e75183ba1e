"""Building select menus whose picks come back through ``actions``."""

from collections.abc import Iterable

import discord

from bot.discordkit.controls.components import action_id
from bot.domain import missing

OPTIONS = 25

Select = discord.ui.Select[discord.ui.View]


def option(label: str, value: str, *, note: str | None = None, emoji: str | None = None) -> discord.SelectOption:
    """One entry."""
    return discord.SelectOption(label=label[:100], value=value, description=note, emoji=emoji)


def menu(
    placeholder: str,
    verb: str,
    argument: str,
    options: Iterable[discord.SelectOption],
    *,
    chosen: Iterable[str] = (),
    at_least: int = 1,
    at_most: int = 1,
) -> Select:
    """A menu that does ``verb`` with what is picked; those ``chosen`` are marked. Beyond 25 entries it says so."""
    every, marked = list(options), set(chosen)
    entries = every[:OPTIONS]
    if len(every) > OPTIONS:
        missing.note(f"*{placeholder}* offers the first {OPTIONS} of {len(every)}: a menu holds no more.")
    for entry in entries:
        entry.default = entry.value in marked
    return discord.ui.Select(
        custom_id=action_id(verb, argument),
        placeholder=placeholder,
        options=entries,
        min_values=at_least,
        max_values=max(1, min(at_most, len(entries))),
    )


def channel_menu(
    placeholder: str, verb: str, argument: str, kinds: Iterable[discord.ChannelType]
) -> discord.ui.ChannelSelect[discord.ui.View]:
    """Discord's own list of channels."""
    return discord.ui.ChannelSelect(
        custom_id=action_id(verb, argument), placeholder=placeholder, channel_types=list(kinds)
    )


def role_menu(placeholder: str, verb: str, argument: str, chosen: int | None) -> discord.ui.RoleSelect[discord.ui.View]:
    """Discord's own list of roles; none may be picked as well."""
    default = [discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.role)] if chosen else []
    return discord.ui.RoleSelect(
        custom_id=action_id(verb, argument),
        placeholder=placeholder,
        min_values=0,
        max_values=1,
        default_values=default,
    )
