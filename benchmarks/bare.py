"""Starting and ending the bare bot on a stand-in Discord."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from benchmarks.processes import ROOT
from sandbox.discord import StandInDiscord


@asynccontextmanager
async def bare_bot(
    discord: StandInDiscord, module: str = "benchmarks.bare_bot", *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bare discord.py bot on its way to the gateway; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.as_installed",
        "--rest", discord.api_url, "--gateway", discord.gateway_url, "--", module, *arguments,
        cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
