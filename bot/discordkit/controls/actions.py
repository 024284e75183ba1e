"""Buttons, selects and forms that outlive a restart: their ids say what they do, a table says who does it.

Ids read ``fv1:<verb>:<argument>``. Nothing is kept per message, so an old card works after a restart, and every
failure leaves by one door.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import discord

from bot.discordkit.controls.components import PREFIX, button
from bot.discordkit.controls.forms import CHANGE_VERB, TYPED, Filled, Refused
from bot.discordkit.missing import tell_what_is_missing
from bot.discordkit.responses.failures import Failures
from bot.discordkit.responses.long_texts import words_in
from bot.discordkit.responses.outcomes import is_answered
from bot.discordkit.throttle import Throttle
from bot.domain import errors, missing

PressHandler = Callable[[discord.Interaction, str], Awaitable[None]]
PickHandler = Callable[[discord.Interaction, str, list[str]], Awaitable[None]]
FormHandler = Callable[[discord.Interaction, str, dict[str, str]], Awaitable[None]]

CORRECTABLE = (errors.BadInputError, errors.RefusedByFanvueError)
OVER = (
    discord.HTTPException,
    errors.CardUnknownError,
    errors.DraftMovedError,
    errors.GoneError,
    errors.NotAllowedError,
    errors.NotConnectedError,
    errors.OffShiftError,
    errors.OutcomeUnknownError,
    errors.ReconnectNeededError,
    errors.UnknownCreatorError,
)
"""To send the form again would end so again, or do something twice."""


class Actions:
    """The table of verbs; cogs enter theirs when they load, each once."""

    def __init__(self, failures: Failures, throttle: Throttle) -> None:
        self._failures = failures
        self._throttle = throttle
        self._presses: dict[str, PressHandler] = {}
        self._picks: dict[str, PickHandler] = {}
        self._forms: dict[str, FormHandler] = {}
        self._openers: dict[str, PressHandler] = {}
        self._refused = Refused()
        self.on_press(CHANGE_VERB, self._open_again)

    def on_press(self, verb: str, handler: PressHandler) -> None:
        """Have ``handler(interaction, argument)`` do a button's verb."""
        _enter(self._presses, verb, handler)

    def on_pick(self, verb: str, handler: PickHandler) -> None:
        """Have ``handler(interaction, argument, values)`` do a select's verb."""
        _enter(self._picks, verb, handler)

    def on_form(self, verb: str, handler: FormHandler, opener: PressHandler | None) -> None:
        """Have ``handler(interaction, argument, values by input id)`` do a form's verb.

        ``opener(interaction, argument)`` opens the form again after it was refused; ``None`` where it takes a message
        that is not at hand then.
        """
        _enter(self._forms, verb, handler)
        if opener is not None:
            self._openers[verb] = opener

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
            change, words = self._kept(interaction, verb, argument, data, getattr(error, "original", error))
            await self._failures.present(interaction, error, change, words)

    async def _do(self, interaction: discord.Interaction, verb: str, argument: str, data: Any) -> None:
        if interaction.type is discord.InteractionType.modal_submit and verb in self._forms:
            await self._forms[verb](interaction, argument, _values(data.get("components", ())))
            self._refused.forget(interaction.user.id, verb, argument)
        elif verb in self._picks:
            await self._picks[verb](interaction, argument, [str(value) for value in data.get("values", ())])
        elif verb in self._presses:
            await self._presses[verb](interaction, argument)
        else:
            await self._failures.present_outdated(interaction)

    def _kept(
        self, interaction: discord.Interaction, verb: str, argument: str, data: Any, error: BaseException
    ) -> tuple[discord.ui.Button[discord.ui.View] | None, str]:
        """What opens a form again with what was typed, where that has sense, and the words to be given back.

        Neither where the error leads there by itself, or another answers.
        """
        is_form = interaction.type is discord.InteractionType.modal_submit and verb in self._forms
        if not is_form or is_answered(error):
            return None, ""
        self._refused.forget(interaction.user.id, verb, argument)
        if getattr(error, "edit", "") or getattr(error, "again", ""):
            return None, ""
        values = _values(data.get("components", ()))
        if verb not in self._openers or isinstance(error, OVER):
            return None, words_in(values)
        token = self._refused.keep(interaction, Filled(interaction.user.id, verb, argument, values))
        label = "Change it" if isinstance(error, CORRECTABLE) else "Open it again"
        change = button(label, CHANGE_VERB, token, style=discord.ButtonStyle.primary, emoji="✏️")
        return change, words_in(values)

    async def _open_again(self, interaction: discord.Interaction, token: str) -> None:
        filled = self._refused.of(interaction.user.id, token)
        interaction.extras[TYPED] = filled.values
        await self._openers[filled.verb](interaction, filled.argument)


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
