"""The real bot as a process of its own, on the stand-in Discord."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[1]
START_SECONDS = 30
STOP_SECONDS = 15
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")


class BotProcess:
    """Starts, kills and stops ``python -m bot run``, unchanged but for the addresses of Discord."""

    def __init__(self, values: dict[str, Any], *, rest: str, gateway: str, log: Path) -> None:
        self._values = values
        self._addresses = ["--rest", rest, "--gateway", gateway]
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

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
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sandbox.discord.launch", *self._addresses, "--", "bot", "run",
                cwd=ROOT, env=self._environment(), stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            while not await self._is_ready(session):
                if self._process.returncode is not None:
                    raise RuntimeError(f"the bot ended with {self._process.returncode}:\n{self.last_lines()}")
                await asyncio.sleep(0.05)

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

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.origin}/health/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        return kept | {name.upper(): str(value) for name, value in self._values.items()}
