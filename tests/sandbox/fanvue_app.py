"""An app of the sandbox, a clock that a test moves, and an address for webhooks."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, encode_basic_auth, web  # noqa: TID251  # webhooks need somebody who takes them
from yarl import URL

from sandbox.fanvue import SandboxFanvue, challenge_of
from sandbox.fanvue.world.records import Chat

REDIRECT = "http://127.0.0.1:9/oauth/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
SYSTEM = "openid offline_access offline"


class MovingClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_seconds(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any


@dataclass
class App:
    """An app of the sandbox: asks, exchanges, calls."""

    fanvue: SandboxFanvue
    session: ClientSession
    token: str = field(default="", repr=False)

    def authorize_url(self, scope: str = f"{SYSTEM} read:self", **changes: str | None) -> str:
        parameters = {
            "response_type": "code",
            "client_id": "sandbox-client",
            "redirect_uri": REDIRECT,
            "scope": scope,
            "state": "state-of-the-test",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        } | changes
        kept = {name: value for name, value in parameters.items() if value is not None}
        return f"{self.fanvue.auth_url}/oauth2/auth?{urlencode(kept)}"

    async def post_form(self, path: str, form: dict[str, str], *, basic: bool = True) -> Answer:
        headers = {"Authorization": encode_basic_auth("sandbox-client", "sandbox-secret")} if basic else {}
        async with self.session.post(self.fanvue.auth_url + path, data=form, headers=headers) as answer:
            is_json = answer.content_type == "application/json"
            return Answer(answer.status, await answer.json() if is_json else await answer.text(), answer.headers)

    async def exchange(self, code: str, **changes: str) -> Answer:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        return await self.post_form("/oauth2/token", form | changes)

    async def refresh(self, token: str) -> Answer:
        return await self.post_form("/oauth2/token", {"grant_type": "refresh_token", "refresh_token": token})

    async def call(self, method: str, path: str, *, token: str | None = None, **more: Any) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.token if token is None else token}",
            "X-Fanvue-API-Version": "2025-06-26",
        } | more.pop("headers", {})
        url = URL(self.fanvue.api_url + path, encoded="%" in path)
        async with self.session.request(method, url, headers=headers, **more) as answer:
            is_json = answer.content_type == "application/json"
            return Answer(answer.status, await answer.json() if is_json else await answer.text(), answer.headers)

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.call("GET", path, **more)

    def acts_for(self, account: str, *scopes: str) -> "App":
        """The same app with a token of `account`; all scopes where none is named."""
        pair = self.fanvue.oauth.grant(account, scopes or None)
        return App(self.fanvue, self.session, pair.access_token)


class Receiver:
    """An address for webhooks; answers the statuses it was told, then 204."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.received: list[tuple[str, bytes, Any]] = []
        self._arrived = asyncio.Condition()

    async def wait_for(self, count: int) -> None:
        """Returns once so many webhooks have arrived."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self._arrived:
            self.received.append((request.path, body, request.headers.copy()))
            self._arrived.notify_all()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)


def path_of(chat: Chat, rest: str = "") -> str:
    return f"/chats/{chat.fan.user.uuid}{rest}"


async def all_pages(app: App, path: str, **query: str) -> list[dict]:
    rows, page = [], 1
    while True:
        answer = await app.get(path, params={**query, "page": str(page), "size": "7"})
        rows += answer.body["data"]
        if not answer.body["pagination"]["hasMore"]:
            return rows
        page += 1


async def all_cursors(app: App, path: str, **query: str) -> list[dict]:
    rows, cursor = [], {}
    while True:
        answer = await app.get(path, params=query | cursor)
        rows += answer.body["data"]
        if answer.body["nextCursor"] is None:
            return rows
        cursor = {"cursor": answer.body["nextCursor"]}
