"""Trouble on demand: rules that make chosen calls fail in chosen ways."""

import asyncio
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from aiohttp import web

STATUSES = (400, 401, 403, 404, 409, 410, 429, 500, 502, 503, 504)
BEFORE = ("hang", "reset", "garbage", "wrong_shape", "invalid_grant", "5xx", "blocked")
AFTER = ("applied_answer_cut", "rotated_answer_lost")
REWRITTEN = "rewritten"
PAGE = "<!doctype html><title>Just a moment...</title>"


@dataclass
class Fault:
    """One rule: skips the first `after` matching calls, then strikes `times` times (None = always).

    `struck` is set at the first hit; setting `released` lets go of calls that hang.
    """

    operation: str
    kind: str
    times: int | None = None
    after: int = 0
    retry_after: int = 1
    own_limit: int | None = None
    """With 429: that the operation has a limit of its own, of so many calls."""
    rewrite: Callable[[Any], object] | None = field(default=None, repr=False)
    """Changes the JSON of the true answer, in place."""
    hits: int = 0
    struck: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    released: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def matches(self, operation_id: str, path: str, query: str = "") -> bool:
        return self.operation in {"*", operation_id} or (
            self.operation.startswith("/")
            and any(fnmatchcase(target, self.operation) for target in (path, f"{path}?{query}"))
        )

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    @property
    def strikes_after(self) -> bool:
        """The call is carried out and only its answer is lost or changed."""
        return self.kind in (*AFTER, REWRITTEN)

    def describe(self) -> dict[str, object]:
        return {
            "operation": self.operation,
            "kind": self.kind,
            "times": self.times,
            "after": self.after,
            "hits": self.hits,
        }


class Faults:
    """The rules in force, first match first.

    `operation` is an operation id, `token`, `revoke`, `upload`, `*`, or a glob over the unprefixed path (`/chats/*`),
    with or without its query (`/chats[?]*size=50*`).
    `kind` is a status (401, 429, 503 ...), one of `hang`, `reset`, `garbage`, `wrong_shape`, `applied_answer_cut`,
    `blocked` (a firewall's page with 403),
    and for the token address also `rotated_answer_lost`, `invalid_grant`, `5xx`.
    """

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(
        self,
        operation: str = "*",
        kind: str | int = 503,
        times: int | None = None,
        after: int = 0,
        retry_after: int = 1,
        own_limit: int | None = None,
    ) -> Fault:
        """Raises ValueError for a kind that does not exist."""
        name = str(kind)
        if name not in (*BEFORE, *AFTER) and name not in {str(status) for status in STATUSES}:
            raise ValueError(f"No fault is called {name!r}.")
        fault = Fault(operation, name, times, after, retry_after, own_limit)
        self.rules.append(fault)
        return fault

    def rewrite(
        self, operation: str, change: Callable[[Any], object], times: int | None = None, after: int = 0
    ) -> Fault:
        """The call is carried out; `change` is given the JSON of its answer to change in place."""
        fault = Fault(operation, REWRITTEN, times, after, rewrite=change)
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every rule and let go of the calls that hang."""
        for fault in self.rules:
            fault.released.set()
        self.rules.clear()

    def remove(self, fault: Fault) -> None:
        fault.released.set()
        self.rules.remove(fault)

    def take(self, operation_id: str, path: str = "", query: str = "") -> Fault | None:
        """The rule that strikes this call, counted."""
        for fault in self.rules:
            if fault.is_spent or not fault.matches(operation_id, path, query):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.hits += 1
            fault.struck.set()
            return fault
        return None


def cut(request: web.Request) -> web.Response:
    """Reset the connection; the answer returned for form's sake is never sent."""
    transport = request.transport
    if transport is not None:
        socket = transport.get_extra_info("socket")
        if socket is not None:
            socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)


def strike_after(fault: Fault, request: web.Request, response: web.Response) -> web.Response:
    """What the caller gets from a rule that strikes when the call is carried out."""
    if fault.rewrite is None:
        return cut(request)
    if response.status < 300 and response.text is not None:
        answer = json.loads(response.text)
        fault.rewrite(answer)
        response.text = json.dumps(answer)
    return response


async def strike(fault: Fault, request: web.Request) -> web.Response:
    """What the caller gets from a rule that strikes before the call is carried out."""
    match fault.kind:
        case "hang":
            await fault.released.wait()
            return cut(request)
        case "reset":
            return cut(request)
        case "garbage":
            return web.Response(text=PAGE, content_type="text/html")
        case "blocked":
            return web.Response(status=403, text=PAGE, content_type="text/html")
        case "wrong_shape":
            return web.json_response({"data": "unexpected", "unexpected": [1, 2, 3]})
        case "invalid_grant":
            return web.json_response({"error": "invalid_grant", "error_description": "The grant is dead."}, status=400)
        case "5xx":
            return web.json_response({"message": "Upstream failed"}, status=503)
    return _refuse(int(fault.kind), fault.retry_after)


def _refuse(status: int, retry_after: int) -> web.Response:
    headers = {"Retry-After": str(retry_after)} if status == 429 else {}
    if status in {401, 403, 429}:
        names = {401: "Unauthorized", 403: "Insufficient scopes", 429: "Too many requests"}
        return web.json_response({"error": names[status]}, status=status, headers=headers)
    if status == 400:
        return web.json_response({"errors": ["The request was refused"]}, status=status)
    if status == 410:
        return web.json_response({"error": "API version no longer supported", "message": "It was retired"}, status=410)
    return web.json_response({"message": f"Fault {status}"}, status=status, headers=headers)
