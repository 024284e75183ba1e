"""A healthy installation with its bot running, for the doctor to examine."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from fronts import Authority, tls_front

from sandbox.playground import Playground, playground
from sandbox.process import ROOT, BotProcess
from tests.forked import Ended, ForkedBot, run


@asynccontextmanager
async def installed(database: Path, *, process: type[BotProcess] = ForkedBot) -> AsyncIterator[Playground]:
    """A ground with a copy of a database that is up to date."""
    async with playground(process=process) as ground:
        shutil.copy(database, ground.folder / "fanvue.db")
        yield ground


@dataclass(frozen=True)
class World:
    """A healthy installation with its bot running, and who signs certificates for it."""

    ground: Playground
    authority: Authority
    folder: Path

    @property
    def port(self) -> int:
        return urlsplit(self.ground.bot.origin).port or 0

    @property
    def database(self) -> Path:
        return self.ground.folder / "fanvue.db"

    @property
    def environment(self) -> dict[str, str]:
        return self.ground.bot._environment() | {"PYTHONPATH": str(ROOT)}

    async def doctor(self, **changes: str) -> tuple[int, list[str]]:
        """The exit code and the lines; ``DISCORD`` is another address of Discord's."""
        ended = await self.run_doctor(**changes)
        return ended.returncode, (ended.stdout + ended.stderr).splitlines()

    async def run_doctor(self, out: Path | None = None, **changes: str) -> Ended:
        """With ``out`` its lines go there."""
        discord = self.ground.discord
        addresses = ["--rest", changes.pop("DISCORD", discord.api_url), "--gateway", discord.gateway_url]
        words = ["sandbox.discord.launch", *addresses, "--", "bot", "doctor"]
        return await run(words, self.folder, self.environment | changes, out)

    async def metrics(self) -> str:
        address = f"http://127.0.0.1:{self.environment['METRICS_PORT']}/metrics"
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return await answer.text()

    @asynccontextmanager
    async def behind_tls(
        self, name: str = "localhost", *, days: int = 30, is_self_signed: bool = False
    ) -> AsyncIterator[dict[str, str]]:
        """The settings of a bot with a proxy before it, whose redirect URI is registered."""
        context = self.authority.issue(name, days=days, is_self_signed=is_self_signed)
        async with tls_front(self.port, context) as address:
            before = self.ground.fanvue.redirect_uris
            self.ground.fanvue.redirect_uris = (*before, f"{address}/oauth/callback")
            yield {"PUBLIC_URL": address, "SSL_CERT_FILE": str(self.authority.bundle)}
            self.ground.fanvue.redirect_uris = before
