"""The real bot as a process of its own, on the stand-in Discord."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import aiohttp

ROOT = Path(__file__).parents[1]
START_SECONDS = 60
STOP_SECONDS = 15
"""No bounds for what is tested: a process that takes longer hangs, however busy the machine is."""
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")


class Spawned(Protocol):
    """What a process of asyncio's can, as far as it is needed here."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """Its exit code, once it has ended."""

    def send_signal(self, signal: signal.Signals) -> None:
        """Ask something of it."""

    async def wait(self) -> int:
        """Its exit code, when it has ended."""


class BotProcess:
    """Starts, kills and stops ``python -m bot run``, unchanged but for the addresses of Discord."""

    def __init__(
        self,
        values: dict[str, Any],
        *,
        rest: str,
        gateway: str,
        log: Path,
        role: str = "all",
        launcher: str = "sandbox.discord.launch",
    ) -> None:
        self._values = values
        self._launcher = launcher
        self._role = role
        self._addresses = ["--rest", rest, "--gateway", gateway]
        self._log = log
        self._process: Spawned | None = None

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return str(self._values["public_url"])

    @property
    def pid(self) -> int:
        """The running process; LookupError when there is none."""
        if self._process is None or self._process.returncode is not None:
            raise LookupError("the bot is not running")
        return self._process.pid

    async def start(self) -> None:
        """Start it and return when it is ready; RuntimeError with its log's last lines when it ends instead."""
        self._process = await self._spawned(
            [self._launcher, *self._addresses, "--", "bot", "run", "--role", self._role]
        )
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            while not await self._is_ready(session):
                if self._process.returncode is not None:
                    raise RuntimeError(f"the bot ended with {self._process.returncode}:\n{self.last_lines()}")
                await asyncio.sleep(0.02)

    async def _spawned(self, words: Sequence[str]) -> Spawned:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *words),
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
            )

    async def kill(self) -> None:
        """``kill -9``: no goodbye."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int | None:
        """Ask it to stop; its exit code."""
        return await self._end(signal.SIGTERM)

    def last_lines(self, count: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-count:]) if self._log.exists() else ""

    async def _end(self, number: signal.Signals) -> int | None:
        if self._process is None or self._process.returncode is not None:
            return None
        self._process.send_signal(number)
        async with asyncio.timeout(STOP_SECONDS):
            return await self._process.wait()

    @property
    def _sign_of_life(self) -> str:
        """What answers once a process of this role runs: only some serve pages, all have metrics."""
        if self._role in {"all", "web"}:
            return f"{self.origin}/health/ready"
        return f"http://127.0.0.1:{self._values['metrics_port']}/metrics"

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(self._sign_of_life) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        return kept | {name.upper(): str(value) for name, value in self._values.items()}


class BotTeam:
    """The bot as several processes, a role each, on one PostgreSQL; started, killed and stopped as one."""

    def __init__(self, bots: list[BotProcess]) -> None:
        self._bots = bots

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return self._bots[0].origin

    @property
    def pid(self) -> int:
        """The first of the running processes."""
        return self._bots[0].pid

    async def start(self) -> None:
        """Start them one after the other."""
        for bot in self._bots:
            await bot.start()

    async def kill(self) -> None:
        """``kill -9`` for all."""
        await asyncio.gather(*(bot.kill() for bot in self._bots))

    async def stop(self) -> int | None:
        """Ask all to stop; the worst exit code."""
        codes = await asyncio.gather(*(bot.stop() for bot in self._bots))
        return max((code for code in codes if code is not None), default=None)

    def last_lines(self, count: int = 15) -> str:
        """The end of their common log."""
        return self._bots[0].last_lines(count)
