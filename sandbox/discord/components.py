"""Walking the components of messages and modals."""

from collections.abc import Iterator
from typing import Any

from sandbox.discord.errors import PlayError

Component = dict[str, Any]

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR = 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, FILE_UPLOAD = 17, 18, 19
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
SELECTS = {3, 5, 6, 7, 8}
LINK_BUTTON, PREMIUM_BUTTON = 5, 6


_DEFAULTS: dict[int, Component] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def walk(components: list[Component], path: str = "components") -> Iterator[tuple[str, Component]]:
    """Every component, outer before inner, with its place (`components.0.components.2`)."""
    for index, component in enumerate(components):
        yield from _walk_one(component, f"{path}.{index}")


def _walk_one(component: Component, place: str) -> Iterator[tuple[str, Component]]:
    yield place, component
    yield from walk(component.get("components") or [], f"{place}.components")
    for key in ("accessory", "component"):
        if component.get(key):
            yield from _walk_one(component[key], f"{place}.{key}")


def complete(components: list[Component]) -> None:
    """Fills in what Discord fills in: defaults, and for each component without an `id` the next free one."""
    for _, component in walk(components):
        for key, value in _DEFAULTS.get(component["type"], {}).items():
            component.setdefault(key, value)
        for item in component.get("items") or []:
            item.setdefault("description", None)
            item.setdefault("spoiler", False)
        for holder in (component, *(component.get("options") or [])):
            if holder.get("emoji"):
                holder["emoji"] = {key: value for key, value in holder["emoji"].items() if value is not None}
    _number(components)


def media_of(components: list[Component]) -> Iterator[Component]:
    """Every picture or file shown inside."""
    for _, component in walk(components):
        items = component.get("items") or []
        yield from (found for found in (component.get("media"), component.get("file")) if found)
        yield from (item["media"] for item in items)


def _number(components: list[Component]) -> None:
    taken = {component["id"] for _, component in walk(components) if component.get("id")}
    following = 1
    for _, component in walk(components):
        if component.get("id"):
            continue
        while following in taken:
            following += 1
        component["id"] = following
        taken.add(following)


def find_clickable(components: list[Component], wanted: str) -> Component:
    """The enabled button with this custom_id or label; PlayError names those there are."""
    buttons = [component for _, component in walk(components) if component["type"] == BUTTON]
    for button in buttons:
        if wanted in {button.get("custom_id"), button.get("label")}:
            return _clickable(button, wanted)
    shown = [button.get("label") or button.get("custom_id") or button.get("emoji") for button in buttons]
    raise PlayError(f"no button {wanted!r} here; there are {shown}")


def _clickable(button: Component, wanted: str) -> Component:
    if button.get("disabled"):
        raise PlayError(f"the button {wanted!r} is disabled")
    if button.get("style") in {LINK_BUTTON, PREMIUM_BUTTON}:
        raise PlayError(f"the button {wanted!r} opens {button.get('url')}, it sends nothing to the bot")
    return button


def find_select(components: list[Component], custom_id: str) -> Component:
    selects = [component for _, component in walk(components) if component["type"] in SELECTS]
    for select in selects:
        if custom_id in {select["custom_id"], select.get("placeholder")}:
            if select.get("disabled"):
                raise PlayError(f"the select {custom_id!r} is disabled")
            return select
    raise PlayError(f"no select {custom_id!r} here; there are {[select['custom_id'] for select in selects]}")


def links(components: list[Component]) -> dict[str, str]:
    """Label and address of every link button."""
    found = [c for _, c in walk(components) if c["type"] == BUTTON and c.get("style") == LINK_BUTTON]
    return {str(button.get("label") or ""): button["url"] for button in found}
