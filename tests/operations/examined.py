"""A healthy installation with its bot running, for the doctor to examine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from forked import Nursery
from fronts import Authority, tls_front

from sandbox.playground import Playground
from sandbox.process import ROOT


@dataclass(frozen=True)
class World:
    """A healthy installation with its bot running, and who signs certificates for it."""

    ground: Playground
    authority: Authority
    folder: Path
    nursery: Nursery

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
        discord = self.ground.discord
        addresses = ["--rest", changes.pop("DISCORD", discord.api_url), "--gateway", discord.gateway_url]
        arguments = [*addresses, "--", "bot", "doctor"]
        said = self.ground.folder / "doctor.txt"
        status = await self.nursery.run(arguments, self.folder, self.environment | changes, said)
        return status, lines_of(said)

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


def lines_of(path: Path) -> list[str]:
    """What a file says."""
    return path.read_text().splitlines()
