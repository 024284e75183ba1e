"""``docs/operations.md`` followed literally: its commands, in its order, from a copy of the repository to a card.

Discord and Fanvue are the sandbox's; what only root of a real server can do is named below; nothing else is left out.
"""

import asyncio
import os
import re
import shlex
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from sandbox.discord import StandInDiscord
from sandbox.discord.model import User
from sandbox.fanvue import SandboxFanvue
from sandbox.process import ROOT
from sandbox.story import labels, link_in
from sandbox.visitor import Visitor
from sandbox.world import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, free_port

DOCUMENT = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"^( *)```\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(?:# |as-fanvue |(?=[A-Z_]+=))(.+)$")
CREATOR = "lunavale"

ONLY_ON_A_SERVER = (
    "apt-get", "adduser", "cp deploy/fanvue-discord.service", "systemctl daemon-reload", "git pull", "cd ",
    "python3 -m venv", ".venv/bin/pip install",
)  # fmt: skip
"""Packages, users, units, and the environment: the test's own stands in for it."""
ONLY_ON_POSTGRESQL = ("pg_dump", "pg_restore", "METRICS_PORT=")


def commands() -> list[str]:
    """Every command of the document, in its order."""
    found = []
    for _, text in BLOCK.findall(DOCUMENT.read_text()):
        lines = [COMMAND.match(line.strip()) for line in text.splitlines()]
        found += [line[1] if line[0][0] in "#a" else line[0] for line in lines if line]
    return [part.strip() for command in found for part in command.split(" && ")]


