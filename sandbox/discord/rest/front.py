"""The door of the REST side: reads, records, checks the token, faults and limits, then asks the chapter."""

import asyncio
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from sandbox.discord.errors import SENTENCES, ApiError
from sandbox.discord.faults import Fault, Faults
from sandbox.discord.limits import Limits, Refusal, refusal_body, refusal_headers
from sandbox.discord.posting import Upload
from sandbox.discord.recording import Call, Changes
from sandbox.discord.rest.messages import CREATE_MESSAGE
from sandbox.discord.rest.routing import Reply, Request, Route

PREFIX = "/api/v10"
MAX_BODY_BYTES = 64 * 1024 * 1024
_VIA = {"Via": "1.1 google"}
_NOT_FOUND = Reply({"message": "404: Not Found", "code": 0}, 404)
_UNAUTHORIZED = Reply({"message": "401: Unauthorized", "code": 0}, 401)
_DROPPED = 0


class Front:
    """`calls` and `unknown_routes` are the record of what came; `invalid_requests` counts 401, 403 and 429."""

    def __init__(self, changes: Changes, faults: Faults, limits: Limits, *, bot_token: str | None) -> None:
        self.calls: list[Call] = []
        self.unknown_routes: list[str] = []
        self.invalid_requests = 0
        self.answer_delay_seconds = 0.0
        self._changes = changes
        self._faults = faults
        self._limits = limits
        self._authorization = None if bot_token is None else f"Bot {bot_token}"

    def routes(self, chapters: Iterable[Route]) -> list[web.RouteDef]:
        known = [web.route(r.method, PREFIX + r.path, partial(self._serve, r), name=None) for r in chapters]
        lost = Route("*", "", self._unknown, is_interaction=True)
        return [*known, web.route("*", PREFIX + "/{rest:.*}", partial(self._serve, lost))]

    async def _unknown(self, request: Request) -> Reply:
        line = f"{request.call.method} {request.call.path}"
        self.unknown_routes.append(line)
        print(f"sandbox.discord: no such route: {line}", file=sys.stderr)
        return _NOT_FOUND

    async def _serve(self, route: Route, http: web.Request) -> web.StreamResponse:
        call = Call(
            at=datetime.now(UTC),
            arrived_seconds=time.monotonic(),
            method=http.method,
            route=route.path,
            path=http.path.removeprefix(PREFIX),
            query=dict(http.query),
        )
        is_readable, call.json, uploads = await _read(http)
        call.files = [(upload.filename, len(upload.data)) for upload in uploads]
        self.calls.append(call)
        if self.answer_delay_seconds:
            await asyncio.sleep(self.answer_delay_seconds)
        request = Request(http.match_info, http.query, call.json, uploads, call)
        fault = self._faults.strike(call.method, call.path, call.json)
        bucket_key = http.match_info["channel_id"] if route.path == CREATE_MESSAGE and call.method == "POST" else None
        if fault is not None and not fault.after_applying:
            reply = await self._fail(fault, call, http)
        else:
            reply = await self._reply(route, request, http, bucket_key) if is_readable else _error(ApiError(50109))
            if fault is not None:
                self._changes.announce()
                reply = await self._fail(fault, call, http)
        return self._finish(call, reply, bucket_key)

    async def _reply(self, route: Route, request: Request, http: web.Request, bucket_key: str | None) -> Reply:
        if not route.is_interaction and not self._is_authorized(http):
            return _UNAUTHORIZED
        refusal = self._limits.refuse(is_interaction=route.is_interaction, channel_bucket_key=bucket_key)
        if refusal is not None:
            return Reply(refusal_body(refusal), 429, refusal_headers(refusal))
        try:
            return await route.handler(request)
        except ApiError as error:
            return _error(error)
        except Exception:
            request.call.status = 500  # a fault of the stand-in itself; aiohttp logs it and answers so
            raise

    def _is_authorized(self, http: web.Request) -> bool:
        given = http.headers.get("Authorization", "")
        return given.startswith("Bot ") and self._authorization in {None, given}

    async def _fail(self, fault: Fault, call: Call, http: web.Request) -> Reply:
        if fault.hang:
            await fault.released.wait()
        if fault.drop:
            call.status = _DROPPED
            if http.transport is not None:
                http.transport.abort()
        return _faulty_reply(fault)

    def _finish(self, call: Call, reply: Reply, bucket_key: str | None) -> web.StreamResponse:
        if call.status is None:
            call.status = reply.status
            call.error_code = reply.body.get("code") if reply.status >= 400 and isinstance(reply.body, dict) else None
        self.invalid_requests += call.status in {401, 403, 429}
        self._changes.announce()
        headers = _VIA | self._limits.headers(bucket_key) | reply.headers
        if headers.get("Via") == "":
            del headers["Via"]
        if reply.body is None:
            return web.Response(status=reply.status, headers=headers)
        if isinstance(reply.body, str):
            return web.Response(status=reply.status, headers=headers, text=reply.body, content_type="text/html")
        body = msgspec.json.encode(reply.body)
        return web.Response(status=reply.status, headers=headers, body=body, content_type="application/json")


def _error(error: ApiError) -> Reply:
    return Reply(error.body(), error.status)


def _faulty_reply(fault: Fault) -> Reply:
    if fault.from_cloudflare:
        return Reply("<html><title>Access denied</title>error code: 1015</html>", fault.status, {"Via": ""})
    if fault.status == 429:
        refusal = Refusal(fault.retry_after or 0.0, fault.is_global)
        return Reply(refusal_body(refusal), 429, refusal_headers(refusal))
    _, sentence = SENTENCES.get(fault.code, (0, f"Error {fault.code}"))
    message = sentence if fault.code else f"{fault.status}: failure on demand"
    return Reply({"message": message, "code": fault.code}, fault.status)


async def _read(http: web.Request) -> tuple[bool, Any, list[Upload]]:
    """Whether the body could be read, its JSON and its files."""
    if http.content_type == "multipart/form-data":
        return await _read_multipart(http)
    raw = await http.read()
    is_readable, value = _decode(raw) if raw else (True, None)
    return is_readable, value, []


async def _read_multipart(http: web.Request) -> tuple[bool, Any, list[Upload]]:
    is_readable, value, uploads = True, None, []
    form = await http.post()
    for name, part in form.items():
        if isinstance(part, web.FileField):
            index = int(name.removeprefix("files[").removesuffix("]"))
            uploads.append(Upload(index, part.filename, part.file.read(), part.content_type))
            part.file.close()
        elif name == "payload_json":
            is_readable, value = _decode(part if isinstance(part, str | bytes) else bytes(part))
    return is_readable, value, uploads


def _decode(raw: str | bytes) -> tuple[bool, Any]:
    try:
        return True, msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return False, None
