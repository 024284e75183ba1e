"""What a chapter is made of: routes, the request they get and the reply they give."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sandbox.discord.errors import FormError
from sandbox.discord.posting import Upload
from sandbox.discord.recording import Call


@dataclass(frozen=True, slots=True)
class Request:
    """One REST request, read to its end. `json` is the body, or `payload_json` of a multipart one."""

    params: Mapping[str, str]
    query: Mapping[str, str]
    json: Any
    uploads: list[Upload]
    call: Call

    def id(self, name: str) -> int:
        """A path part that must be a snowflake; 50035 otherwise."""
        value = self.params[name]
        if not value.isdecimal():
            raise FormError((name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.'))
        return int(value)

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object sent; 50109 for anything else is decided before this is asked."""
        return self.json if isinstance(self.json, dict) else {}

    def required(self, name: str) -> Any:
        """A field of the body; 50035 when it is missing."""
        if self.body.get(name) is None:
            raise FormError((name, "BASE_TYPE_REQUIRED", "This field is required"))
        return self.body[name]

    def number(self, name: str, default: int) -> int:
        """A whole number of the query; 50035 for anything else."""
        value = self.query.get(name, str(default))
        if not value.isdecimal():
            raise FormError((name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.'))
        return int(value)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a JSON body; None is an empty answer."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


NO_CONTENT = Reply(status=204)

Handler = Callable[[Request], Awaitable[Reply]]


class Route(NamedTuple):
    """`is_interaction` marks what skips the global limit and needs no bot token."""

    method: str
    path: str
    handler: Handler
    is_interaction: bool = False
