"""Commands of the bot as processes of their own that need not load it again: forked from one that has.

python forked.py        told on stdin what to run, a JSON object a line; answers the exit code, a line each
"""

import asyncio
import json
import os
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.process import ROOT


@dataclass(frozen=True)
class Nursery:
    """Starts ``python -m sandbox.discord.launch`` in a tenth of the time; everything else is as if it were anew."""

    process: Process

    @classmethod
    async def open(cls) -> "Nursery":
        """Loaded, and ready to be told."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return cls(
            await asyncio.create_subprocess_exec(sys.executable, __file__, stdin=PIPE, stdout=PIPE, env=environment)
        )

    async def run(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], said: Path) -> int:
        """The exit code; what was said is in the file then."""
        assert self.process.stdin
        assert self.process.stdout
        order = {"arguments": arguments, "folder": str(folder), "environment": dict(environment), "said": str(said)}
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(30):
            return int(await self.process.stdout.readline())

    async def close(self) -> None:
        """End it."""
        assert self.process.stdin
        self.process.stdin.close()
        await self.process.wait()


def _run(order: dict[str, Any]) -> int:
    """In the fork."""
    from sandbox.discord import launch  # noqa: PLC0415 - loaded already, where this runs

    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    with Path(order["said"]).open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        launch.main(order["arguments"])
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001 - Python would end like this
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    """Load everything, then fork for each order until there are no more."""
    import sandbox.discord.launch  # noqa: F401, PLC0415 - the same

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = _run(json.loads(line))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