@dataclass
class Server:
    """A place where an operator works: the copy of the code, the state folder, and a bot that systemd would keep."""

    root: Path
    discord: StandInDiscord
    fanvue: SandboxFanvue
    port: int
    metrics_port: int
    said: list[str] = field(default_factory=list)
    bot: asyncio.subprocess.Process | None = None

    @property
    def code(self) -> Path:
        return self.root / "srv/fanvue-discord"

    @property
    def state(self) -> Path:
        return self.root / "var/lib/fanvue-discord"

    def fill_in(self, key: str) -> None:
        """The step between: an editor and ``.env``."""
        path = self.code / ".env"
        address = f"http://127.0.0.1:{self.port}"
        values = {
            "DISCORD_TOKEN": "sandbox",
            "FANVUE_CLIENT_ID": CLIENT_ID,
            "FANVUE_CLIENT_SECRET": CLIENT_SECRET,
            "FANVUE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "PUBLIC_URL": address,
            "TOKEN_KEYS": key,
            "DATABASE_URL": f"sqlite+aiosqlite:///{self.state}/fanvue.db",
            "WEB_PORT": str(self.port),
            "METRICS_PORT": str(self.metrics_port),
            "FANVUE_AUTH_URL": self.fanvue.auth_url,
            "FANVUE_API_URL": self.fanvue.api_url,
        }
        text = path.read_text()
        for name, value in values.items():
            text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
            assert count == 1, name
        path.write_text(text)
        assert path.stat().st_mode & 0o777 == 0o600

    async def do(self, command: str) -> None:
        """One command of the document."""
        words = shlex.split(self._here(command))
        match words:
            case ["systemctl", *_, "fanvue-discord"]:
                await self._systemd(words[1])
            case ["git", "clone", _, target]:
                copied(Path(target))
            case ["install", "-m", "600", "-o", "fanvue", "-g", "fanvue", *files]:
                await self._run(["install", "-m", "600", *files])
            case [_, "-m", "compileall", "-q", ".venv/lib", *ours]:
                await self._run([*words[:4], *ours])
            case [_, "-m", "bot", "doctor"]:
                await self._run([words[0], *self._launch(), *words[2:]])
            case _ if not command.startswith(ONLY_ON_A_SERVER + ONLY_ON_POSTGRESQL):
                await self._run(words)
        if words[1:] == ["-m", "bot", "new-key"]:
            self.fill_in(self.said[-1].strip())

    async def ready(self) -> None:
        """Return when the bot says that it is ready."""
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while True:
                assert self.bot is not None
                assert self.bot.returncode is None
                with suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{self.port}/health/ready") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self.bot is not None and self.bot.returncode is None:
            self.bot.terminate()
            await self.bot.wait()

    async def _systemd(self, verb: str) -> None:
        """What the unit would do."""
        assert verb in {"enable", "start", "stop", "restart"}
        if verb in {"stop", "restart"}:
            await self.stop()
        if verb != "stop":
            unit = (self.code / "deploy/fanvue-discord.service").read_text()
            start = re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)
            assert start is not None
            words = self._here(start[1]).split()
            assert words[1:] == ["-m", "bot", "run"]
            words[1:2] = self._launch()
            self.bot = await asyncio.create_subprocess_exec(*words, cwd=self.code, env=self._environment())
            await self.ready()

    async def _run(self, words: list[str]) -> None:
        process = await asyncio.create_subprocess_exec(
            *words,
            cwd=self.code if self.code.exists() else self.root,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        self.said.append(out.decode())
        assert process.returncode == 0, (words, out.decode())

    def _launch(self) -> list[str]:
        """In the place of ``-m``: the same module, with Discord on loopback."""
        addresses = ["--rest", self.discord.api_url, "--gateway", self.discord.gateway_url]
        return ["-m", "sandbox.discord.launch", *addresses, "--"]

    def _here(self, command: str) -> str:
        for theirs, ours in (("/srv/fanvue-discord", self.code), ("/var/lib/fanvue-discord", self.state)):
            command = command.replace(theirs, str(ours))
        return re.sub(r"\$\(date \+%F\)|(?<=fanvue-)2026-11-23", "today", command)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


def copied(target: Path) -> None:
    """The repository as a clone would have it, and the environment of the tests in the place of one to install."""
    ignored = shutil.ignore_patterns(".*_cache", ".venv", ".git", "__pycache__", ".env", "data", ".hypothesis")
    shutil.copytree(ROOT, target, ignore=ignored)
    environment = target / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin/python").symlink_to(Path(sys.executable).resolve())
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", environment)
    (environment / "lib").symlink_to(Path(sys.prefix) / "lib")


async def is_told_of_a_message(server: Server) -> None:
    """The last step of setting up: connect, write to yourself as a fan, see the card."""
    owner = server.discord.add_user("luna")
    asked = await (await server.discord.slash(owner, None, "connect")).wait(15)
    async with Visitor() as browser:
        page = await browser.connect(link_in(asked), CREATOR)
    assert page.status == 200
    desk = server.fanvue.world.desk(server.fanvue.world.account(CREATOR))
    fan = next(chat.fan.user.handle for chat in desk.chats.values() if chat.fan.is_contactable)
    await server.fanvue.fan_writes(CREATOR, fan, "Hello!")
    await server.discord.wait_for(lambda: is_card_in(server, owner))


def is_card_in(server: Server, owner: User) -> bool:
    channel = server.discord.dm(owner)
    return channel is not None and any("Reply" in labels(message) for message in server.discord.messages(channel))


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    port = free_port()
    async with StandInDiscord() as discord, SandboxFanvue.facing(f"http://127.0.0.1:{port}") as fanvue:
        made = Server(tmp_path, discord, fanvue, port, free_port())
        made.state.mkdir(parents=True)
        yield made
        await made.stop()


async def test_the_document_leads_from_an_empty_server_to_a_card_and_through_the_year(server: Server) -> None:
    every = commands()
    assert len(every) > 20
    is_set_up = False
    for command in every:
        await server.do(command)
        if command.endswith("-m bot doctor") and not is_set_up:
            await is_told_of_a_message(server)
            is_set_up = True
    assert is_set_up
    assert any("sealed values now use key" in said for said in server.said)
    assert any("Restored from" in said for said in server.said)
    with closing(sqlite3.connect(server.state / "fanvue.db")) as database:
        assert database.execute("SELECT handle FROM connections").fetchall() == [(CREATOR,)]
