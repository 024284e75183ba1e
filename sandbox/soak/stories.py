"""The main job again, on the second database and on the second surface of Fanvue's API."""

import asyncio
import sys

from sandbox.process import ROOT
from sandbox.soak.postgres import postgres_database
from sandbox.soak.promises import Outcome, Size


async def on_postgresql(_size: Size) -> Outcome:
    """The story with everything stored in PostgreSQL."""
    async with postgres_database("story") as address:
        return await _played("--database-url", address)


async def in_roles(_size: Size) -> Outcome:
    """The story with pages, gateway and delivery as processes of their own."""
    async with postgres_database("roles") as address:
        return await _played("--database-url", address, "--roles", "web,gateway,worker")


async def on_v1(_size: Size) -> Outcome:
    """The story with FANVUE_API_URL ending in /v1."""
    return await _played("--api-path", "/api/v1")


async def _played(*arguments: str) -> Outcome:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.story", *arguments,
        cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    lines = said.decode(errors="replace").splitlines()
    done = sum("✓" in line for line in lines)
    failed = next((index for index, line in enumerate(lines) if "✗" in line), max(0, len(lines) - 3))
    why = "" if process.returncode == 0 else ": " + " ".join(" ".join(lines[failed:]).split())[:1500]
    return Outcome(process.returncode == 0, f"{done} steps well{why}")
