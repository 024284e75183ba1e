"""Discord's size rules for messages and modals; what breaks one is refused with 50035 and its path."""

from collections.abc import Iterator
from typing import Any

from sandbox.discord import components as parts
from sandbox.discord.errors import ApiError, FormError
from sandbox.discord.model import COMPONENTS_V2

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_CHARACTERS = 6000
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_REQUEST_BYTES = 25 * 1024 * 1024
MAX_FILES = 10

Problem = tuple[str, str, str]

_EMBED_TEXTS = {"title": 256, "description": 4096}
_EMBED_NESTED = {"author": ("name", 256), "footer": ("text", 2048)}


def check_files(sizes: list[int]) -> None:
    if any(size > MAX_FILE_BYTES for size in sizes) or sum(sizes) > MAX_REQUEST_BYTES:
        raise ApiError(40005)
    if len(sizes) > MAX_FILES:
        raise FormError(("attachments", "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_FILES} or fewer in length."))


def check_message(payload: dict[str, Any], flags: int) -> None:
    """Raises FormError for the content, embeds and components of a message about to be sent or edited."""
    problems = [
        *_too_long("content", payload.get("content"), MAX_CONTENT),
        *_nonce_problems(payload.get("nonce")),
        *_embed_problems(payload.get("embeds") or []),
        *_component_problems(payload.get("components") or [], is_v2=bool(flags & COMPONENTS_V2)),
    ]
    if flags & COMPONENTS_V2 and (payload.get("content") or payload.get("embeds")):
        problems.append(
            ("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Not allowed with components v2.")
        )
    if problems:
        raise FormError(*problems)


def check_modal(modal: dict[str, Any]) -> None:
    """Raises FormError for a modal a client could not show."""
    rows = modal.get("components") or []
    problems = [*_too_long("data.title", modal.get("title"), 45), *_required("data.title", modal.get("title"))]
    problems += _required("data.custom_id", modal.get("custom_id"))
    problems += _too_long("data.custom_id", modal.get("custom_id"), 100)
    if not 1 <= len(rows) <= 5:
        problems.append(("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."))
    for place, component in parts.walk(rows, "data.components"):
        problems += _field_problems(place, component)
    if problems:
        raise FormError(*problems)


def _field_problems(place: str, component: dict[str, Any]) -> Iterator[Problem]:
    if component["type"] in {parts.LABEL, parts.TEXT_INPUT}:
        yield from _too_long(f"{place}.label", component.get("label"), 45)
    yield from _too_long(f"{place}.description", component.get("description"), 100)
    yield from _too_long(f"{place}.placeholder", component.get("placeholder"), 100)
    yield from _too_long(f"{place}.value", component.get("value"), 4000)
    if "custom_id" in component:
        yield from _too_long(f"{place}.custom_id", component["custom_id"], 100)
    yield from _option_problems(place, component)


def _too_long(path: str, text: str | None, limit: int) -> Iterator[Problem]:
    if text and len(text) > limit:
        yield path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length."


def _required(path: str, value: Any) -> Iterator[Problem]:
    if not value:
        yield path, "BASE_TYPE_REQUIRED", "This field is required"


def _nonce_problems(nonce: Any) -> Iterator[Problem]:
    yield from _too_long("nonce", None if nonce is None else str(nonce), 25)


def _embed_problems(embeds: list[dict[str, Any]]) -> Iterator[Problem]:
    if len(embeds) > MAX_EMBEDS:
        yield "embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_EMBEDS} or fewer in length."
    for index, embed in enumerate(embeds):
        yield from _one_embed_problems(f"embeds.{index}", embed)
    if sum(_characters(embed) for embed in embeds) > MAX_EMBED_CHARACTERS:
        yield "embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_EMBED_CHARACTERS}"


