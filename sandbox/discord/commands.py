"""Application commands as uploaded: kept by name and kind, checked, given ids."""

import re
from typing import Any

from sandbox.discord.errors import ApiError, FormError
from sandbox.discord.snowflakes import Snowflakes

CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
_LIMITS = {CHAT_INPUT: 100, USER_COMMAND: 15, MESSAGE_COMMAND: 15}
_NAME = re.compile(r"^[-_'\w]{1,32}$")

_DEFAULTS: dict[str, Any] = {
    "type": CHAT_INPUT,
    "description": "",
    "default_member_permissions": None,
    "dm_permission": True,
    "nsfw": False,
    "contexts": None,
    "integration_types": [0, 1],
}

Command = dict[str, Any]
Key = tuple[int, str]
Problem = tuple[str, str, str]


class Commands:
    """Global commands and those of single guilds. `created` counts new names, which Discord limits to 200 a day."""

    def __init__(self, application_id: int, snowflakes: Snowflakes) -> None:
        self.created = 0
        self._application_id = application_id
        self._snowflakes = snowflakes
        self._by_guild: dict[int | None, dict[Key, Command]] = {}

    def listed(self, guild_id: int | None) -> list[Command]:
        return list(self._by_guild.get(guild_id, {}).values())

    def replace_all(self, guild_id: int | None, payloads: list[dict[str, Any]]) -> list[Command]:
        """Overwrites the list; commands with a known name keep their id."""
        for index, payload in enumerate(payloads):
            _check(payload, prefix=f"{index}.")
        for kind, limit in _LIMITS.items():
            if sum(payload.get("type", CHAT_INPUT) == kind for payload in payloads) > limit:
                raise ApiError(30032)
        if len({_key(payload) for payload in payloads}) < len(payloads):
            raise FormError(("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"))
        known = self._by_guild.get(guild_id, {})
        self._by_guild[guild_id] = {_key(p): self._finished(p, guild_id, known.get(_key(p))) for p in payloads}
        return self.listed(guild_id)

    def create(self, guild_id: int | None, payload: dict[str, Any]) -> tuple[Command, bool]:
        """Adds or, under a known name, replaces; the second value tells whether it is new."""
        _check(payload)
        known = self._by_guild.setdefault(guild_id, {})
        previous = known.get(_key(payload))
        known[_key(payload)] = self._finished(payload, guild_id, previous)
        return known[_key(payload)], previous is None

    def find(self, guild_id: int | None, command_id: int) -> Command:
        for command in self.listed(guild_id):
            if command["id"] == str(command_id):
                return command
        raise ApiError(10063)

    def edit(self, guild_id: int | None, command_id: int, changes: dict[str, Any]) -> Command:
        command = self.find(guild_id, command_id)
        _check(command | changes)
        del self._by_guild[guild_id][_key(command)]
        command |= changes | {"version": str(self._snowflakes.mint())}
        self._by_guild[guild_id][_key(command)] = command
        return command

    def delete(self, guild_id: int | None, command_id: int) -> None:
        del self._by_guild[guild_id][_key(self.find(guild_id, command_id))]

    def named(self, name: str, kind: int, guild_id: int | None) -> Command | None:
        """A guild's own command hides the global one of the same name."""
        for scope in (guild_id, None):
            command = self._by_guild.get(scope, {}).get((kind, name))
            if command is not None:
                return command
        return None

    def names(self, guild_id: int | None) -> list[str]:
        return sorted({command["name"] for scope in (guild_id, None) for command in self.listed(scope)})

    def _finished(self, payload: dict[str, Any], guild_id: int | None, previous: Command | None) -> Command:
        self.created += previous is None
        command = _DEFAULTS | {key: value for key, value in payload.items() if value is not None}
        if command["contexts"] is None and not command["dm_permission"]:
            command["contexts"] = [0]
        if command["default_member_permissions"] is not None:
            command["default_member_permissions"] = str(command["default_member_permissions"])
        return command | {
            "id": previous["id"] if previous else str(self._snowflakes.mint()),
            "application_id": str(self._application_id),
            "version": str(self._snowflakes.mint()),
            **({} if guild_id is None else {"guild_id": str(guild_id)}),
        }


def _key(payload: dict[str, Any]) -> Key:
    return payload.get("type", CHAT_INPUT), payload["name"]


def _check(payload: dict[str, Any], prefix: str = "") -> None:
    problems: list[Problem] = []
    kind = payload.get("type", CHAT_INPUT)
    if kind == CHAT_INPUT:
        problems += _entry_problems(payload, prefix)
    elif not 1 <= len(payload.get("name") or "") <= 32:
        problems.append((f"{prefix}name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length."))
    if _characters(payload) > 8000:
        problems.append((f"{prefix}options", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)"))
    if problems:
        raise FormError(*problems)


def _entry_problems(entry: dict[str, Any], prefix: str) -> list[Problem]:
    """Name, description, options and choices of a command, group or option, all the way down."""
    problems: list[Problem] = []
    name = entry.get("name") or ""
    if not _NAME.match(name) or name != name.lower():
        problems.append((f"{prefix}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid"))
    if not 1 <= len(entry.get("description") or "") <= 100:
        problems.append((f"{prefix}description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."))
    problems += [
        (f"{prefix}{key}", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for key in ("options", "choices")
        if len(entry.get(key) or []) > 25
    ]
    problems += [
        (f"{prefix}choices.{index}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        for index, choice in enumerate(entry.get("choices") or [])
        if not 1 <= len(choice["name"]) <= 100 or len(str(choice["value"])) > 100
    ]
    options = entry.get("options") or []
    problems += _order_problems(options, prefix)
    for index, option in enumerate(options):
        problems += _entry_problems(option, f"{prefix}options.{index}.")
    return problems


def _order_problems(options: list[dict[str, Any]], prefix: str) -> list[Problem]:
    required = [bool(option.get("required")) for option in options]
    if required == sorted(required, reverse=True):
        return []
    code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
    return [(f"{prefix}options", code, "Required options must be placed before non-required options")]


def _characters(entry: dict[str, Any]) -> int:
    own = len(entry.get("name") or "") + len(entry.get("description") or "")
    own += sum(len(choice["name"]) + len(str(choice["value"])) for choice in entry.get("choices") or [])
    return own + sum(_characters(option) for option in entry.get("options") or [])
