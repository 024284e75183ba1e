"""``python -m benchmarks [name ...]``: one line a figure: name, value, goal, ``ok`` or ``short``."""

import argparse
import asyncio
import sys
import time
import traceback
from collections.abc import Awaitable, Callable

from benchmarks.backlog import backlog
from benchmarks.charts import charts
from benchmarks.client import client
from benchmarks.decoding import decoding
from benchmarks.delivery import delivery
from benchmarks.escaping import escaping
from benchmarks.figures import Figure
from benchmarks.flood import flood
from benchmarks.inbox import inbox
from benchmarks.ingest import ingest
from benchmarks.insights import insights
from benchmarks.polling import polling
from benchmarks.starting import starting
from bot import logs

BENCHMARKS: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "ingest": ingest,
    "delivery": delivery,
    "backlog": backlog,
    "flood": flood,
    "starting": starting,
    "insights": insights,
    "inbox": inbox,
    "client": client,
    "polling": polling,
    "decoding": decoding,
    "charts": charts,
    "escaping": escaping,
}


async def main(chosen: list[str]) -> int:
    """Run them one after the other; the machine should have nothing else to do. 1 when one could not measure."""
    logs.configure("ERROR")
    started = time.perf_counter()
    count = short = broken = 0
    for name in chosen or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            figures = await BENCHMARKS[name]()
        except Exception:  # noqa: BLE001 - the others measure all the same
            traceback.print_exc()
            print(f"{name:<58} could not measure", flush=True)
            broken += 1
            continue
        for figure in figures:
            print(figure.line(), flush=True)
            count += 1
            short += not figure.is_ok
    print(f"{count} figures, {short} short of their goal, {time.perf_counter() - started:.0f} s")
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against the baselines.")
    names = ", ".join(BENCHMARKS)
    parser.add_argument(
        "benchmark",
        nargs="*",
        choices=[*BENCHMARKS, []],
        metavar="benchmark",
        help=f"{names}; all of them when none is named",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(list(_options().benchmark))))
