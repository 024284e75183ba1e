"""Building buttons, views and forms whose ids say what they do (see ``actions``)."""

from collections.abc import Iterable, Mapping

import discord

PREFIX = "fv1"
ID_LIMIT = 100

AGAIN_VERB = "again"
ALLOW_VERB, BOX_VERB, WHOM_VERB = "ib_here", "ib_box", "ib_whom"
DISCONNECT_VERB = "disconnect"
RESUME_VERB = "resume"
"""Verbs that more than one place offers."""


def action_id(verb: str, argument: str = "") -> str:
    """The id of a component that does ``verb`` with ``argument``."""
    custom_id = f"{PREFIX}:{verb}:{argument}"
    if len(custom_id) > ID_LIMIT:
        raise ValueError(f"the id of {verb} is too long")
    return custom_id


def button(
    label: str,
    verb: str,
    argument: str = "",
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    emoji: str | None = None,
) -> discord.ui.Button[discord.ui.View]:
    """A button that does ``verb``."""
    return discord.ui.Button(label=label, custom_id=action_id(verb, argument), style=style, emoji=emoji)


def link_button(label: str, url: str) -> discord.ui.Button[discord.ui.View]:
    """A button that opens an address."""
    return discord.ui.Button(label=label, url=url)


def view_of(items: Iterable[discord.ui.Item[discord.ui.View]]) -> discord.ui.View:
    """The components as a view that discord.py sends and forgets; presses come back through ``Actions``."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


Field = discord.ui.TextInput[discord.ui.Modal] | discord.ui.Select[discord.ui.Modal]


def form(title: str, verb: str, argument: str, fields: Mapping[str, Field]) -> discord.ui.Modal:
    """A modal whose submission comes back through ``Actions``; fields by label, values by the inputs' ids."""
    modal = discord.ui.Modal(title=title, custom_id=action_id(verb, argument), timeout=None)
    for label, field in fields.items():
        modal.add_item(discord.ui.Label(text=label, component=field))
    modal.stop()
    return modal
