"""The token and revoke addresses: client_secret_basic only, form encoded."""

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from urllib.parse import unquote_plus

from aiohttp import web

from sandbox.fanvue.faults import Faults, cut, strike

from .state import GrantError, OAuthState, Pair

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(Exception):
    """An error answer of the token address."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.status = status

    def answer(self) -> web.Response:
        headers = dict(NO_STORE)
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="sandbox"'
        body = {"error": self.code, "error_description": self.description}
        return web.json_response(body, status=self.status, headers=headers)


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Client id and secret of a Basic header, form-decoded as RFC 6749 section 2.3.1 wants."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, found, secret = b64decode(value.strip(), validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        return None
    return (unquote_plus(name), unquote_plus(secret)) if found else None


class TokenEndpoint:
    """`POST /oauth2/token` and `POST /oauth2/revoke`."""

    def __init__(self, state: OAuthState, faults: Faults, client_id: str, client_secret: str) -> None:
        self._state = state
        self._faults = faults
        self._client = (client_id, client_secret)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/oauth2/token", self.token), web.post("/oauth2/revoke", self.revoke)]

    async def token(self, request: web.Request) -> web.Response:
        self._state.token_requests += 1
        form = await request.post()
        fault = self._faults.take("token", "/oauth2/token")
        if fault is not None and not fault.strikes_after:
            return await strike(fault, request)
        try:
            self._check_client(request, form)
            answer = self._grant({key: value for key, value in form.items() if isinstance(value, str)})
        except OAuthError as failure:
            return failure.answer()
        return cut(request) if fault is not None else answer

    async def revoke(self, request: web.Request) -> web.Response:
        form = await request.post()
        fault = self._faults.take("revoke", "/oauth2/revoke")
        if fault is not None and not fault.strikes_after:
            return await strike(fault, request)
        try:
            self._check_client(request, form)
        except OAuthError as failure:
            return failure.answer()
        self._state.revoke(str(form.get("token", "")))
        return cut(request) if fault is not None else web.Response(headers=NO_STORE)

    def _check_client(self, request: web.Request, form: Mapping[str, object]) -> None:
        credentials = basic_credentials(request.headers.get("Authorization", ""))
        is_known = credentials is not None and all(
            hmac.compare_digest(given.encode(), known.encode())
            for given, known in zip(credentials, self._client, strict=True)
        )
        if not is_known or "client_secret" in form:
            self._state.refused_clients += 1
            raise OAuthError("invalid_client", "Client authentication failed; use HTTP Basic.", 401)

    def _grant(self, form: dict[str, str]) -> web.Response:
        kind = form.get("grant_type")
        try:
            if kind == "authorization_code":
                return self._exchange(form)
            if kind == "refresh_token":
                return self._refresh(form)
        except GrantError:
            raise OAuthError("invalid_grant", "The grant is invalid, expired, spent or revoked.") from None
        raise OAuthError("unsupported_grant_type" if kind else "invalid_request", "Unknown grant_type.")

    def _exchange(self, form: dict[str, str]) -> web.Response:
        for name in ("code", "redirect_uri", "code_verifier"):
            if not form.get(name):
                raise OAuthError("invalid_request", f"{name} is missing.")
        if not 43 <= len(form["code_verifier"]) <= 128:
            raise OAuthError("invalid_request", "code_verifier must have 43 to 128 characters.")
        pair = self._state.exchange(form["code"], form["redirect_uri"], form["code_verifier"])
        return self._answer(pair, has_scope=True)

    def _refresh(self, form: dict[str, str]) -> web.Response:
        if not form.get("refresh_token"):
            raise OAuthError("invalid_request", "refresh_token is missing.")
        pair = self._state.refresh(form["refresh_token"])
        return self._answer(pair, has_scope=self._state.echoes_scope_on_refresh)

    def _answer(self, pair: Pair, *, has_scope: bool) -> web.Response:
        body: dict[str, object] = {
            "access_token": pair.access_token,
            "expires_in": pair.expires_in,
            "token_type": "bearer",
        }
        if pair.refresh_token:
            body["refresh_token"] = pair.refresh_token
        if has_scope:
            body["scope"] = " ".join(sorted(pair.scopes))
        return web.json_response(body, headers=NO_STORE)
