"""Whoever holds one right alone is offered what it lets them do, and nothing that would be refused."""

from typing import Any

import pytest

from bot.discordkit.demands import BUTTONS, COMMANDS, FORMS, SELECTS, Demand, Free, wanted_by
from bot.domain.access import GIVEABLE, Capability
from tests.rig import Rig, components_of

OPTIONS: dict[str, dict[str, Any]] = {
    "inbox open": {"fan": "{fan}"},
    "insights fan": {"fan": "{fan}"},
    "inbox reply": {"fan": "{fan}"},
    "media vault": {"find": "no such thing"},
}
NEED_MORE = {"alerts channel", "inbox watch", "mass create", "media upload", "team grant", "team handover"}
NEED_MORE |= {"team revoke", "team shift", "team default", "post create", "report weekly"}
"""They change something, or answer as another one does."""


def demand_of(verb: str, *, is_button: bool) -> Demand:
    """What a button or select asks for; where it only opens a form, what that asks for."""
    found = (BUTTONS if is_button else SELECTS)[verb]
    return FORMS[verb] if found is Free.FORM and verb in FORMS else found


def is_for(demand: Demand, right: Capability) -> bool:
    return isinstance(demand, Free) or right in wanted_by(demand)


@pytest.mark.parametrize("right", GIVEABLE)
async def test_one_right_alone_is_offered_what_it_lets_one_do(connected: Rig, right: Capability) -> None:
    cleo, wrong = connected.members["cleo"], []
    await connected.luna.slash(connected.desk, "team grant", person=cleo, right=right.value)
    for command, demand in COMMANDS.items():
        if isinstance(demand, Free) or not is_for(demand, right) or command in NEED_MORE:
            continue
        options = {name: value.format(fan=connected.fan) for name, value in OPTIONS.get(command, {}).items()}
        shown = await cleo.slash(connected.desk, command, **options)
        for part in components_of(shown.response):
            _, _, action = (part.get("custom_id") or "").partition(":")
            verb = action.partition(":")[0]
            if verb and not is_for(demand_of(verb, is_button="label" in part), right):
                wrong.append(f"/{command}: {part.get('label') or part.get('placeholder')}")
    assert wrong == []