def _one_embed_problems(place: str, embed: dict[str, Any]) -> Iterator[Problem]:
    for key, limit in _EMBED_TEXTS.items():
        yield from _too_long(f"{place}.{key}", embed.get(key), limit)
    for key, (inner, limit) in _EMBED_NESTED.items():
        yield from _too_long(f"{place}.{key}.{inner}", (embed.get(key) or {}).get(inner), limit)
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield f"{place}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length."
    for index, item in enumerate(fields):
        for key, limit in (("name", 256), ("value", 1024)):
            yield from _required(f"{place}.fields.{index}.{key}", (item.get(key) or "").strip())
            yield from _too_long(f"{place}.fields.{index}.{key}", item.get(key), limit)


def _characters(embed: dict[str, Any]) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get(key) or {}).get(inner) for key, (inner, _) in _EMBED_NESTED.items()]
    for item in embed.get("fields") or []:
        texts += [item.get("name"), item.get("value")]
    return sum(len(text) for text in texts if text)


def _component_problems(components: list[dict[str, Any]], *, is_v2: bool) -> Iterator[Problem]:
    found = list(parts.walk(components))
    if is_v2:
        yield from _layout_problems(found)
    else:
        yield from _row_list_problems(components)
    ids = [component["custom_id"] for _, component in found if component.get("custom_id")]
    for place, component in found:
        yield from _one_component_problems(place, component)
        if component.get("custom_id") and ids.count(component["custom_id"]) > 1:
            yield f"{place}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"


def _row_list_problems(components: list[dict[str, Any]]) -> Iterator[Problem]:
    if len(components) > 5:
        yield "components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
    for index, component in enumerate(components):
        if component.get("type") != parts.ACTION_ROW:
            yield f"components.{index}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).'


def _layout_problems(found: list[tuple[str, dict[str, Any]]]) -> Iterator[Problem]:
    if len(found) > 40:
        yield "components", "BASE_TYPE_MAX_LENGTH", "Must be 40 or fewer in length."
    texts = sum(len(component.get("content") or "") for _, component in found)
    if texts > 4000:
        yield "components", "COMPONENT_MAX_TOTAL_TEXT_SIZE_EXCEEDED", "Text exceeds 4000 characters in sum."


def _one_component_problems(place: str, component: dict[str, Any]) -> Iterator[Problem]:
    kind = component.get("type")
    if kind == parts.ACTION_ROW:
        yield from _row_problems(place, component.get("components") or [])
    elif kind == parts.BUTTON:
        yield from _button_problems(place, component)
    elif kind in parts.SELECTS:
        yield from _required(f"{place}.custom_id", component.get("custom_id"))
        yield from _too_long(f"{place}.placeholder", component.get("placeholder"), 150)
        yield from _option_problems(place, component)
    yield from _too_long(f"{place}.custom_id", component.get("custom_id"), 100)


def _row_problems(place: str, children: list[dict[str, Any]]) -> Iterator[Problem]:
    widths = [1 if child.get("type") == parts.BUTTON else 5 for child in children]
    if not children or sum(widths) > 5:
        yield f"{place}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A row holds 1 to 5 buttons or one select."


def _button_problems(place: str, button: dict[str, Any]) -> Iterator[Problem]:
    yield from _too_long(f"{place}.label", button.get("label"), 80)
    if not button.get("label") and not button.get("emoji") and button.get("style") != parts.PREMIUM_BUTTON:
        yield from _required(f"{place}.label", "")
    if button.get("style") == parts.LINK_BUTTON:
        yield from _required(f"{place}.url", button.get("url"))
        yield from _too_long(f"{place}.url", button.get("url"), 512)
    elif button.get("style") != parts.PREMIUM_BUTTON:
        yield from _required(f"{place}.custom_id", button.get("custom_id"))


def _option_problems(place: str, select: dict[str, Any]) -> Iterator[Problem]:
    options = select.get("options") or []
    if select["type"] == parts.STRING_SELECT and not 1 <= len(options) <= 25:
        yield f"{place}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length."
    for index, option in enumerate(options):
        for key in ("label", "value", "description"):
            yield from _too_long(f"{place}.options.{index}.{key}", option.get(key), 100)
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        yield f"{place}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "Option values must differ."
