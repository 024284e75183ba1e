"""Filling in a modal the way a client does: by custom_id or label, with its limits."""

from typing import Any

from sandbox.discord import components as parts
from sandbox.discord.errors import PlayError
from sandbox.discord.model import Channel, Role, User

Component = dict[str, Any]
_MANY = parts.SELECTS | {parts.FILE_UPLOAD, parts.CHECKBOX_GROUP}


def filled(modal: dict[str, Any], answers: dict[str, Any]) -> list[Component]:
    """The `components` of a modal submit; values left out keep their default. PlayError for what cannot be sent."""
    open_answers = dict(answers)
    sent = [_filled(component, open_answers, label="") for component in modal["components"]]
    if open_answers:
        raise PlayError(f"no such fields: {sorted(open_answers)}; the modal has {field_names(modal)}")
    return [component for component in sent if component]


def field_names(modal: dict[str, Any]) -> list[str]:
    """The custom_ids of everything that can be filled in."""
    return [component["custom_id"] for _, component in parts.walk(modal["components"]) if component.get("custom_id")]


def _filled(component: Component, answers: dict[str, Any], label: str) -> Component:
    kind = component["type"]
    if kind == parts.ACTION_ROW:
        inner = [_filled(child, answers, label="") for child in component["components"]]
        return {"type": kind, "components": inner}
    if kind == parts.LABEL:
        inside = _filled(component["component"], answers, component.get("label") or "")
        return {"type": kind, "component": inside}
    if "custom_id" not in component:
        return {}
    key = next((key for key in (component["custom_id"], component.get("label") or label) if key in answers), None)
    answer = _default(component) if key is None else answers.pop(key)
    _check(component, answer)
    place = "values" if kind in _MANY else "value"
    sent = {"type": kind, "custom_id": component["custom_id"], place: _wire(component, answer)}
    return sent | ({"id": component["id"]} if component.get("id") else {})


def _default(component: Component) -> Any:
    kind = component["type"]
    if kind == parts.TEXT_INPUT:
        return component.get("value") or ""
    if kind == parts.CHECKBOX:
        return bool(component.get("default"))
    chosen = [option["value"] for option in component.get("options") or [] if option.get("default")]
    if kind == parts.RADIO_GROUP:
        return chosen[0] if chosen else None
    return chosen


def _check(component: Component, answer: Any) -> None:
    name, kind = component["custom_id"], component["type"]
    is_required = component.get("required", kind != parts.CHECKBOX)
    if is_required and answer in ("", None, []):
        raise PlayError(f"the field {name!r} must be filled in")
    if kind == parts.TEXT_INPUT and answer:
        low, high = component.get("min_length") or 0, component.get("max_length") or 4000
        if not low <= len(answer) <= high:
            raise PlayError(f"the field {name!r} takes {low} to {high} characters, not {len(answer)}")
    options = [option["value"] for option in component.get("options") or []]
    wanted = answer if isinstance(answer, list) else [answer]
    if options and (odd := [value for value in wanted if value is not None and value not in options]):
        raise PlayError(f"the field {name!r} does not offer {odd}; it offers {options}")


def _wire(component: Component, answer: Any) -> Any:
    if component["type"] not in _MANY:
        return answer
    chosen = answer if isinstance(answer, list | tuple) else [answer]
    return [str(value.id) if isinstance(value, User | Role | Channel) else value for value in chosen]
