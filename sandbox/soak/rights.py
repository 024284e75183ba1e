"""Who may do what, tried out from everywhere and on everybody's creator: the tests try each pair, this all of them."""

import asyncio
import os
import sys

from sandbox.process import ROOT
from sandbox.soak.promises import Outcome, Size

MATRIX = "tests/promises/test_rights_matrix.py"


async def everybody_may_what_the_table_says(size: Size) -> Outcome:
    """The whole of the matrix for these people, each as a world of their own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", "--no-header", "-k", size.people, MATRIX,
        cwd=ROOT, env={**os.environ, "EVERYWHERE": "1"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    lines = said.decode(errors="replace").splitlines() or [""]
    if process.returncode == 0:
        return Outcome(is_kept=True, detail=lines[-1].partition(" in ")[0])
    return Outcome(is_kept=False, detail=" ".join(" ".join(lines).split())[-1500:])
