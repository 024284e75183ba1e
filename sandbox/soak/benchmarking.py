"""Every benchmark still starts, does what it measures, and tells its figures; what they say is not judged here."""

import asyncio
import os
import sys

from sandbox.process import ROOT
from sandbox.soak.promises import Outcome, Size


async def each_one_measures(size: Size) -> Outcome:
    """One pair each of those the size has; all when it names none."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks", *size.benchmarks,
        cwd=ROOT, env={**os.environ, "BENCH_PAIRS": "1"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        said, trouble = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    lines = said.decode().splitlines() or [""]
    if process.returncode == 0:
        return Outcome(is_kept=True, detail=lines[-1].partition(",")[0])
    return Outcome(is_kept=False, detail=" ".join(trouble.decode(errors="replace").split())[-500:])
