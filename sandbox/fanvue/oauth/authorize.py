"""The pages a creator sees: login, consent, and what went wrong."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from sandbox.fanvue.pages import Pages
from sandbox.fanvue.world import User, World

from .scopes import API_SCOPES, SYSTEM_SCOPES
from .state import OAuthState

SESSION_COOKIE = "sandbox_fanvue_session"
MAX_PENDING = 500
MIN_STATE = 8


@dataclass(frozen=True)
class AuthorizeRequest:
    """A checked authorize request that waits for login and consent."""

    redirect_uri: str
    state: str
    scopes: frozenset[str]
    challenge: str
    wants_login: bool

    def back(self, **parameters: str) -> web.HTTPSeeOther:
        glue = "&" if "?" in self.redirect_uri else "?"
        return web.HTTPSeeOther(self.redirect_uri + glue + urlencode({**parameters, "state": self.state}))


class AuthorizePages:
    """`/oauth2/auth`, `/login` and `/consent`.

    The login form posts `account=<handle>`; the consent form posts `scope=` once for each ticked scope and
    `decision=allow|deny`. A redirect address that is not registered is never redirected to.
    """

    def __init__(self, world: World, state: OAuthState, pages: Pages, client_id: str) -> None:
        self._world = world
        self._state = state
        self._pages = pages
        self._client_id = client_id
        self.redirect_uris: tuple[str, ...] = ()
        self._pending: OrderedDict[str, AuthorizeRequest] = OrderedDict()
        self._sessions: OrderedDict[str, User] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oauth2/auth", self.authorize),
            web.get("/login", self.show_login),
            web.post("/login", self.log_in),
            web.get("/consent", self.show_consent),
            web.post("/consent", self.decide),
        ]

    async def authorize(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("client_id") != self._client_id:
            return self._wrong("This app is not known", "The client_id of the link belongs to no app.")
        if query.get("redirect_uri", "") not in self.redirect_uris:
            return self._wrong(
                "The return address is not registered",
                "The app asked to come back to an address that is not among its registered redirect URIs. "
                "They are compared exactly.",
            )
        pending = AuthorizeRequest(
            query["redirect_uri"],
            query.get("state", ""),
            frozenset(query.get("scope", "").split()),
            query.get("code_challenge", ""),
            query.get("prompt") == "login",
        )
        refusal = self._refusal(query, pending)
        if refusal is not None:
            raise pending.back(error=refusal[0], error_description=refusal[1])
        key = self._remember(pending)
        is_logged_in = self._account(request) is not None and not pending.wants_login
        raise web.HTTPSeeOther(f"/{'consent' if is_logged_in else 'login'}?request={key}")

    def _refusal(self, asked: Mapping[str, str], pending: AuthorizeRequest) -> tuple[str, str] | None:
        if len(pending.state) < MIN_STATE:
            return "invalid_state", "The state must be at least 8 characters long."
        if asked.get("response_type") != "code":
            return "unsupported_response_type", "Only response_type=code is offered."
        if asked.get("code_challenge_method") != "S256" or not 43 <= len(pending.challenge) <= 128:
            return "invalid_request", "PKCE with code_challenge_method=S256 is required."
        unknown = pending.scopes - self._state.app_scopes
        if unknown or not pending.scopes:
            return "invalid_scope", f"Not ticked on the app: {', '.join(sorted(unknown)) or 'no scope was asked'}."
        return None

    async def show_login(self, request: web.Request) -> web.Response:
        self._find(request)
        agency = self._world.agency
        rows = [
            {
                "user": account,
                "kind": "Creator" if account.is_creator else "Agency" if account is agency else "Fan account",
                "is_connected": self._state.is_connected(account.handle),
            }
            for account in self._world.accounts
        ]
        return self._pages.show("login.html", accounts=rows, key=request.query["request"])

    async def log_in(self, request: web.Request) -> web.Response:
        self._find(request)
        handle = str((await request.post()).get("account", ""))
        try:
            account = self._world.account(handle)
        except LookupError:
            return self._wrong("This account does not exist", "Pick one of the accounts of the sandbox.")
        session = secrets.token_urlsafe(24)
        self._sessions[session] = account
        _trim(self._sessions)
        response = web.HTTPSeeOther(f"/consent?request={request.query['request']}")
        response.set_cookie(SESSION_COOKIE, session, httponly=True, samesite="Lax", path="/")
        raise response

    async def show_consent(self, request: web.Request) -> web.Response:
        pending = self._find(request)
        account = self._account(request)
        if account is None:
            raise web.HTTPSeeOther(f"/login?request={request.query['request']}")
        held = self._state.scopes_of(account.handle)
        if self._state.skips_known_consent and pending.scopes <= held:
            raise self._allow(request, account, pending.scopes)
        return self._pages.show(
            "consent.html",
            account=account,
            key=request.query["request"],
            held=held,
            system=[(name, text) for name, text in SYSTEM_SCOPES.items() if name in pending.scopes],
            scopes=[(name, text) for name, text in API_SCOPES.items() if name in pending.scopes],
            target=pending.redirect_uri,
        )

    async def decide(self, request: web.Request) -> web.Response:
        pending = self._find(request)
        account = self._account(request)
        if account is None:
            raise web.HTTPSeeOther(f"/login?request={request.query['request']}")
        form = await request.post()
        if form.get("decision") != "allow":
            del self._pending[request.query["request"]]
            raise pending.back(error="access_denied", error_description="The resource owner denied the request.")
        ticked = {str(scope) for scope in form.getall("scope", [])} | set(SYSTEM_SCOPES)
        raise self._allow(request, account, pending.scopes & ticked)

    def _allow(self, request: web.Request, account: User, scopes: frozenset[str]) -> web.HTTPSeeOther:
        pending = self._pending.pop(request.query["request"])
        code = self._state.issue_code(account, scopes, pending.redirect_uri, pending.challenge)
        return pending.back(code=code, scope=" ".join(sorted(scopes)))

    def _remember(self, pending: AuthorizeRequest) -> str:
        key = secrets.token_urlsafe(18)
        self._pending[key] = pending
        _trim(self._pending)
        return key

    def _find(self, request: web.Request) -> AuthorizeRequest:
        pending = self._pending.get(request.query.get("request", ""))
        if pending is None:
            page = self._pages.text("error.html", title="This login is over", text="Start again from the app.")
            raise web.HTTPBadRequest(text=page, content_type="text/html")
        return pending

    def _account(self, request: web.Request) -> User | None:
        return self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))

    def _wrong(self, title: str, text: str) -> web.Response:
        return self._pages.show("error.html", 400, title=title, text=text)


def _trim(kept: OrderedDict[str, Any]) -> None:
    while len(kept) > MAX_PENDING:
        kept.popitem(last=False)
