"""Buttons, selects and forms that outlive a restart: their ids say what they do, a table says who does it.

Ids read ``fv1:<verb>:<argument>``. Nothing is kept per message, so an old card works after a restart, and every
failure leaves by one door.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import discord

from bot.discordkit.controls.components import PREFIX
from bot.discordkit.missing import tell_what_is_missing
from bot.discordkit.responses.failures import Failures
from bot.discordkit.throttle import Throttle
from bot.domain import missing

PressHandler = Callable[[discord.Interaction, str], Awaitable[None]]
PickHandler = Callable[[discord.Interaction, str, list[str]], Awaitable[None]]
FormHandler = Callable[[discord.Interaction, str, dict[str, str]], Awaitable[None]]


class Actions:
    """The table of verbs; cogs enter theirs when they load, each once."""

    def __init__(self, failures: Failures, throttle: Throttle) -> None:
        self._failures = failures
        self._throttle = throttle
        self._presses: dict[str, PressHandler] = {}
        self._picks: dict[str, PickHandler] = {}
        self._forms: dict[str, FormHandler] = {}

    def on_press(self, verb: str, handler: PressHandler) -> None:
        """Have ``handler(interaction, argument)`` do a button's verb."""
        _enter(self._presses, verb, handler)

    def on_pick(self, verb: str, handler: PickHandler) -> None:
        """Have ``handler(interaction, argument, values)`` do a select's verb."""
        _enter(self._picks, verb, handler)

    def on_form(self, verb: str, handler: FormHandler) -> None:
        """Have ``handler(interaction, argument, values by input id)`` do a form's verb."""
        _enter(self._forms, verb, handler)

    async def dispatch(self, interaction: discord.Interaction) -> None:
        """Do what a component or form asks; whatever goes wrong is presented to the person."""
        data: Any = interaction.data or {}
        prefix, _, rest = str(data.get("custom_id", "")).partition(":")
        if prefix != PREFIX:
            return
        verb, _, argument = rest.partition(":")
        try:
            self._throttle.take(interaction.user.id)
            missing.watch()
            await self._do(interaction, verb, argument, data)
            await tell_what_is_missing(interaction)
        except Exception as error:  # noqa: BLE001 - the one exit of all components and forms
            await self._failures.present(interaction, error)

    async def _do(self, interaction: discord.Interaction, verb: str, argument: str, data: Any) -> None:
        if interaction.type is discord.InteractionType.modal_submit and verb in self._forms:
            await self._forms[verb](interaction, argument, _values(data.get("components", ())))
        elif verb in self._picks:
            await self._picks[verb](interaction, argument, [str(value) for value in data.get("values", ())])
        elif verb in self._presses:
            await self._presses[verb](interaction, argument)
        else:
            await self._failures.present_outdated(interaction)


def _enter(table: dict[str, Any], verb: str, handler: Any) -> None:
    if verb in table:
        raise ValueError(f"two handlers for {verb}")
    table[verb] = handler


def _values(components: Iterable[Any]) -> dict[str, str]:
    """Text, or the one thing picked, by input id, however deep labels and rows nest."""
    found: dict[str, str] = {}
    for component in components:
        if "value" in component and "custom_id" in component:
            found[str(component["custom_id"])] = str(component["value"] or "")
        elif component.get("values") and "custom_id" in component:
            found[str(component["custom_id"])] = str(component["values"][0])
        nested = list(component.get("components", ()))
        if "component" in component:
            nested.append(component["component"])
        found.update(_values(nested))
    return found
