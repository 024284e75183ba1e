"""One account, several processes, tokens that live two seconds: one refresh at a time, whoever is killed."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.settings import Settings, load
from sandbox.fanvue import SandboxFanvue
from sandbox.process import ROOT
from sandbox.soak.postgres import postgres_database
from sandbox.soak.promises import Outcome, Size
from sandbox.soak.refresher import connected
from sandbox.world import CLIENT_ID, CLIENT_SECRET, KEY, settings_for

HANDLE = "lunavale"
PROCESSES = 4
TASKS = 20
LIFE_SECONDS = 2
START_SECONDS = 30
LAST_SECONDS = 45


@dataclass(frozen=True, slots=True)
class Ground:
    """A Fanvue, a database, and what a process needs to know of them."""

    fanvue: SandboxFanvue
    values: dict[str, Any]
    folder: Path

    def settings(self) -> Settings:
        """Those of an app of the bot's on it, which serves nothing."""
        return load(**settings_for(self.folder, web_port=1, metrics_port=2, fanvue_origin=self.fanvue.auth_url))


async def one_refresh_at_a_time(size: Size) -> Outcome:
    """On one SQLite file."""
    async with grounded(LIFE_SECONDS) as ground:
        return await _crowd(ground, size)


async def one_refresh_at_a_time_on_postgresql(size: Size) -> Outcome:
    """On PostgreSQL."""
    async with postgres_database("refresh") as address, grounded(LIFE_SECONDS, address) as ground:
        return await _crowd(ground, size)


async def killed_and_well(size: Size) -> Outcome:
    """A process refreshing all the time is killed and started again; at last it works, or asks to reconnect."""
    draw = Random(20263)
    async with grounded(LIFE_SECONDS) as ground:
        for _ in range(size.refresh_kills):
            process = await _start(ground, tasks=4, seconds=3600, is_alone=True)
            await asyncio.wait_for(_line(process), START_SECONDS)
            await asyncio.sleep(draw.uniform(0.05, LIFE_SECONDS))
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()
        process = await _start(ground, tasks=4, seconds=3 * LIFE_SECONDS, is_alone=True)
        said, _ = await asyncio.wait_for(process.communicate(), LAST_SECONDS)
        report = _report(said)
        reuse, chains = ground.fanvue.oauth.reuse_detected, ground.fanvue.oauth.live_grants(HANDLE)
    ending = "works" if report["calls"] and not report["failures"] else f"ends with {report['failures']}"
    asks = set(report["failures"]) == {"ReconnectNeededError"}
    is_well = ((bool(report["calls"]) and not report["failures"] and not reuse) or asks) and chains <= 1
    return Outcome(is_well, f"{size.refresh_kills} kills, then it {ending}; reuse detected {reuse}, chains {chains}")


async def _crowd(ground: Ground, size: Size) -> Outcome:
    started = time.perf_counter()
    processes = [await _start(ground, tasks=TASKS, seconds=size.refresh_seconds) for _ in range(PROCESSES)]
    reports = [_report((await process.communicate())[0]) for process in processes]
    seconds = time.perf_counter() - started
    oauth = ground.fanvue.oauth
    failures = [f"{count} x {name}" for report in reports for name, count in report["failures"].items()]
    calls = sum(report["calls"] for report in reports)
    refreshes, most = oauth.refreshes[HANDLE], int(size.refresh_seconds / LIFE_SECONDS) + 2
    is_kept = refreshes <= most and not oauth.reuse_detected and not failures and calls > 0
    detail = (
        f"{PROCESSES} processes x {TASKS} tasks, {seconds:.0f} s of {LIFE_SECONDS} s tokens: {calls} calls, "
        f"{refreshes} refreshes (at most {most}), reuse detected {oauth.reuse_detected}, failures: {failures or 'none'}"
    )
    return Outcome(is_kept, detail)


@asynccontextmanager
async def grounded(life_seconds: int, database_url: str | None = None) -> AsyncIterator[Ground]:
    """A database with one account of Fanvue's connected, nothing on it limited, no bot running."""
    with tempfile.TemporaryDirectory(prefix="fanvue-soak-") as folder:
        async with SandboxFanvue(
            client_id=CLIENT_ID, client_secret=CLIENT_SECRET, access_token_seconds=life_seconds
        ) as fanvue:
            fanvue.rate_limit = 1_000_000
            pair = fanvue.oauth.grant(HANDLE)
            values = {
                "database_url": database_url or f"sqlite+aiosqlite:///{Path(folder) / 'fanvue.db'}",
                "auth_url": fanvue.auth_url,
                "api_url": fanvue.api_url,
                "key": KEY,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
            }
            await connected(values, HANDLE, pair.access_token, str(pair.refresh_token), life_seconds)
            yield Ground(fanvue, values, Path(folder))


async def _start(ground: Ground, *, tasks: int, seconds: float, is_alone: bool = False) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.soak.refresher",
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    work = {"tasks": tasks, "seconds": seconds, "is_alone": is_alone}
    if process.stdin is not None:
        process.stdin.write(json.dumps(ground.values | work).encode() + b"\n")
        await process.stdin.drain()
    return process


async def _line(process: asyncio.subprocess.Process) -> bytes:
    """The first line a process says: it is at work."""
    return b"" if process.stdout is None else await process.stdout.readline()


def _report(said: bytes) -> dict[str, Any]:
    lines = said.decode().strip().splitlines()
    try:
        return dict(json.loads(lines[-1]))
    except (IndexError, ValueError):
        return {"calls": 0, "failures": {"no report": 1}}
