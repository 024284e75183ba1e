"""Child processes: servers that say on which port they listen, and what the kernel knows about them."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
START_SECONDS = 30


@asynccontextmanager
async def server(module: str, *arguments: str) -> AsyncIterator[int]:
    """A server module of this folder; its port. It prints the port as its first line when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"benchmarks.{module}", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("no output")
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        yield int(line)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def report(module: str, *arguments: str) -> Any:
    """What a module of this folder prints at its end, as JSON."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"benchmarks.{module}", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return json.loads(said.decode().strip().splitlines()[-1])


def resident_mib(pid: int) -> float:
    """The resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError("no VmRSS")


def own_resident_mib() -> float:
    """The resident memory of this process."""
    return resident_mib(os.getpid())
