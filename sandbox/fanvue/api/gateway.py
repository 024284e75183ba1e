"""What happens to every call, in the order of a real one: bearer, version, rate limit, scope, validation, the act."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

import msgspec
from aiohttp import web

from sandbox.fanvue.faults import Fault, Faults, strike, strike_after
from sandbox.fanvue.instants import Clock
from sandbox.fanvue.oauth.state import Chain, OAuthState
from sandbox.fanvue.webhooks.announcements import Announcements
from sandbox.fanvue.world import Desk, World

from .answers import PlainText, RefusedError, error, message
from .bucket import Buckets
from .operation import Call, Operation, Router
from .reading import read_body, read_query, read_segment

API_VERSION = "2025-06-26"
RETIRED_VERSIONS = {"2024-01-01", "2024-10-01"}
LEDGER_ROWS = 50_000


class LedgerRow(NamedTuple):
    """One API call; status 0 means that the connection was cut or held."""

    at: datetime
    method: str
    path: str
    operation_id: str | None
    account_uuid: str | None
    creator_uuid: str | None
    status: int


class Gateway:
    """Answers everything under `/api` and `/api/v1`."""

    def __init__(
        self,
        world: World,
        oauth: OAuthState,
        faults: Faults,
        announce: Announcements,
        routers: tuple[Router, Router],
        clock: Clock,
        origin: Callable[[], str],
    ) -> None:
        self._world = world
        self._oauth = oauth
        self._faults = faults
        self._announce = announce
        self._unversioned, self._v1 = routers
        self._clock = clock
        self._origin = origin
        self.buckets = Buckets(clock)
        self.ledger: list[LedgerRow] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/api/{tail:.*}", self.answer), web.route("*", "/api", self.answer)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        raw = request.rel_url.raw_path.removeprefix("/api")
        is_v1 = raw == "/v1" or raw.startswith("/v1/")
        path = raw.removeprefix("/v1") if is_v1 else raw
        found = (self._v1 if is_v1 else self._unversioned).find(request.method, path)
        chain = self._bearer(request)
        fault = self._faults.take(found[0].id if found else "", path, request.rel_url.raw_query_string)
        status = 0
        try:
            response = await self._respond(request, found, chain, fault, is_v1=is_v1)
            response.headers["Date"] = format_datetime(self._clock(), usegmt=True)
            status = 0 if request.transport is None or request.transport.is_closing() else response.status
            return response
        finally:
            self._write_down(request.method, raw, found, chain, status)

    async def _respond(
        self,
        request: web.Request,
        found: tuple[Operation, dict[str, str]] | None,
        chain: Chain | None,
        fault: Fault | None,
        *,
        is_v1: bool,
    ) -> web.StreamResponse:
        if fault is not None and not fault.strikes_after:
            response = await strike(fault, request)
            if chain is not None:
                response.headers.update(self._limits_of(chain, found, response.status))
            if fault.own_limit is not None:
                response.headers["X-RateLimit-Limit"] = str(fault.own_limit)
            return response
        body = await request.read()
        headers: dict[str, str] = {}
        try:
            response = self._carry_out(request, found, chain, body, headers, is_v1=is_v1)
        except RefusedError as refusal:
            headers |= refusal.headers
            response = web.json_response(refusal.body, status=refusal.status, headers=headers)
        return strike_after(fault, request, response) if fault is not None else response

    def _carry_out(
        self,
        request: web.Request,
        found: tuple[Operation, dict[str, str]] | None,
        chain: Chain | None,
        body: bytes,
        headers: dict[str, str],
        *,
        is_v1: bool,
    ) -> web.Response:
        if chain is None:
            raise error(401, "Unauthorized")
        operation, path = found or (None, {})
        key = _bucket_key(chain, path)
        self._check_version(request, self.buckets.peek(key))
        is_allowed, limits = self.buckets.take(key)
        headers |= limits
        if not is_allowed:
            raise error(429, "Too many requests")
        if operation is None:
            raise message(404, "Not found")
        call = self._call(request, operation, path, chain, body, is_v1=is_v1)
        return _render(operation, operation.act(call), headers)

    def _call(
        self,
        request: web.Request,
        operation: Operation,
        raw_path: dict[str, str],
        chain: Chain,
        body: bytes,
        *,
        is_v1: bool,
    ) -> Call:
        if not set(operation.scopes) <= chain.scopes:
            raise error(403, "Insufficient scopes")
        path = {name: read_segment(name, raw, operation.free) for name, raw in raw_path.items()}
        if operation.is_for_agency and chain.account is not self._world.agency:
            raise error(403, "Only agency admins may do this")
        return Call(
            actor=chain.account,
            desk=self._desk(operation, path, chain),
            world=self._world,
            now=self._clock(),
            origin=self._origin(),
            announce=self._announce,
            path=path,
            query=read_query(operation.query_model(is_v1=is_v1), request.query),
            body=read_body(operation.body, body) if operation.body else None,
            is_v1=is_v1,
            scopes=chain.scopes,
        )

    def _desk(self, operation: Operation, path: dict[str, str], chain: Chain) -> Desk:
        if not operation.is_twin:
            return self._world.desk(chain.account)
        creator = self._world.account_by_uuid(path["creatorUserUuid"])
        if creator is None or not creator.is_creator:
            raise message(404, "Creator not found")
        if creator not in self._world.managed_creators(chain.account):
            raise error(403, "You do not have access to this creator")
        return self._world.desk(creator)

    def _bearer(self, request: web.Request) -> Chain | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._oauth.authenticate(token) if kind.lower() == "bearer" else None

    def _limits_of(self, chain: Chain, found: tuple[Operation, dict[str, str]] | None, status: int) -> dict[str, str]:
        limits = self.buckets.peek(_bucket_key(chain, found[1] if found else {}))
        return limits | {"X-RateLimit-Remaining": "0"} if status == 429 else limits

    def _check_version(self, request: web.Request, limits: dict[str, str]) -> None:
        version = request.headers.get("X-Fanvue-API-Version")
        if version == API_VERSION:
            return
        if version in RETIRED_VERSIONS:
            text = f"API version '{version}' was sunset"
            body = {"error": "API version no longer supported", "message": text, "nextVersion": API_VERSION}
            raise RefusedError(410, body, limits)
        text = "X-Fanvue-API-Version is required" if version is None else f"API version '{version}' is not supported"
        raise RefusedError(400, {"error": "Unsupported API version", "message": text}, limits)

    def _write_down(
        self, method: str, path: str, found: tuple[Operation, dict[str, str]] | None, chain: Chain | None, status: int
    ) -> None:
        if len(self.ledger) >= LEDGER_ROWS:
            del self.ledger[: LEDGER_ROWS // 2]
        operation, variables = found or (None, {})
        account = chain.account.uuid if chain else None
        creator = variables.get("creatorUserUuid", account)
        operation_id = operation.id if operation else None
        self.ledger.append(LedgerRow(self._clock(), method, path, operation_id, account, creator, status))


def _bucket_key(chain: Chain, path: dict[str, str]) -> str:
    return f"{chain.account.uuid}:{path.get('creatorUserUuid', '')}"


def _render(operation: Operation, result: object, headers: dict[str, str]) -> web.Response:
    if operation.status == 204:
        return web.Response(status=204, headers=headers)
    if isinstance(result, PlainText):
        return web.Response(text=str(result), content_type="text/plain", headers=headers)
    headers = headers | {"Content-Type": "application/json; charset=utf-8"}
    return web.Response(body=msgspec.json.encode(result), status=operation.status, headers=headers)
