"""What a client sends when a person fills in a slash command, checked as the client would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.discord.commands import SUB_COMMAND, SUB_COMMAND_GROUP, Command
from sandbox.discord.errors import PlayError
from sandbox.discord.model import Attachment, Channel, Member, Message, Role, User
from sandbox.discord.payloads import attachment_json, channel_json, member_json, message_json, role_json, user_json

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11
_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    MENTIONABLE: (User, Role),
    NUMBER: (int, float),
    ATTACHMENT: (tuple, Attachment),
}


@dataclass(slots=True)
class Filling:
    """The command data being put together; `attach` stores a file given as (name, bytes)."""

    channel: Channel
    attach: Callable[[str, bytes], Attachment]
    focused: str | None = None
    resolved: dict[str, dict[str, Any]] = field(default_factory=dict)

    def data(self, command: Command, path: list[str], given: dict[str, Any]) -> dict[str, Any]:
        """The `data` of an interaction. Raises PlayError for what no client would send."""
        leaf, wrappers = _descend(command, path)
        options = self._options(leaf.get("options") or [], given)
        for wrapper in reversed(wrappers):
            options = [{"type": wrapper["type"], "name": wrapper["name"], "options": options}]
        data = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data | ({"resolved": self.resolved} if self.resolved else {})

    def _options(self, declared: list[dict[str, Any]], given: dict[str, Any]) -> list[dict[str, Any]]:
        names = [option["name"] for option in declared]
        if unknown := sorted(set(given) - set(names)):
            raise PlayError(f"no such options: {unknown}; the command has {names}")
        missing = [option["name"] for option in declared if option.get("required") and option["name"] not in given]
        if missing and self.focused is None:
            raise PlayError(f"required options are missing: {missing}")
        return [self._filled(option, given[option["name"]]) for option in declared if option["name"] in given]

    def _filled(self, option: dict[str, Any], value: Any) -> dict[str, Any]:
        filled = {"name": option["name"], "type": option["type"]}
        if option["name"] == self.focused:
            if not option.get("autocomplete"):
                raise PlayError(f"the option {option['name']!r} has no autocomplete")
            return filled | {"value": str(value), "focused": True}
        _check_value(option, value)
        return filled | {"value": self._value(value)}

    def _value(self, value: Any) -> Any:
        if isinstance(value, tuple):
            value = self.attach(*value)
        if isinstance(value, str | int | float):
            return value
        self.resolve(value)
        return str(value.id)

    def resolve(self, thing: Any) -> None:
        """Adds a person, channel, role, file or message to what is sent along."""
        if isinstance(thing, User):
            self._resolve_user(thing)
        elif isinstance(thing, Channel):
            permissions = {"permissions": str(int(thing.permissions_of(thing.guild.owner)))} if thing.guild else {}
            self._put("channels", thing.id, channel_json(thing) | permissions)
        elif isinstance(thing, Role):
            self._put("roles", thing.id, role_json(thing))
        elif isinstance(thing, Attachment):
            self._put("attachments", thing.id, attachment_json(thing))
        elif isinstance(thing, Message):
            self._put("messages", thing.id, message_json(thing))

    def _resolve_user(self, user: User) -> None:
        self._put("users", user.id, user_json(user))
        guild = self.channel.guild
        member: Member | None = guild.members.get(user.id) if guild is not None else None
        if member is not None:
            shown = member_json(member, self.channel.permissions_of(user))
            del shown["user"]
            self._put("members", user.id, shown)

    def _put(self, kind: str, thing_id: int, payload: dict[str, Any]) -> None:
        self.resolved.setdefault(kind, {})[str(thing_id)] = payload


def _descend(command: Command, path: list[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The part of the command that takes the options, and the sub-command layers around it."""
    node: dict[str, Any] = command
    wrappers: list[dict[str, Any]] = []
    for name in path:
        children = [
            option for option in node.get("options") or [] if option["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP}
        ]
        found = next((child for child in children if child["name"] == name), None)
        if found is None:
            names = [child["name"] for child in children]
            raise PlayError(f"/{command['name']} has no {name!r} here; there are {names}")
        wrappers.append(found)
        node = found
    if any(option["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP} for option in node.get("options") or []):
        raise PlayError(f"/{command['name']} {' '.join(path)} is a group: name one of its commands")
    return node, wrappers


def _check_value(option: dict[str, Any], value: Any) -> None:
    name, kind = option["name"], option["type"]
    is_bool_as_number = isinstance(value, bool) and kind != BOOLEAN
    if not isinstance(value, _TYPES[kind]) or is_bool_as_number:
        raise PlayError(f"option {name!r} cannot be {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise PlayError(f"option {name!r} must be one of {choices}")
    size = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
    if option.get(low) is not None and size < option[low]:
        raise PlayError(f"option {name!r}: {value!r} is below {option[low]}")
    if option.get(high) is not None and size > option[high]:
        raise PlayError(f"option {name!r}: {value!r} is above {option[high]}")
    allowed = option.get("channel_types")
    if isinstance(value, Channel) and allowed and int(value.kind) not in allowed:
        raise PlayError(f"option {name!r} does not take a channel of that kind")
