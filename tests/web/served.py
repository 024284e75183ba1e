"""The bot's web pages against the sandbox's Fanvue, with a clock that tests move; Discord is not there."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
from sqlalchemy import Table, text

from bot.app import App, open_app
from bot.domain.access import Actor, Capability
from bot.domain.accounts import DiscordUserId, Person
from bot.domain.scopes import Feature
from bot.settings import load
from bot.storage.schema import metadata
from bot.web.serving import Patience, serving
from sandbox.fanvue import SandboxFanvue, walk_consent
from sandbox.fanvue.webhooks.signature import sign
from sandbox.visitor import Page, Visitor
from sandbox.world import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, free_port, settings_for

LUNA = Person(DiscordUserId(1001), "luna", "https://cdn.discordapp.com/avatars/1001/a.png")
OLLI = Person(DiscordUserId(1002), "olli")
CREATOR, OTHER = "lunavale", "mikasol"
ALL = frozenset(Feature)
QUICK = Patience(shutdown_seconds=0.1)
PATIENT = Patience(shutdown_seconds=3)


class SetClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, **time: float) -> None:
        self._now += timedelta(**time)


@dataclass(frozen=True)
class Answer:
    """What came back, redirects not followed."""

    status: int
    headers: Mapping[str, str]
    html: str
    location: str
    cookies: Mapping[str, Any]

    @property
    def page(self) -> Page:
        return Page(self.status, self.html)

    @property
    def text(self) -> str:
        return self.page.text


class Browser(Visitor):
    """A browser that shows each step; ``own_form`` presses a button as the page has it."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin

    async def ask(self, method: str, address: str, **options: Any) -> Answer:
        url = address if "://" in address else self.origin + address
        async with self._session.request(method, url, allow_redirects=False, **options) as answer:
            return Answer(
                answer.status,
                answer.headers,
                await answer.text(),
                answer.headers.get("Location", ""),
                answer.cookies,
            )

    async def post(self, address: str, token: str | None, origin: str | None = "own", **headers: str) -> Answer:
        """A form as a page somewhere would send it."""
        sent = headers | ({} if origin is None else {"Origin": self.origin if origin == "own" else origin})
        return await self.ask("POST", address, data={} if token is None else {"form_token": token}, headers=sent)


@dataclass
class Site:
    """The parts, and what people do with them."""

    folder: Path
    fanvue: SandboxFanvue
    clock: SetClock
    values: dict[str, Any]
    patience: Patience = PATIENT
    app: App = field(init=False)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    _browsers: list[Browser] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.values['web_port']}"

    async def start(self) -> Self:
        """The app on its socket, with what it needs to store events; nothing else runs by itself."""
        self._running = AsyncExitStack()
        self.app = await self._running.enter_async_context(open_app(load(**self.values), self.clock))
        intake = asyncio.create_task(self.app.intake.run())
        self._running.callback(intake.cancel)
        page_server = serving(self.app.public, "127.0.0.1", self.values["web_port"], self.patience)
        await self._running.enter_async_context(page_server)
        return self

    async def stop(self) -> None:
        for browser in self._browsers:
            await browser.__aexit__()
        self._browsers.clear()
        await self._running.aclose()

    async def restart(self) -> None:
        await self._running.aclose()
        await self.start()

    def browser(self) -> Browser:
        self._browsers.append(Browser(self.origin))
        return self._browsers[-1]

    async def link(self, person: Person = LUNA, features: Iterable[Feature] = ALL) -> str:
        """What /connect gives."""
        return (await self.app.services.connections.begin(person, features)).url

    async def returning(
        self,
        browser: Browser,
        person: Person = LUNA,
        account: str = CREATOR,
        features: Iterable[Feature] = ALL,
        **consent: Any,
    ) -> str:
        """The address Fanvue sends the browser back to, not visited yet."""
        return await walk_consent(await browser.leave(await self.link(person, features)), account, **consent)

    async def connect(self, browser: Browser, person: Person = LUNA, account: str = CREATOR, **more: Any) -> Page:
        """The whole way."""
        back = await self.returning(browser, person, account, **more)
        page = await browser.get(back)
        try:
            page.form("/confirm")
        except LookupError:
            return page
        return await browser.press(page, "/confirm")

    async def rows(self, table: str, where: str = "1 = 1") -> list[dict[str, Any]]:
        """What a table holds."""
        known: Table = metadata.tables[table]
        async with self.app.stores._database.read() as connection:
            found = await connection.execute(known.select().where(text(where)))
            return [dict(row) for row in found.mappings()]

    async def grant(self, person: Person = LUNA, capability: Capability = Capability.MANAGE) -> Any:
        return await self.app.services.access.choose(Actor(person.id, person.name), None, capability)

    async def webhook(self, body: bytes, *, path: str = "", secret: str = WEBHOOK_SECRET, **more: Any) -> int:
        """A signed delivery; its status."""
        headers = {"X-Fanvue-Signature": sign(secret, body, int(self.clock.now().timestamp()))} | more
        async with raw_session() as session:
            address = f"{self.origin}/webhooks/fanvue{path}"
            async with session.post(address, data=body, headers=headers) as answer:
                return answer.status

    async def webhook_of_a_message(self, text: str = "hi") -> int:
        """A fan wrote to lunavale."""
        return await self.webhook(message_body(self.fanvue.world.account(CREATOR).uuid, text))

    @asynccontextmanager
    async def storage_locked(self) -> AsyncIterator[None]:
        """Another process holds the database's write lock, and we do not wait long for it."""
        async with self.app.stores._database.write() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        other = sqlite3.connect(self.folder / "fanvue.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    @property
    def live_grants(self) -> int:
        """How many authorisations are alive at Fanvue."""
        return sum(chain.is_alive for chain in self.fanvue.oauth._chains)

    async def assert_nothing_stored(self) -> None:
        """No tokens anywhere, here or alive at Fanvue."""
        assert await self.rows("connections") == []
        assert await self.rows("pending_connections", "sealed_tokens IS NOT NULL") == []
        assert await self.rows("link_attempts", "sealed_verifier IS NOT NULL") == []
        assert self.live_grants == 0


@asynccontextmanager
async def served(folder: Path, template: Path, **overrides: Any) -> AsyncIterator[Site]:
    """A site of its own, on a copy of a migrated database; settings can be overridden."""
    shutil.copy(template, folder / "fanvue.db")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    clock = SetClock()
    async with SandboxFanvue(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        webhook_secret=WEBHOOK_SECRET,
        redirect_uris=(f"{address}/oauth/callback",),
        clock=clock.now,
    ) as fanvue:
        values = settings_for(folder, web_port=port, metrics_port=0, fanvue_origin=fanvue.auth_url)
        site = Site(folder, fanvue, clock, values | overrides)
        try:
            yield await site.start()
        finally:
            await site.stop()


def message_body(creator: str, text: str = "hi", uuid: str = "7d1f0c1e-0000-4000-8000-000000000001") -> bytes:
    """A message of the current family."""
    data = {
        "object": "message",
        "uuid": uuid,
        "sender": "fan",
        "text": text,
        "created_at": "2026-07-01T12:00:00.000Z",
        "creator": {"uuid": creator},
        "fan": {"uuid": "7d1f0c1e-0000-4000-8000-00000000000f", "handle": "fan", "display_name": "Fan"},
    }
    event = {"id": f"evt_{uuid}", "type": "creator.message.received", "timestamp": "2026-07-01T12:00:01.000Z"}
    return json.dumps(event | {"data": data}).encode()


def raw_session() -> aiohttp.ClientSession:
    """A client without cookies."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
