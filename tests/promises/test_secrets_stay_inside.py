"""The main job at the loudest log level: no secret and no fan's words in files, logs, pages or Discord."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import logs
from sandbox.fanvue import walk_consent
from sandbox.visitor import Page, Visitor
from sandbox.world import CLIENT_SECRET, KEY, WEBHOOK_SECRET
from tests.rig import CREATOR, Rig, link_of, words_of

FAN_WORDS = "canary of the fan"
REPLY_WORDS = "canary of the reply"
POST_WORDS = "canary of the post"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged at DEBUG, by us and by every library there is."""
    before = {name: logging.getLogger(name).level for name in _libraries()}
    yield io.StringIO()
    for name in _libraries():
        logging.getLogger(name).setLevel(before.get(name, logging.NOTSET))
    logs.configure("ERROR")


def turn_up(stream: io.StringIO) -> None:
    logs.configure("DEBUG", stream)
    logging.getLogger().setLevel(logging.DEBUG)
    for name in _libraries():
        logging.getLogger(name).setLevel(logging.DEBUG)


def _libraries() -> list[str]:
    return [name for name in logging.Logger.manager.loggerDict if not name.startswith(("bot", "cogs"))]


class RecordingVisitor(Visitor):
    """Keeps every page it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[str] = []

    async def get(self, address: str) -> Page:
        page = await super().get(address)
        self.pages.append(page.html)
        return page

    async def press(self, page: Page, ending: str) -> Page:
        shown = await super().press(page, ending)
        self.pages.append(shown.html)
        return shown

    def cookies(self) -> list[str]:
        return [cookie.value for cookie in self._session.cookie_jar]


@dataclass
class Kept:
    """What must not be found, by name, and the ticket, which has one rightful place."""

    secrets: dict[str, str] = field(default_factory=dict)
    ticket: str = ""

    def add(self, name: str, value: str) -> None:
        assert len(value) > 8, f"{name} is too short to be searched for"
        self.secrets[name] = value

    def found_in(self, text: str) -> list[str]:
        return [name for name, value in self.secrets.items() if value in text]


def files_of(folder: Path) -> str:
    """The bytes of the database, its log and whatever lies beside it."""
    names = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in names)
    return "".join(path.read_bytes().decode("latin-1") for path in names)


def payloads_of(rig: Rig) -> str:
    """All the bot said to Discord."""
    return json.dumps([[entry.params, entry.json, entry.reason] for entry in rig.env.http_requests], default=str)


async def connected_with_secrets(rig: Rig, browser: RecordingVisitor, kept: Kept) -> None:
    """Luna connects step by step; every secret of the way is noted."""
    link = link_of(await rig.luna.slash(rig.desk, "connect"))
    address = await browser.leave(link)
    kept.ticket = link.rpartition("/")[2]
    kept.add("state", parse_qs(urlsplit(address).query)["state"][0])
    attempts = [row async for row in attempts_of(rig)]
    keyring = rig.app.worker._keyring
    for identity, verifier in attempts:
        kept.add("verifier", keyring.open(verifier, identity=f"verifier:{identity}"))
    back = await walk_consent(address, CREATOR)
    kept.add("code", parse_qs(urlsplit(back).query)["code"][0])
    page = await browser.press(await browser.get(back), "/confirm")
    assert page.status == 200
    for cookie in browser.cookies():
        kept.add("cookie", cookie)


async def attempts_of(rig: Rig):  # noqa: ANN201 - rows as they are
    async with rig.app.stores._database.read() as connection:
        found = await connection.exec_driver_sql(
            "SELECT id, sealed_verifier FROM link_attempts WHERE sealed_verifier IS NOT NULL"
        )
        for row in found:
            yield row


async def works_a_day(rig: Rig) -> None:
    """Look, be alerted, show, answer twice, post, renew the token, fail once."""
    shown = await rig.luna.slash(rig.desk, "insights earnings", period="28d")
    assert "$" in words_of(shown)
    await rig.allow_replies(rig.desk)
    await rig.luna.slash(rig.desk, "alerts channel", channel=rig.desk)
    await rig.fanvue.fan_writes(CREATOR, rig.fan, FAN_WORDS, family="both")
    card = await rig.until(lambda: next(iter(rig.cards(rig.desk)), None))
    await rig.luna.send(rig.desk, REPLY_WORDS, reply_to=card)
    opened = await rig.luna.click(card, label="Reply")
    assert "Sent" in words_of(await rig.luna.submit_modal(opened, {"text": REPLY_WORDS}))
    draft = await rig.luna.slash(rig.desk, "post create", text=POST_WORDS)
    await rig.luna.click(draft.response, label="Post now")
    assert "Posted" in words_of(draft)
    rig.fanvue.oauth.expire_access(CREATOR)
    await rig.luna.slash(rig.desk, "insights earnings", period="7d")
    rig.fanvue.faults.add("/insights/*", "garbage", times=1)
    await rig.luna.slash(rig.desk, "insights earnings", period="yesterday")
    sent = [message.text for message in rig.fanvue.messages(CREATOR, rig.fan) if not message.is_from_fan]
    assert sent.count(REPLY_WORDS) == 2


def note_tokens(rig: Rig, kept: Kept) -> None:
    oauth = rig.fanvue.oauth
    for number, token in enumerate([*oauth._access, *oauth._refresh]):
        kept.add(f"token {number}", token)
    assert len(oauth._refresh) > 1


async def test_no_secret_and_no_words_leave_their_place(rig: Rig, log: io.StringIO) -> None:
    turn_up(log)
    kept = Kept()
    kept.add("client secret", CLIENT_SECRET)
    kept.add("webhook secret", WEBHOOK_SECRET)
    kept.add("token key", KEY)
    async with RecordingVisitor() as browser:
        await connected_with_secrets(rig, browser, kept)
        await works_a_day(rig)
        note_tokens(rig, kept)
        metrics = await browser.get(f"http://127.0.0.1:{rig.app.settings.metrics_port}/metrics")
        assert metrics.status == 200
    kept.add("fan's words", FAN_WORDS)
    kept.add("reply", REPLY_WORDS)
    kept.add("post", POST_WORDS)
    while_connected = files_of(rig.folder)
    asked = await rig.luna.slash(rig.desk, "disconnect")
    await rig.luna.click(asked.response, label="Disconnect")
    assert "is disconnected" in words_of(asked)

    pages, payloads, written = "".join(browser.pages), payloads_of(rig), log.getvalue()
    places = {
        "files while connected": while_connected,
        "files afterwards": files_of(rig.folder),
        "logs": written,
        "pages": pages,
        "Discord": payloads,
    }
    drafted = {entry.path.rpartition("/")[2] for entry in rig.env.http_requests if POST_WORDS in str(entry.json)}
    assert drafted == {"@original"}, "a draft is shown to its author, in a private answer"
    found = {name: kept.found_in(text) for name, text in places.items()}
    assert found == {name: ["post"] if name == "Discord" else [] for name in places}
    assert kept.ticket not in while_connected + written
    assert payloads.count(kept.ticket) == payloads.count(f"/connect/{kept.ticket}") == 1
    assert pages.count(kept.ticket) == pages.count(f"/connect/{kept.ticket}")
    assert_loud(written)


def assert_loud(written: str) -> None:
    """The test listened: our own lines, and those of the libraries that leak by default."""
    for name in ("bot.services.connections", "discord.client", "sqlalchemy.engine", "aiosqlite", "level=debug"):
        assert name in written, f"nothing was heard of {name}"


async def test_logs_hold_no_ids_and_no_names(rig: Rig, log: io.StringIO) -> None:
    turn_up(log)
    async with RecordingVisitor() as browser:
        await connected_with_secrets(rig, browser, Kept())
        await works_a_day(rig)
    written = log.getvalue()
    assert "event=connected" in written
    account = rig.fanvue.world.account(CREATOR)
    for private in (str(rig.luna.id), str(rig.desk.id), account.uuid, account.handle, account.display_name, rig.fan):
        assert private not in written
